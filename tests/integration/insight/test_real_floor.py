"""The numbers of a floor that was really worked: reports, skips, transfers by escalation, doubts, rules, undo and appeals."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.floor import CLEAN, LEAD, PLATFORM, SPAM, UNSURE, Floor, install, someone

from watchfloor.identity.domain import system
from watchfloor.insight import facts, flow, lake, live, queries
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.review.models import Case, Decision, Job

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 2, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    yield
    lake.forget()


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


@pytest.mark.parametrize("seed", [1, 2])
def test_the_numbers_of_a_real_floor_agree_with_its_tables(seed: int) -> None:
    end = work(seed)
    sequencer.catch_up()
    while facts.export(limit=37):
        pass
    assert flow.check() == []
    span = Span(start=START, end=end + timedelta(hours=1))
    with clock.at(end + timedelta(hours=1)):
        values = {kpi.key: kpi.value for kpi in queries.kpis(system("test"), span)}
        wall = live.floor(system("test"))
    closed = Event.objects.filter(type="case.closed")
    assert values["solved_manual"] == closed.filter(data__how="manual").count()
    assert values["solved_auto"] == closed.filter(data__how="auto").count()
    assert values["incoming_total"] == Event.objects.filter(type__in=["case.opened", "case.reopened"]).count()
    assert values["backlog"] == Job.objects.filter(state__in=["ready", "leased"]).count() == wall.backlog
    assert values["jobs_solved"] == Job.objects.filter(state="decided").count()
    assert values["aht"] == pytest.approx(
        _mean(Job.objects.filter(state="decided").values_list("active_ms", flat=True))
    )
    ages = [event.data["age_ms"] for event in closed]
    assert values["aas"] == pytest.approx(_mean(ages))
    assert values["solved_manual"] and values["jobs_solved"] and values["backlog"]


def _mean(values: object) -> float:
    found = list(values)  # type: ignore[call-overload]
    return sum(found) / len(found)
