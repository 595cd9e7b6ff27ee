"""A day on a floor that is really worked: reports, skips, transfers by escalation, doubts, rules and appeals."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from tests.support.floor import CLEAN, LEAD, PLATFORM, SPAM, UNSURE, Floor, install, someone

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.review.models import Case, Decision, Job

START = datetime(2026, 11, 2, 6, tzinfo=UTC)


def work(seed: int, steps: int = 80) -> datetime:
    """A day on the floor; returns when it ended."""
    install()
    chance, floor = random.Random(seed), Floor()
    people = [someone(LEAD) for _ in range(4)]
    items = []
    now = START
    for _ in range(steps):
        now += timedelta(minutes=chance.randrange(1, 40))
        with clock.at(now):
            act = chance.random()
            if act < 0.45:
                case = floor.report(reason=chance.choice(["spam", "spam", "hate-speech", "harassment"]))
                items.append(case.item)
                continue
            if act < 0.5 and items:  # again on something seen before: joins, or reopens
                floor.report(chance.choice(items))
                continue
            if act < 0.55:
                item, version = floor.item()
                with writing(system("detection")) as w:
                    case = Case.objects.filter(item=item).first() or floor.report(item, version)
                    if case.state == "open" and chance.random() < 0.7:
                        actions.decide_by_rule(w, case, SPAM, rule="r1")
                continue
            if act < 0.6 and (fell := _appealable(chance)):
                actions.file_appeal(PLATFORM, AppealIn(decision_id=fell.pk, by="author", appellant="mallory"))
                continue
            _take_one(chance, people)
    return now


def _appealable(chance: random.Random) -> Decision | None:
    found = Decision.objects.filter(
        verdict="violating", superseded_at=None, appeals=None, case__state="closed", origin="human"
    )
    return chance.choice(list(found)) if found else None


def _take_one(chance: random.Random, people: list) -> None:  # type: ignore[type-arg]
    person = chance.choice(people)
    lease = actions.claim(person)
    if lease is None:
        return
    with clock.at(clock.now() + timedelta(seconds=chance.randrange(5, 200))):
        act = chance.random()
        if act < 0.1:
            actions.skip(person, lease.job_id, lease.token, "language", active_ms=3_000)
        elif act < 0.2 and Job.objects.get(pk=lease.job_id).kind == "review":
            actions.escalate(person, lease.job_id, lease.token, "edge case", "escalations")
        else:
            kind = Job.objects.get(pk=lease.job_id).kind
            choices = [CLEAN, DecisionIn(verdict="violating", violation_key="spam.bulk", active_ms=20_000)]
            finding = chance.choice(choices if kind in ("appeal", "escalation") else [*choices, UNSURE])
            actions.decide(person, lease.job_id, lease.token, finding)
