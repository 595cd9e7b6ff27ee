"""Accounts that act together on the demo floor: seven that like the same posts within seconds, and six that report together.

All of them are simulated, and so are their likes and reports; what they like and report are messages of the replay.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from watchfloor.demo import api_apps
from watchfloor.demo.replay import Replay, item_of, report_row
from watchfloor.demo.scenario import Scenario
from watchfloor.demo.steps import MessagePosted, Reported
from watchfloor.demo.world import World
from watchfloor.detection.campaigns import growing
from watchfloor.detection.campaigns.acting import finding
from watchfloor.identity.domain import system
from watchfloor.intake.rows import EVENT, REPORT
from watchfloor.items.actions import see
from watchfloor.items.contracts import ItemSeen
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

Row = tuple[str, str, dict[str, Any], datetime]
LIKERS = [f"acct-ring-{number}" for number in range(1, 8)]
LIKED, STRANGERS = 14, 500  # posts the seven like; likes by everybody else
REPORTERS = [f"brigade-{number} (simulated)" for number in range(1, 7)]
TARGETS = 10
LATELY = timedelta(hours=10)


def before(scenario: Scenario) -> None:
    """The seven accounts are on the platform."""
    for name in LIKERS:
        data = {"display_name": f"{name} (simulated)", "handle": name, "followers": 3, "verified": False}
        seen = ItemSeen(type="account", id=name, data=data, seen_at=clock.now(), market="US", language="en")
        with writing(system("demo")) as w:
            see(w, seen)


def play(scenario: Scenario, world: World, replay: Replay) -> None:
    """What apps did, who acts together, and what the loops make of it: campaigns, rings, and an app that drifts."""
    replay.record(api_apps.calls(scenario))
    replay.record(likes(scenario))
    replay.also(reports(scenario))
    api_apps.after(scenario, world)
    with clock.at(scenario.end):
        growing.grow()
        finding.look()


def likes(scenario: Scenario) -> Iterator[Row]:
    """Likes of posts of the last days: by strangers when they happen to read, by the seven within half a minute of each other."""
    chance = random.Random(f"{scenario.seed}:likes")
    posts = [post for post in scenario.posts.values() if post.at > scenario.end - timedelta(days=6)]
    if not posts:
        return
    latest = scenario.end - timedelta(minutes=1)
    for number in range(STRANGERS):
        post = chance.choice(posts)
        at = min(post.at + timedelta(hours=chance.expovariate(1 / 6)), latest)
        yield EVENT, f"like-{number}", _like(post, f"reader-{chance.randrange(150)}", at), at
    for place, post in enumerate(chance.sample(posts, min(LIKED, len(posts)))):
        began = min(post.at + timedelta(minutes=chance.uniform(5, 90)), latest - timedelta(minutes=1))
        for name in LIKERS:
            at = began + timedelta(seconds=chance.uniform(0, 30))
            yield EVENT, f"like-{name}-{place}", _like(post, name, at), at


def reports(scenario: Scenario) -> Iterator[Row]:
    """The six report ordinary messages, each time all within some minutes, in the last hours."""
    chance = random.Random(f"{scenario.seed}:brigade")
    posts = [
        post
        for post in scenario.posts.values()
        if post.truth.policy is None and scenario.end - timedelta(days=3) < post.at < scenario.end - LATELY
    ]
    for post in chance.sample(posts, min(TARGETS, len(posts))):
        began = scenario.end - LATELY + LATELY * 0.9 * chance.random()
        for name in REPORTERS:
            at = began + timedelta(seconds=chance.uniform(0, 240))
            report = Reported(
                at=at, report_id=f"brigade-{name}-{post.message_id}", message_id=post.message_id, reporter_id=name, channel="user",
                reason="harassment", note="[Simulated] This must go.", right=False,
            )  # fmt: skip
            yield REPORT, report.report_id, report_row(report, post), at


def _like(post: MessagePosted, who: str, at: datetime) -> dict[str, Any]:
    return {
        "name": "message_liked", "at": at.isoformat(), "item": item_of(post), "market": post.market, "language": post.language,
        "data": {"actor": who},
    }  # fmt: skip
