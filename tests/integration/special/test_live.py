"""A stream that goes on waits minutes in its own queue, most watched first; when it ends, what is left is ordinary work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.support.floor import LEAD, Floor, someone
from tests.support.people import member, signed_in

from watchfloor.enforcement import queries as enforcement
from watchfloor.identity.domain import system
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review import actions, queries
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Job, Mark


def show(name: str, *, live: Any = True, viewers: int = 10) -> Item:
    """The platform shows a stream, as an event does."""
    data = {"title": f"stream {name}", "live": live, "viewers": viewers, "author_id": "caster"}
    seen = ItemSeen(type="live_stream", id=name, data=data, seen_at=clock.now(), market="US", language="en")
    with writing(system("test")) as w:
        item, _version = items.see(w, seen)
        actions.stream_changed(w, item)
    return item


def test_minutes_count_and_the_most_watched_come_first(floor: Floor) -> None:
    small, big = show("small", viewers=10), show("big", viewers=5_000)
    cases = [floor.report(item) for item in (small, big, floor.item()[0])]
    jobs = {job.case_id: job for job in Job.objects.all()}
    assert [jobs[case.pk].queue_key for case in cases] == ["live", "live", "spam.en"]
    assert jobs[cases[1].pk].due_at - clock.now() <= timedelta(minutes=5)
    with clock.at(clock.now() + timedelta(minutes=3)):
        streams = queries.live_streams(someone(LEAD))
    assert [each.case.pk for each in streams] == [cases[1].pk, cases[0].pk]
    assert (streams[0].minutes, streams[0].viewers, streams[0].watched) == (3, 5_000, 15_000)
    page = signed_in(member(LEAD)).get("/review/live")
    assert page.status_code == 200 and "5,000" in page.content.decode()


def test_when_the_stream_ends_its_work_is_ordinary_and_the_evidence_stays(floor: Floor) -> None:
    item = show("a")
    case = floor.report(item)
    lead = someone(LEAD)
    actions.mark(lead, case.pk, at_ms=61_000, note="he shows the number")
    versions = ItemVersion.objects.filter(item=item).count()
    show("a", viewers=99)
    assert Job.objects.get(case=case).queue_key == "live"  # it goes on
    show("a", live=False)
    job = Job.objects.get(case=case)
    assert job.queue_key == "spam.en" and job.due_at - clock.now() > timedelta(hours=1)
    assert Event.objects.filter(type="stream.ended", case_id=case.pk).count() == 1
    assert queries.live_streams(lead) == []
    assert Mark.objects.filter(case=case).count() == 1 and ItemVersion.objects.filter(item=item).count() == versions + 2
    show("a", live=False)  # said again: nothing more happens
    assert Event.objects.filter(type="stream.ended").count() == 1


def test_who_holds_a_live_job_keeps_it(floor: Floor) -> None:
    item = show("b")
    case = floor.report(item)
    lead = someone(LEAD)
    lease = floor.claim(lead, queue="live")
    show("b", live=False)
    assert Job.objects.get(case=case).state == "leased"
    actions.decide(lead, lease.job_id, lease.token, DecisionIn(verdict="clean", active_ms=1))


def test_stopping_a_stream_is_offered_only_while_it_goes_on_and_says_it_cannot_be_undone(floor: Floor) -> None:
    keys = [kind.key for kind in enforcement.kinds()]
    going = {each.key: each for each in enforcement.preview(show("c"), "spam.bulk", keys)}
    assert going["stop_stream"].irreversible and not going["remove"].irreversible
    over = {each.key for each in enforcement.preview(show("c", live=False), "spam.bulk", keys)}
    assert "stop_stream" not in over and "remove" in over
    assert policies.violation("spam.bulk").actions  # its default choice stays its own
    case = floor.report(show("d"))
    lead = someone(LEAD)
    lease = floor.claim(lead, queue="live")
    finding = DecisionIn(verdict="violating", violation_key="spam.bulk", actions=("stop_stream",), active_ms=1)
    decision = actions.decide(lead, lease.job_id, lease.token, finding)
    assert [(each.kind_key, each.state) for each in enforcement.of_decision(decision.pk)] == [
        ("stop_stream", "pending")
    ]
    assert case.pk == decision.case_id


def test_marks_stand_in_the_order_of_the_video_and_are_taken_off_by_who_made_them(floor: Floor) -> None:
    case = floor.report()
    one, two = someone(LEAD), someone(LEAD)
    late = actions.mark(one, case.pk, at_ms=90_000, note="second")
    actions.mark(two, case.pk, at_ms=1_000, note="first")
    assert [row.note for row in queries.marks(case)] == ["first", "second"]
    with pytest.raises(NotFound):
        actions.unmark(two, late.pk)
    actions.unmark(one, late.pk)
    assert [row.note for row in queries.marks(case)] == ["first"]
    for wrong in (
        {"at_ms": -1, "note": "x"},
        {"at_ms": 1, "note": "x" * 501},
        {"at_ms": 1, "note": "x", "item_version": "f" * 64},
    ):
        with pytest.raises(BadInput):
            actions.mark(one, case.pk, **wrong)
    with pytest.raises(NotFound):
        actions.mark(someone(frozenset()), case.pk, at_ms=1, note="x")
    assert not Event.objects.filter(type__startswith="mark.", data__has_key="note").exists()
