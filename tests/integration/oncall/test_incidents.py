"""From a page to a room, its timeline that writes itself, the hold, the clock, the close, the review; by the pages people use."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.oncall.conftest import plan
from tests.support.floor import SPAM, Floor, someone
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import system
from watchfloor.kernel import clock, ids
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, firing, queries_incidents
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.models import Incident, Page
from watchfloor.review import actions as review


def test_one_trail_from_the_page_to_the_review(floor: Floor, people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    lead, reviewer = actor_of(lena), someone()
    case = floor.report()
    lease = floor.claim(reviewer)
    review.escalate(reviewer, lease.job_id, lease.token, "It is announced for tonight")
    firing.fire_due()
    paged, at_phone = Page.objects.get(), signed_in(lena)
    where = f"/oncall/pages/{ids.encode('page', paged.pk)}"
    assert (
        "You are called" in at_phone.get("/").content.decode()
        or "You are called" in at_phone.get("/review").content.decode()
    )
    text = at_phone.get(where).content.decode()
    assert "Acknowledge" in text and "text 1" not in text  # the item's words stay with the case
    assert at_phone.post(where, {"step": "acknowledge"}).status_code == 302

    made = at_phone.post(
        "/oncall/incidents/new",
        {"page": ids.encode("page", paged.pk), "title": "Announced for tonight", "severity": "5"},
    )
    room = made["Location"]
    row = Incident.objects.get()
    assert (row.cases, row.pages, row.roles) == ([case.pk], [paged.pk], {"lead": lead.id})
    floor.decide(lead, SPAM, queue="escalations")
    for step in (
        {"step": "hold", "why": "the police asked for it"},
        {"step": "write", "audience": "stakeholders", "text": "The stream was stopped."},
        {"step": "role", "role": "legal", "user": str(omar.pk)},
        {"step": "close", "why": "stopped, nobody hurt"},
    ):
        assert at_phone.post(room, step).status_code == 302, step
    assert at_phone.post(room, {"step": "hold", "why": " "}).status_code in (302, 422)
    short = {"step": "correct", "correction": "Announcements ring at once", "owner": str(omar.pk), "due_on": ""}
    refused = at_phone.post(room, short)
    assert (
        refused.status_code == 422 and "Announcements ring at once" in refused.content.decode()
    )  # what was typed stays
    for step in (
        {"step": "review", "happened": "It was announced an hour before.", "causes": "The rule looked at titles only."},
        {**short, "due_on": (clock.now() + timedelta(days=14)).date().isoformat()},
        {"step": "not_recurred"},
    ):
        assert at_phone.post(room, step).status_code == 302, step

    found = queries_incidents.room(lead, row.pk)
    told = [each.what for each in found.timeline]
    sequencer.catch_up()
    assert [each for each in rebuild.check().differences if each.table.startswith("oncall")] == []
    for expected in (
        "acknowledged the page", "opened the incident", "had the evidence held", "closed the incident", "wrote the review",
        "agreed on a corrective action",
    ):  # fmt: skip
        assert expected in told, told
    assert any(
        each.group == "decision" for each in found.timeline
    )  # what was done to the case is in the same line of time
    assert [each.at for each in found.timeline] == sorted(each.at for each in found.timeline)
    assert Page.objects.get().state == "resolved" and found.corrections[0].owner_id == omar.pk
    shown = at_phone.get(room).content.decode()
    assert "Evidence held" in shown and "it has not come back" in shown
    taken = at_phone.get(f"{room}.md").content.decode()
    assert taken.startswith("# Incident 1: Announced for tonight") and "## Corrective actions" in taken
    assert "police" not in str(list(Event.objects.filter(type__startswith="incident.").values_list("data", flat=True)))


def test_the_clock_of_the_case_is_the_clock_of_the_room(floor: Floor, people: tuple[Any, Any]) -> None:
    lead = actor_of(people[0])
    case = floor.report()
    row = actions.open_incident(lead, title="x", severity=4, case_id=case.pk)
    room = queries_incidents.room(lead, row.pk)
    assert room.due_at is not None and room.cases[0].clock
    floor.decide(lead)
    assert queries_incidents.room(lead, row.pk).due_at is None


def test_a_restricted_case_restricts_the_room_and_nothing_leaves_it(floor: Floor, people: tuple[Any, Any]) -> None:
    case = floor.report(reason="child-abuse")
    may = {"oncall.view", "incident.manage", "case.view", "restricted.view"}
    cleared = member(may, "Cleo Cleared", clearances=["child_safety"])
    row = actions.open_incident(actor_of(cleared), title="A ring", severity=5, case_id=case.pk)
    assert row.clearance == "child_safety"
    where = f"/oncall/incidents/{ids.encode('inc', row.pk)}"
    assert signed_in(cleared).get(where).status_code == 200
    assert signed_in(cleared).get(f"{where}.md").status_code == 404
    uncleared = signed_in(people[0])
    assert (
        uncleared.get(where).status_code == 404 and "A ring" not in uncleared.get("/oncall/incidents").content.decode()
    )
    with pytest.raises(NotFound):
        actions.open_incident(actor_of(people[0]), title="x", severity=5, case_id=case.pk)
    rows = list(
        csv.reader(io.StringIO(signed_in(cleared).get("/oncall/incidents?format=csv").getvalue().decode("utf-8-sig")))
    )
    assert len(rows) == 1  # restricted ones are in no file


def test_what_does_not_follow_is_refused(people: tuple[Any, Any]) -> None:
    lead = actor_of(people[0])
    row = actions.open_incident(lead, title="x", severity=3)
    second = actions.open_incident(lead, title="y", severity=3)
    assert (row.number, second.number) == (1, 2)
    with pytest.raises(Conflict):
        actions.review(lead, row.pk, happened="a", causes="b")
    with pytest.raises(BadInput):
        actions.open_incident(lead, title="x", severity=6)
    with pytest.raises(BadInput):
        actions.take_role(lead, row.pk, "king", None)
    actions.close(lead, row.pk, "done")
    with pytest.raises(Conflict):
        actions.close(lead, row.pk, "again")
    assert queries_incidents.waiting(lead)["reviews"] == 1
    actions.reopen(lead, row.pk, "no, it goes on")
    assert Incident.objects.get(pk=row.pk).state == "open"


def test_every_place_opens_and_the_forms_make_what_they_say(people: tuple[Any, Any]) -> None:
    may = {"oncall.view", "oncall.manage", "oncall.page", "oncall.answer", "incident.manage"}
    boss = member(may, "Maya Manager")
    client = signed_in(boss)
    layer = {"name-0": "nights", "people-0": [str(people[0].pk), str(people[1].pk)], "begins-0": "2026-01-05T21:00", "unit-0": "day",
             "every-0": "1", "start-0": "21:00", "end-0": "09:00"}  # fmt: skip
    assert (
        client.post(
            "/oncall/setup/schedule", {"key": "nights", "name": "Nights", "zone": "Mars/Base", **layer}
        ).status_code
        == 422
    )
    made = client.post("/oncall/setup/schedule", {"key": "nights", "name": "Nights", "zone": "Asia/Tokyo", **layer})
    assert made["Location"] == "/oncall/schedules/nights"
    step = {"targets-0": ["schedule:nights", f"user:{boss.pk}"], "wait-0": "10", "repeat": "2"}
    assert client.post("/oncall/setup/policy", {"key": "severe", "name": "Severe", **step}).status_code == 302
    line = {"escalation_policy-0": "severe", "severity-0": "4", "market-0": "", "policy-0": ""}
    assert client.post("/oncall/setup/matrix", line).status_code == 302
    with writing(system("test")) as w:
        assert actions.page(w, PageIn(key="k", severity=4)) is not None
    begin = clock.now() + timedelta(hours=1)
    swap = {
        "person": str(people[1].pk),
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(hours=8)).isoformat(),
    }
    assert client.post("/oncall/schedules/nights", swap).status_code == 302
    assert (
        client.post("/oncall/pages/new", {"policy": "severe", "severity": "3", "words": "Please look"}).status_code
        == 302
    )
    webhook = {"pager": "webhook", "address": "ftp://nowhere", "name": "pager"}
    assert client.post("/oncall/contacts", webhook).status_code == 422
    for address in (
        "/oncall", "/oncall/load", "/oncall/load?format=csv", "/oncall/schedules/nights", "/oncall/schedules/nights?week=2026-03-23",
        "/oncall/setup", "/oncall/setup/schedule", "/oncall/setup/schedule?key=nights", "/oncall/setup/policy?key=severe",
        "/oncall/setup/matrix", "/oncall/contacts", "/oncall/pages", "/oncall/pages?state=raised&about=manual", "/oncall/pages?format=csv",
        "/oncall/pages/new", "/oncall/incidents", "/oncall/incidents/new", "/oncall/incidents?state=open",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert client.get("/oncall/schedules/none").status_code == 404
