"""The numbers of a floor that was really worked: reports, skips, transfers by escalation, doubts, rules, undo and appeals."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.support.day import START, work

from watchfloor.identity.domain import system
from watchfloor.insight import facts, flow, lake, live, queries
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.review.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_lake() -> Iterator[None]:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    yield
    lake.forget()


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
