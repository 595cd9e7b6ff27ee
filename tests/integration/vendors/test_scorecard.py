"""Nothing that cares for a person lowers a figure: two vendors do the same work at the same moments, one steps back and takes breaks."""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.support.floor import REVIEWER, SPAM, Floor, install
from tests.support.people import actor_of, member

from watchfloor.identity.domain import Actor, system
from watchfloor.insight import facts
from watchfloor.insight import lake as fact_lake
from watchfloor.kernel import clock
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.quality.domain.looks import DONE
from watchfloor.quality.models import Look
from watchfloor.review import actions
from watchfloor.vendors import hours, scorecard
from watchfloor.vendors.domain.intervals import figure
from watchfloor.vendors.domain.terms import FIGURES
from watchfloor.workforce import actions as workforce
from watchfloor.workforce import paces

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAYS = 3


def _person(vendor: str, name: str) -> Actor:
    user = member(REVIEWER | {"review.claim_case"}, name)
    with writing(system("test")) as w:
        workforce.save_reviewer(
            w, user.pk, vendor_key=vendor, languages=["en"], queues=["spam.en", "scam"], skills=["spam", "scam"],
            started_on=date(2026, 1, 5),
        )  # fmt: skip
    return actor_of(user)


def test_breaks_and_steps_back_lower_no_figure() -> None:
    shutil.rmtree(facts.folder(), ignore_errors=True)
    fact_lake.forget()
    install()
    with clock.at(NINE - timedelta(days=1)):
        with writing(system("test")) as w:
            for key in ("alder", "birch"):
                workforce.save_vendor(w, key=key, name=key.title(), site="Manila")
        anton, anna = _person("alder", "Anton A"), _person("alder", "Anna A")
        berta = _person("birch", "Berta B")
    floor = Floor()
    for day in range(DAYS):
        _day(floor, NINE + timedelta(days=day), anton, anna, berta)
    sequencer.catch_up()
    while facts.export():
        pass
    fact_lake.forget()
    first, last = NINE.date(), NINE.date() + timedelta(days=DAYS - 1)
    with clock.at(NINE + timedelta(days=DAYS)):
        for figure in FIGURES:
            mine, theirs = (scorecard.days(vendor, figure, first, last) for vendor in ("alder", "birch"))
            assert mine == theirs, figure
            assert len(mine) == (0 if figure == "accuracy" else DAYS), figure  # else nothing was compared
        log, names = hours.logged("alder", first, last, ZoneInfo("UTC"))
        other, others = hours.logged("birch", first, last, ZoneInfo("UTC"))
    assert (
        log[names["anton a"]]
        == other[others["berta b"]]
        == {first + timedelta(days=n): 2 * 3_600_000 for n in range(DAYS)}
    )
    assert Event.objects.filter(type="job.released", data__why="stepped_back").count() == DAYS
    assert Event.objects.filter(type="presence.changed", data__state="break").count() == DAYS


def _day(floor: Floor, nine: datetime, anton: Actor, anna: Actor, berta: Actor) -> None:
    """One case each, opened and decided at the same moments, and two hours on the floor."""
    cases = {}
    for minute in range(0, 122, 2):
        with clock.at(nine + timedelta(minutes=minute)):
            rests = 30 <= minute < 46
            for person in (anton, berta):
                if minute in (0, 120) or not (rests and person is anton):
                    workforce.heartbeat(person, "away" if minute == 120 else "available")
                elif minute == 30:
                    paces.take_break(anton)
                else:
                    workforce.heartbeat(anton, "break")
            if minute == 46:
                paces.come_back(anton)
            if minute == 0:
                cases = {person: floor.report().pk for person in (anton, berta)}
            if minute == 10:  # somebody of Alder steps back from the case that Anton will decide
                lease = actions.claim_case(anna, cases[anton])
                actions.step_back(anna, lease.job_id, lease.token)
            if minute == 60:
                for person in (anton, berta):
                    lease = actions.claim_case(person, cases[person])
                    actions.decide(person, lease.job_id, lease.token, SPAM)


def test_accuracy_weighs_each_look_by_how_likely_it_was_drawn() -> None:
    """Certain to be drawn and right; one in four and wrong: a fifth is right, of 25/17 effective looks. Restricted ones are left out."""
    for number, (chance, right, clearance) in enumerate(
        [(1.0, True, ""), (0.25, False, ""), (1.0, False, "child_safety")]
    ):
        Look.objects.create(
            decision_id=uuid.uuid4(), case_id=uuid.uuid4(), purpose="sample", state=DONE[0], probability=chance, policy_key="spam",
            drawn_at=NINE, vendor="alder", severity=1, clearance=clearance, origin="human", decided_at=NINE + timedelta(days=number),
            verdict="clean", right_verdict="clean" if right else "violating",
        )  # fmt: skip
    parts = scorecard.days("alder", "accuracy", NINE.date(), NINE.date() + timedelta(days=3))
    assert [round(above, 9) for above, _below in parts] == [round(5 / 17, 9), 0]
    found = figure(parts, "share", 0.95)
    assert found.value == pytest.approx(0.2) and found.below == pytest.approx(25 / 17)
    assert found.low == 0 and found.high is not None and found.high > 0.9
