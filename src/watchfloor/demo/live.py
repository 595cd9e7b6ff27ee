"""Keeps the demo's floor alive after the replay: new messages and reports by HTTP, simulated reviewers who work in their shifts.

    python -m watchfloor.demo.live --url http://127.0.0.1:8740 --parley http://127.0.0.1:8741

Every half hour a broadcast begins on Parley (``demo.broadcast``). Real texts under new names; everything else is simulated, and slow
enough that a person can outrun it.
"""

from __future__ import annotations

import argparse
import logging
import random
import time
from datetime import timedelta
from uuid import UUID

import httpx
import msgspec

from watchfloor.demo import channel
from watchfloor.demo.content import load_content
from watchfloor.demo.people import SHIFTS
from watchfloor.demo.scenario import Scenario, make_scenario
from watchfloor.demo.state import load_state
from watchfloor.demo.steps import MessagePosted, Reported
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform import config
from watchfloor.platform.setup import setup

log = logging.getLogger("watchfloor.demo.live")
BEAT = 15.0  # seconds between two looks at the world
MESSAGES_PER_BEAT = 0.4
REPORTED_SHARE = 0.5
BROADCAST_EVERY = 1800.0
DECIDE_CHANCE = 0.02  # per reviewer on shift and beat


def main() -> None:
    """Run until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8740")
    parser.add_argument("--parley", default="http://127.0.0.1:8741")
    given = parser.parse_args()
    url = given.url
    setup()
    from watchfloor.demo.replay import message_row, report_row  # needs Django's models, which are there only now

    state = load_state(config.home())
    content = load_content(config.home() / "demo-content")
    scenario = make_scenario(content.messages, seed=state.seed, end=state.end, photographs=content.photographs)
    chance = random.Random()
    posts = list(scenario.posts.values())
    reporters = list(scenario.reporters.values())
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {state.secret}"}, timeout=10) as client:
        number, next_broadcast = 0, 0.0
        while True:
            if time.monotonic() >= next_broadcast and not channel.why_none(config.home()):
                next_broadcast = time.monotonic() + BROADCAST_EVERY
                _broadcast(client, scenario, given.parley, chance)
            time.sleep(BEAT)
            if chance.random() < MESSAGES_PER_BEAT:
                number += 1
                post = _again(chance.choice(posts), number)
                _send(client, "/v1/events", message_row(post))
                if post.truth.policy is not None and chance.random() < REPORTED_SHARE:
                    reporter = chance.choice(reporters)
                    report = Reported(
                        at=clock.now(), report_id=f"live-{post.message_id}", message_id=post.message_id, reporter_id=reporter.id,
                        channel=reporter.channel, reason=post.truth.policy, note="", right=True,
                    )  # fmt: skip
                    _send(client, "/v1/reports", report_row(report, post))
            _work(scenario, state.reviewers, chance)


def _broadcast(client: httpx.Client, scenario: Scenario, parley: str, chance: random.Random) -> None:
    """A broadcast begins; those before it are over, whether or not they were seen to end."""
    from watchfloor.demo import broadcast
    from watchfloor.detection.streams.models import Watch

    now = clock.now()
    accounts = scenario.accounts
    for watch in Watch.objects.filter(item__external_id__startswith="broadcast-", ended_at__isnull=True).select_related(
        "item__author"
    ):
        author = accounts.get(watch.item.author.external_id) if watch.item.author else None
        if author is not None:
            _send(client, "/v1/events", broadcast.event(author, watch.item.external_id, parley, now, live=False))
    account = accounts[chance.choice(sorted(key for key, account in accounts.items() if not account.campaign))]
    _send(client, "/v1/events", broadcast.event(account, f"broadcast-{int(now.timestamp())}", parley, now, live=True))


def _again(post: MessagePosted, number: int) -> MessagePosted:
    now = clock.now()
    return msgspec.structs.replace(post, at=now, message_id=f"live-{int(now.timestamp())}-{number}", campaign="")


def _send(client: httpx.Client, path: str, row: dict[str, object]) -> None:
    try:
        client.post(path, json=row).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("the floor did not take it: %s", error)


def _work(scenario: Scenario, users: dict[str, str], chance: random.Random) -> None:
    """Those whose shift it is say that they are here, and now and then one decides a case."""
    from watchfloor.demo.world import VIOLATION
    from watchfloor.identity.queries import actor_for_id
    from watchfloor.review import actions as review
    from watchfloor.review.contracts import DecisionIn
    from watchfloor.review.models import Job
    from watchfloor.workforce import actions as workforce

    now = clock.now()
    for work in scenario.reviewers.values():
        begins = now.replace(hour=SHIFTS[work.shift], minute=0, second=0, microsecond=0)
        if begins > now:
            begins -= timedelta(days=1)
        if now - begins >= timedelta(hours=8) or begins.weekday() in work.days_off:
            continue
        actor: Actor = actor_for_id(UUID(users[work.id]))
        workforce.heartbeat(actor, "available")
        if chance.random() >= DECIDE_CHANCE:
            continue
        lease = review.claim(actor)
        if lease is None:
            continue
        job = Job.objects.select_related("case__item").get(pk=lease.job_id)
        post = scenario.posts.get(job.case.item.external_id)
        found = scenario.finding(work.id, post.message_id).policy if post else None
        verdict = DecisionIn(verdict="clean", active_ms=60_000)
        if found is not None:
            verdict = DecisionIn(verdict="violating", violation_key=VIOLATION[found], active_ms=60_000)
        try:
            review.decide(actor, lease.job_id, lease.token, verdict)
        except WatchfloorError as error:
            log.warning("%s", error.message)


if __name__ == "__main__":
    main()
