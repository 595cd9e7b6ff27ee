"""Break-glass: immediate, marked, ending by itself, heard of by security, reviewed by somebody else."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.support.floor import Floor
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity import glass, glass_queries
from watchfloor.identity.domain import Scope, system
from watchfloor.identity.models import BreakGlass, RestrictedRead, User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions, queries

WHY = "A child is in danger now and nobody cleared answers the phone."


@pytest.fixture
def lead(floor: Floor) -> User:
    return member({"glass.break", "review.work"}, "Lena Lead")


@pytest.fixture
def guard(floor: Floor) -> User:
    return member({"glass.review", "reads.view"}, "Samir Security")


def broken(user: User, **more: object) -> BreakGlass:
    by = actor_of(user)
    with writing(by) as w:
        return glass.break_glass(w, user.pk, by=by, **{"reason": WHY, "clearances": ["child_safety"], **more})  # type: ignore[arg-type]


def test_it_opens_marks_and_ends_by_itself(floor: Floor, lead: User) -> None:
    case = floor.report(reason="child-abuse")
    with pytest.raises(NotFound):
        queries.case(actor_of(lead), case.pk)
    row = broken(lead, minutes=30)
    actor = actor_of(lead)
    assert actor.on_behalf == f"break-glass:{row.pk}"
    queries.case(actor, case.pk, why="look for the address")
    actions.note(actor, case.pk, "called the police")
    event = Event.objects.get(type="note.added")
    assert event.actor == f"user:{lead.pk}" and event.on_behalf == actor.on_behalf
    looks = RestrictedRead.objects.filter(under=actor.on_behalf)
    assert looks.count() >= 1 and {look.clearance for look in looks} == {"child_safety"}
    done = glass_queries.done_under(row)
    assert {"look", "note.added"} <= {each.what for each in done}
    with clock.at(clock.now() + timedelta(minutes=31)):
        after = actor_of(lead)
        assert after.on_behalf == "" and not after.may("case.view", clearance="child_safety")
        with pytest.raises(NotFound):
            queries.case(after, case.pk)


def test_what_was_taken_is_not_handed_on(lead: User) -> None:
    broken(lead)
    wanted = Scope(
        role="x", permissions=frozenset({"case.view"}), clearances=frozenset({"child_safety"}),
        until=clock.now() + timedelta(minutes=1),
    )  # fmt: skip
    assert actor_of(lead).beyond(wanted) == "case.view"


def test_nobody_breaks_it_lightly_for_another_or_twice(lead: User, guard: User) -> None:
    for wrong in ({"reason": "test"}, {"minutes": 0}, {"minutes": 10_000}):
        with pytest.raises(BadInput):
            broken(lead, **wrong)
    with pytest.raises(Forbidden):
        broken(guard)
    by = actor_of(lead)
    with pytest.raises(Forbidden), writing(by) as w:
        glass.break_glass(w, guard.pk, by=by, reason=WHY, clearances=[])
    broken(lead)
    with pytest.raises(Conflict):
        broken(lead)


def test_it_is_reviewed_by_somebody_else_once_it_is_over(lead: User, guard: User) -> None:
    row = broken(lead)
    with pytest.raises(Conflict, match="still broken"), writing("test") as w:
        glass.review(w, row, by=actor_of(guard), outcome="justified", finding="He did what had to be done.")
    with writing(actor_of(guard)) as w:
        glass.end(w, row, by=actor_of(guard))
    assert actor_of(lead).on_behalf == ""
    both = member({"glass.review", "glass.break"})
    own = broken(both, minutes=1)
    with clock.at(clock.now() + timedelta(minutes=2)):
        with pytest.raises(Forbidden), writing("test") as w:
            glass.review(w, own, by=actor_of(both), outcome="justified", finding="I did what had to be done.")
        with writing(actor_of(guard)) as w:
            glass.review(w, row, by=actor_of(guard), outcome="not_justified", finding="Somebody cleared was on call.")
        assert glass_queries.waiting(actor_of(guard)) == 1
    with clock.at(clock.now() + timedelta(days=4)):
        assert glass_queries.state_of(own) == "overdue" and glass_queries.state_of(row) == "reviewed"


def test_the_pages_ring_show_and_close(floor: Floor, lead: User, guard: User) -> None:
    mine, theirs = signed_in(lead), signed_in(guard)
    assert "Broken now" not in theirs.get("/settings/break-glass").content.decode()
    bad = mine.post("/settings/break-glass", {"reason": "short", "minutes": "60"})
    assert bad.status_code == 422 and "short" in bad.content.decode()
    made = mine.post("/settings/break-glass", {"reason": WHY, "minutes": "60", "clearances": ["child_safety"]})
    assert made.status_code == 302
    page = theirs.get("/settings/me").content.decode()
    assert "/settings/break-glass" in page  # the bell is on every page
    assert "/settings/break-glass" not in signed_in(member({"case.view"})).get("/settings/me").content.decode()
    shown = theirs.get("/settings/break-glass").content.decode()
    assert "Broken now" in shown and "A child is in danger now" in shown
    assert theirs.post(made["Location"], {"step": "end"}).status_code == 302
    done = theirs.post(made["Location"], {"outcome": "justified", "finding": "It was the only way to reach them."})
    assert done.status_code == 302 and "justified" in theirs.get(made["Location"]).content.decode()
    assert signed_in(member({"glass.break"})).get(made["Location"]).status_code == 404  # another's
    told = json.dumps(list(Event.objects.filter(type__startswith="glass.").values("data", "changes")))
    assert "danger" not in told  # people's words are sealed
    sequencer.catch_up()
    assert not [each for each in rebuild.check().differences if each.table == "identity_break_glass"]


def test_the_log_of_looks_names_no_thing_to_who_may_not_open_it(floor: Floor, guard: User) -> None:
    case = floor.report(reason="child-abuse")
    cleared = member({"case.view", "restricted.view", "reads.view"}, clearances=["child_safety"])
    queries.case(actor_of(cleared), case.pk, why="handover")
    page = signed_in(guard).get("/settings/reads").content.decode()
    assert "handover" in page and str(case.pk) not in page
    assert str(case.pk) in signed_in(cleared).get("/settings/reads").content.decode()
    asked = signed_in(guard).get("/settings/reads", {"subject": f"case:{case.pk}"}).content.decode()
    assert "handover" not in asked  # nor by asking for it
    assert signed_in(member({"ledger.view"})).get("/settings/reads").status_code == 403


def test_the_command_line_breaks_it_for_who_may(lead: User, guard: User) -> None:
    assert glass.may_ever_break(lead.pk) and not glass.may_ever_break(guard.pk)
    with writing(system("command")) as w:
        row = glass.break_glass(w, lead.pk, by=system("command"), reason=WHY, clearances=[], act=True)
    assert actor_of(lead).has("enforcement.approve") and row.permissions
