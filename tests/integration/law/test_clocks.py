"""Legal clocks that run: started and stopped by what happens, paused and resumed, watched once whatever dies meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from tests.integration.law.conftest import LAWYER
from tests.support.floor import CLEAN, SCAM, someone

from watchfloor.enforcement import actions as enforcement
from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.law import clocks, documents, follow, queries, shipped, watching
from watchfloor.law.clocks import About
from watchfloor.law.models import Clock, Document
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall import firing
from watchfloor.oncall.models import Call, Page
from watchfloor.review.models import Case, Job

if TYPE_CHECKING:
    from tests.support.floor import Floor

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
LEGAL = someone(LAWYER)


def caught_up() -> None:
    """What happened is in the ledger's tree, and the clocks have looked at all of it."""
    sequencer.catch_up()
    while follow.follow():
        pass


@pytest.fixture(autouse=True)
def _from_now_on(floor: Floor) -> None:
    caught_up()


def begun(key: str = "eu.tco.removal", at: datetime = START, **more: Any) -> Clock:
    with writing(system("test")) as w:
        return clocks.start_by_hand(w, key, About(kind="manual", id=uuid4(), **more), at)


def whole() -> None:
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_a_notice_starts_its_clocks_and_hastens_its_case_and_a_decision_stops_them(floor: Floor) -> None:
    with clock.at(START):
        case = floor.report(reporter_kind="trusted_flagger", reason="scam", market="GB")
        intimate = floor.report(reason="intimate-images", market="IN")
        before = Case.objects.get(pk=intimate.pk).due_at
    with clock.at(START + SECOND):
        caught_up()
        caught_up()
    rows = {row.rule_key: row for row in Clock.objects.all()}
    assert set(rows) == {"eu.dsa.trusted_flagger", "in.intimate"}
    assert rows["in.intimate"].due_at == START + 2 * HOUR and rows["in.intimate"].started_at == START
    intimate.refresh_from_db()
    assert intimate.due_at == min(before, START + 2 * HOUR) == Job.objects.get(case=intimate).due_at
    with clock.at(START + HOUR):
        from watchfloor.review.queries.due_times import sentence
        from watchfloor.review.service import NOTHING, sources

        [law] = [due for due in sources(NOTHING, intimate, "none", START) if due.by == "law"]
        assert law.at == START + 2 * HOUR and "India" in sentence(law)
        reviewer = someone()
        floor.decide(reviewer, SCAM if case.due_at < intimate.due_at else CLEAN)
        floor.decide(reviewer, SCAM if case.due_at >= intimate.due_at else CLEAN)
        caught_up()
    stopped = {row.rule_key: row for row in Clock.objects.all()}
    assert all(row.state == "met" and row.stopped_by for row in stopped.values())
    assert stopped["eu.dsa.trusted_flagger"].proof.startswith("decision:")
    assert stopped["eu.dsa.trusted_flagger"].stopped_at == START + HOUR
    whole()


def test_the_confirmation_of_the_platform_is_what_stops_a_removal(floor: Floor) -> None:
    with clock.at(START):
        case = floor.report(reason="scam")
        with writing(system("test")) as w:
            about = About(kind="order", id=uuid4(), facts={"kind": "esafety_notice"}, case_id=case.pk)
            [row] = clocks.start_all(w, "order", about, START)
        floor.decide(someone(), SCAM)
        caught_up()
        row.refresh_from_db()
        assert row.state == "running"  # decided, but the platform has not done it
        action = Action.objects.filter(case_id=case.pk).first()
        assert action is not None
    with clock.at(START + HOUR):
        with writing(system("delivery")) as w:
            row.about = "report"
            Clock.objects.filter(pk=row.pk).update(about="report")
            enforcement.confirm(w, action.pk, True)
        caught_up()
    row.refresh_from_db()
    assert (row.state, row.stopped_by, row.proof) == ("met", "action_confirmed", f"action:{action.pk}")


def test_a_pause_moves_the_end_and_a_second_notice_begins_anew(floor: Floor) -> None:
    row = begun()
    with clock.at(START + 20 * MINUTE), writing(LEGAL) as w:
        clocks.pause(w, row.pk, "clarification")
        with pytest.raises(BadInput, match="not paused for"):
            clocks.pause(w, begun(at=START).pk, "suit")
    with clock.at(START + 24 * HOUR):
        watching.watch()  # what stands still is not missed
    with clock.at(START + 25 * HOUR), writing(LEGAL) as w:
        resumed = clocks.resume(w, row.pk)
        assert resumed.due_at == START + 25 * HOUR + 40 * MINUTE and resumed.state == "running"
        with pytest.raises(Conflict):
            clocks.resume(w, row.pk)
    with clock.at(START + 30 * HOUR):
        watching.watch()
        row.refresh_from_db()
        assert row.state == "missed" and row.missed_at == START + 25 * HOUR + 40 * MINUTE
        with writing(LEGAL) as w:
            again = clocks.again(w, clocks.lock(row.pk), START + 30 * HOUR)
        assert (again.state, again.round, again.due_at) == ("running", 2, START + 31 * HOUR)
    whole()


