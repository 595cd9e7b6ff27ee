"""kill -9 under load, of every role in turn (web, media, worker, workers on the stream of events and on live streams, the database's
postmaster, the broker, reviewers in the middle of a case), while legal deadlines pass.

Afterwards: every acknowledged report and event was worked exactly once, the log verifies, every row follows from its events, the platform
has applied each action once, what reviewers and platform saw fits an order in which one person holds a case at a time and no stale
decision is taken, and each deadline was missed once and paged once. 10 kills by default, one of each kind; WATCHFLOOR_KILLS=200 for the
long run, and WATCHFLOOR_KILL_REPORTS=100000 for so many reports more, in batches about few items, spread over the kills.
"""

from __future__ import annotations

import json
import os
import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.crash.beside import Beside, Live, Reviewers, stream_workers
from tests.crash.harness import Installation, Platform, Sender, flooded, wait_until
from tests.support.broker import Broker
from tests.support.histories import Call, check
from tests.support.history_models import Effect, Lease, lapses

KILLS = int(os.environ.get("WATCHFLOOR_KILLS", "10"))
REPORTS = int(os.environ.get("WATCHFLOOR_KILL_REPORTS", "0"))
ROLES = (
    "web", "worker", "postmaster", "reviewers", "rules-worker", "broker", "media", "stream-worker", "postmaster", "reviewers",
)  # fmt: skip
RULES = """
Import(rules=['features.sml'])
AtOnce = Rule(when_all=[RegexMatch(pattern=r'take this down at once', target=Text)], description='Test rule')
WhenRules(rules_any=[AtOnce], then=[TakeAction(action='remove', policy='spam')])
"""
SETUP = """
from watchfloor.detection.actions import attest, save_rule_file, set_rule_state
from watchfloor.detection.models import RuleFile
from watchfloor.identity.domain import system
from watchfloor.ledger.writer import writing
import watchfloor.enforcement.endpoints as endpoints
with writing(system("test")) as w:
    main = RuleFile.objects.get(path="main.sml")
    save_rule_file(w, "at_once.sml", RULES, policy_key="spam")
    save_rule_file(w, "main.sml", main.text + "\\nImport(rules=['at_once.sml'])\\n")
    attest(w, "AtOnce", "a test")
    for step in ("backtested", "shadow", "on"):
        set_rule_state(w, "AtOnce", step, why="test")
    endpoints.add(w, name="platform", url=URL)
"""
# Legal clocks of an hour that end one after another while processes die.
CLOCKS = """
from datetime import timedelta
from watchfloor.identity.domain import system
from watchfloor.identity.actions import create_user
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.law import clocks
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as oncall
with writing(system("test")) as w:
    person = create_user(w, email="lena@example.org", name="Lena Lead", password=None)
    oncall.save_policy(w, key="severe", name="Severe", steps=[{"targets": [f"user:{person.pk}"], "wait": 5}], repeat=1)
    oncall.save_matrix(w, [{"escalation_policy": "severe", "min_severity": 2}])
    for number in range(COUNT):
        at = clock.now() - timedelta(hours=1) + timedelta(seconds=10 + number * 2)
        clocks.start_by_hand(w, "eu.tco.removal", clocks.About(kind="manual", id=new_id()), at)
"""