def test_an_edit_of_the_table_moves_nothing_that_runs_and_needs_a_second_person(floor: Floor) -> None:
    row = begun()
    document = shipped.clocks()
    for rule in document["clocks"]:
        if rule["key"] == "eu.tco.removal":
            rule["amount"] = 3
    author, second = someone(LAWYER), someone(LAWYER)
    draft = documents.draft(author, "clocks", document, "three hours")
    with pytest.raises(Forbidden):
        documents.approve(author, "clocks", draft.number)
    documents.approve(second, "clocks", draft.number)
    assert Document.objects.get(kind="clocks", number=draft.number).approved_by == str(second)
    assert begun().due_at == START + 3 * HOUR
    with clock.at(START + MINUTE), writing(LEGAL) as w:
        clocks.pause(w, row.pk, "force_majeure")
    with clock.at(START + 2 * MINUTE), writing(LEGAL) as w:
        assert clocks.resume(w, row.pk).due_at == START + HOUR + MINUTE  # by its own version
    with pytest.raises(BadInput, match="is no unit"):
        documents.draft(author, "clocks", {"clocks": [{**document["clocks"][0], "unit": "moons"}]})
    whole()


def test_on_call_is_paged_once_for_the_warning_and_once_for_the_miss_whatever_dies(floor: Floor, on_call: Any) -> None:
    row = begun()
    warn = START + 15 * MINUTE
    for moment in (START, warn - SECOND):
        with clock.at(moment):
            assert watching.watch() == 0
    with clock.at(warn + SECOND), pytest.raises(RuntimeError):
        _die(row)
    assert not Page.objects.exists()
    for second in (2, 3, 4):  # each a process that was just started, with nothing in its memory
        _forget()
        with clock.at(warn + second * SECOND):
            watching.watch()
            firing.fire_due()
    row.refresh_from_db()
    assert row.paged and row.warned_at == warn + 2 * SECOND
    assert Page.objects.count() == 1 and Call.objects.filter(user_id=on_call.pk, pager="console").count() == 1
    for second in (1, 2, 60):
        _forget()
        with clock.at(START + HOUR + second * SECOND):
            watching.watch()
            firing.fire_due()
    missed = Page.objects.order_by("raised_at").last()
    assert missed is not None and missed.severity == 5 and Page.objects.count() == 2
    late = [
        event.data["late_ms"]
        for event in Event.objects.filter(type__in=["clock.warned", "clock.missed"]).order_by("ordinal")
    ]
    assert late == [2000, 1000] and all(each <= 5000 for each in late)
    with clock.at(START + 2 * HOUR), writing(LEGAL) as w:
        assert clocks.stop(w, clocks.lock(row.pk), "action_confirmed", "action:x")
    row.refresh_from_db()
    assert row.state == "missed" and row.stopped_at is not None  # done at last, but late
    assert not Page.objects.exclude(state="resolved").exists()
    [share] = [each for each in queries.attainment(LEGAL) if each.rule == "eu.tco.removal"]
    assert (share.met, share.missed, share.share) == (0, 1, 0.0)
    whole()


def _die(row: Clock) -> None:
    """A process that dies after it has raised the page, before the commit."""
    with writing(watching.ACTOR) as w:
        watching._warned(w, clocks.lock(row.pk), clock.now())
        raise RuntimeError


def _forget() -> None:
    from watchfloor.kernel.remembered import forget_all

    forget_all()


def test_a_clock_is_started_once_for_a_thing_and_stopped_by_hand_only_where_its_rule_says_so(floor: Floor) -> None:
    about = About(kind="manual", id=uuid4())
    with writing(LEGAL) as w:
        first = clocks.start_by_hand(w, "eu.tco.scrutiny", about, START)
        with pytest.raises(Conflict):
            clocks.start_by_hand(w, "eu.tco.scrutiny", about, START)
        with pytest.raises(BadInput):
            clocks.start_by_hand(w, "de.netzdg", about, START)
    with clock.at(START + HOUR), writing(LEGAL) as w:
        clocks.stop_by_hand(w, first.pk, "decision of 22 November")
        with pytest.raises(Conflict):
            clocks.stop_by_hand(w, begun().pk, "because I say so")
    first.refresh_from_db()
    assert first.state == "met" and first.stopped_by == "person"