@pytest.mark.crash
@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(tmp_path: Path) -> None:
    platform, broker = Platform(), Broker(tmp_path / "broker")
    broker.start()
    live = Live()
    settings = {"WATCHFLOOR_STREAM": broker.url, "WATCHFLOOR_STREAMS": "apart", "WATCHFLOOR_MEDIA_HOSTS": live.host}
    floor = Installation(tmp_path / "floor", **settings)
    floor.command("init")
    token = floor.command("token", "add", "crash-test")["token"]
    floor.python(f"RULES = {RULES!r}\nURL = {platform.url!r}\n{SETUP}")
    floor.start()
    floor.python(f"COUNT = {KILLS}\n{CLOCKS}")
    reviewers = Reviewers(floor)
    beside: dict[str, Beside] = {"reviewers": reviewers, "stream-worker": stream_workers(floor, 1)}
    senders = [Sender(floor.port, token, number, events=number == 3) for number in range(4)]
    flood = Sender(floor.port, token, 9, batch=25)
    senders += [flood] if REPORTS else []
    chance = random.Random(20261122)
    try:
        live.goes_on(floor, token)
        for sender in senders:
            sender.start()
        worked = 0
        for number in range(KILLS):
            _one_more(senders, f"kill {number}")
            flooded(flood, REPORTS * number // KILLS)
            flood.allowed = REPORTS * (number + 1) // KILLS  # goes on while the next one dies
            role = ROLES[number % len(ROLES)]
            if role in ("worker", "rules-worker", "postmaster"):  # who works reports dies at work, not while it starts
                before = worked
                worked = wait_until(
                    lambda before=before: (now := floor.worked()) > before and now, f"work after kill {number}"
                )
            if role == "stream-worker":
                wait_until(partial(live.frames, floor), "the live stream being read")
            if role == "broker":
                broker.kill()
                broker.start()
            elif role in beside:
                beside[role].kill(chance)
            else:
                wait_until(partial(floor.kill, role, chance), f"a {role} to kill")
        _one_more(senders, "the last kill")
        flooded(flood, REPORTS)
        # Reviewers may all have died before their first decision.
        wait_until(lambda: _decided(reviewers.saw()), "a reviewer's decision")
        wait_until(floor.media_answers, "media being shown again")
        seen = live.frames(floor)
        live.more()
        for sender in senders:
            sender.stop.set()
        for sender in senders:
            sender.join()
        reviewers.stop()
        saw = reviewers.saw()
        receipts = {receipt for sender in senders for receipt in sender.acknowledged.values()}
        assert [refusal for sender in senders for refusal in sender.refusals] == []
        assert len(receipts) == sum(len(sender.acknowledged) for sender in senders), "two reports got the same receipt"
        print(f"{len(receipts):,} acknowledged over {KILLS} kills")
        _work_off(floor)
        _check(floor, platform, receipts)
        _check_histories(saw, platform)
        _check_clocks(floor)
        wait_until(lambda: live.frames(floor) > seen, "the live stream being read on by another")
    finally:
        for sender in senders:
            sender.stop.set()
        for each in beside.values():
            each.stop()
        floor.stop()
        platform.close()
        broker.kill()
        live.close()


def _check_histories(saw: list[Call], platform: Platform) -> None:
    """What reviewers were answered, and what the platform was told to do, fit one order in which all was right."""
    decided = _decided(saw)
    stale = [call for call in saw if call.got.get("why") == "stale_lease"]
    assert decided, "nobody decided anything: the test tests nothing"
    print(
        f"{len(saw)} calls of reviewers about {len({call.key for call in saw})} cases: {len(decided)} decisions taken, "
        f"{len(stale)} refused as stale, {sum(not call.known for call in saw)} never answered"
    )
    assert [str(fault) for fault in check(lapses(saw, slack=0.01), Lease())] == []
    assert [str(fault) for fault in check(platform.effects(), Effect())] == []


def _decided(saw: list[Call]) -> list[Call]:
    return [call for call in saw if call.verb == "decide" and call.got.get("ok")]


def _one_more(senders: list[Sender], after: str) -> None:
    """Wait for one more acknowledged report than there were."""
    before = sum(len(sender.acknowledged) for sender in senders)
    wait_until(
        lambda: sum(len(sender.acknowledged) for sender in senders) > before, f"a report acknowledged after {after}"
    )


def _work_off(floor: Installation) -> None:
    """Wait until the spool and the outbox are worked off; how long that takes depends on what the senders got in."""
    code = """
import time
from datetime import timedelta
from watchfloor.intake.models import Spooled
from watchfloor.kernel import clock
from watchfloor.ledger.models import Outbox
least, since = None, time.monotonic()
while True:
    far = Outbox.objects.filter(state="failed", next_at__gt=clock.now() + timedelta(minutes=1))  # the near ones may be under way
    far.update(next_at=clock.now())  # a pause of minutes after many failures is not the test
    left = (Spooled.objects.filter(state__in=["waiting", "streamed"]).count()
            + Outbox.objects.filter(state__in=["pending", "failed"]).count())
    if left == 0:
        break
    if least is None or left < least:
        least, since = left, time.monotonic()
    assert time.monotonic() - since < 120, f"{left} rows are left, and have been for two minutes"
    time.sleep(1)  # a look a second: whoever looks all the time takes the processor from those who work
"""

    def done() -> bool:
        try:
            floor.python(code)
        except AssertionError as problem:
            if "rows are left" in str(problem):
                raise
            return False  # the database is just coming back
        return True

    wait_until(done, "the database being back")


def _check(floor: Installation, platform: Platform, receipts: set[str]) -> None:
    code = """
import json
from watchfloor.enforcement.models import Action
from watchfloor.intake.models import Spooled
from watchfloor.kernel import ids
from watchfloor.review.models import Report
print(json.dumps({
    "reports": [ids.encode("rpt", pk) for pk in Report.objects.values_list("pk", flat=True)]
    + [ids.encode("evt", pk) for pk in Spooled.objects.filter(kind="event", state="done").values_list("pk", flat=True)],
    "actions": [[str(row.pk), str(row.decision_id), row.kind_key, row.state] for row in Action.objects.filter(kind_key="remove")],
}))
"""
    found = json.loads(floor.python(code))
    reports = found["reports"]
    assert receipts - set(reports) == set(), "an acknowledged report is missing"
    assert len(reports) == len(set(reports))
    assert len(found["actions"]) == len({(decision, kind) for _, decision, kind, _ in found["actions"]})
    confirmed = {key for key, _, _, state in found["actions"] if state == "confirmed"}
    assert confirmed, "no action was delivered: the test tests nothing"
    assert {key for key, _, _, _ in found["actions"]} == confirmed
    applied = [
        body
        for body in platform.applied.values()
        if body.get("type", "action") == "action" or "kind" in body or "data" in body
    ]
    items = [json.dumps(body, sort_keys=True) for body in applied]
    assert len(items) == len(set(items)), "one effect was delivered under two keys"
    verified = floor.command("ledger", "verify")
    assert verified["problems"] == []
    rebuilt = floor.command("ledger", "rebuild", "--check")
    assert rebuilt["differences"] == []


def _check_clocks(floor: Installation) -> None:
    """Every deadline that has passed: one event, one page, whoever died; how late is said, not judged: machines differ."""
    code = """
import json
from collections import Counter
from watchfloor.kernel import clock
from watchfloor.law.models import Clock
from watchfloor.ledger.models import Event
from watchfloor.oncall.models import Call, Page
print(json.dumps({
    "clocks": [[str(row.pk), row.state] for row in Clock.objects.all()],
    "missed": [[event.subject.partition(":")[2], event.data["late_ms"]] for event in Event.objects.filter(type="clock.missed")],
    "steps": [
        [event.subject, event.data["round"], event.data["step"], event.data["late_ms"]]
        for event in Event.objects.filter(type="page.fired")
    ],
    "calls": [[str(call.page_id), call.round, call.step] for call in Call.objects.filter(pager="console", what="trigger")],
    "pages": dict(Counter(Page.objects.filter(about="clock").values_list("key", flat=True))),
}))
"""
    found = wait_until(lambda: _all_missed(json.loads(floor.python(code))), "every deadline being missed")
    missed = [row for row, _ in found["missed"]]
    assert sorted(missed) == sorted(row for row, _ in found["clocks"])
    assert dict.fromkeys(found["pages"], 1) == found["pages"]
    assert {f"law:{row}:1:missed" for row in missed} <= found["pages"].keys()
    steps = [tuple(step[:3]) for step in found["steps"]]
    assert len(set(steps)) == len(steps) and steps  # each step of a page was taken once
    calls = [tuple(call) for call in found["calls"]]
    assert len(set(calls)) == len(calls) and calls  # and called the one person of it once
    out = sorted(step[3] for step in found["steps"])
    print(f"{len(out)} steps: half of them within {out[len(out) // 2]} ms of their time, the last after {out[-1]} ms")
    late = sorted(late for _, late in found["missed"])
    print(f"{len(late)} deadlines: half of them said within {late[len(late) // 2]} ms, the last after {late[-1]} ms")


def _all_missed(found: dict[str, Any]) -> dict[str, Any] | None:
    return found if all(state == "missed" for _, state in found["clocks"]) else None
