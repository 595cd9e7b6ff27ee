"""A month with a vendor through its pages: check-in, questions, announcements, invoice, visit; and who may see none of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from tests.integration.vendors.conftest import MONDAY, House

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.knowledge import queries as knowledge
from watchfloor.knowledge.models import Article
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.vendors import mailing, scorecard
from watchfloor.vendors.actions.contracts import save_contract
from watchfloor.vendors.domain.terms import Terms
from watchfloor.vendors.models import Announcement, CheckIn, Invoice, Question, Receipt, Task, Visit

pytestmark = pytest.mark.django_db


class PolicyMoved(LedgerEvent, frozen=True, tag="test.policy_moved"):
    """Only for these tests."""


BIRCH = "/vendors/birch"


def post(client: Any, where: str, do: str, **more: Any) -> int:
    return int(client.post(where, {"do": do, **more}).status_code)


def test_a_check_in_from_plan_to_mail(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # 19 of 20 days with four in ten late: the promise of 95 % is missed, and the interval says so
    days = [(60.0, 100.0)] * 20
    monkeypatch.setattr(scorecard, "days", lambda vendor, key, start, end: days if key == "sla_completed" else [])
    where = f"{BIRCH}/check-ins"
    plan = {"at": "2026-11-23T10:00", "starts_on": "2026-11-01", "ends_on": "2026-11-20"}
    assert post(house.manager, where, "plan", **plan) == 302
    assert post(house.manager, where, "plan", **plan) == 422  # one is planned already
    row = CheckIn.objects.get()
    one = f"{where}/{row.pk}"
    assert house.lead.get(one).status_code == 404  # not sent yet
    page = house.manager.get(one).content.decode()
    assert "Missed" in page and "60.0" in page and "[" in page and "2 % of the fee" in page
    assert post(house.manager, one, "send") == 422  # no minutes
    task = {"text": "Two more on the late shift", "side": "vendor", "owner": "Lena", "due_on": "2026-11-27"}
    assert post(house.manager, one, "task", **task) == 302
    assert post(house.manager, one, "task", **{**task, "due_on": "2026-11-20"}) == 422  # past
    assert post(house.manager, one, "send", minutes="Late shift was short. <b>", attendees="Vania, Lena") == 302
    row.refresh_from_db()
    assert (row.state, row.agenda["targets"][0]["outcome"]) == ("sent", "missed")
    following = CheckIn.objects.get(state="planned")
    assert (following.number, following.starts_on) == (2, date(2026, 11, 21))
    assert following.at == datetime(
        2026, 11, 30, 10, 0, tzinfo=UTC
    )  # ten in Lisbon; 1 December is a holiday there, this is none

    assert mailing.send_due() == 1 and mailing.send_due() == 0
    letter = mail.outbox[0]
    assert letter.to == ["lena@birch.example", "ops@birch.example"]
    assert "| SLA, by completion | 4.1 |" in letter.body and "Two more on the late shift" in letter.body
    text = house.lead.get(f"{one}?format=md").content.decode()
    assert "Late shift was short." in text and "Missed" in text
    monkeypatch.setattr(scorecard, "days", lambda *_: [(99.0, 100.0)] * 20)
    assert "Missed" in house.lead.get(one).content.decode()  # as it was sent, whatever the figures say by now
    assert post(house.lead, one, "done", task=str(Task.objects.get().pk)) == 302
    assert Task.objects.get().done_at is not None
    assert post(house.lead, one, "write", minutes="x", attendees="") == 404
    sequencer.catch_up()
    assert rebuild.check().differences == []
    said = str(list(Event.objects.filter(type__startswith="vendor.").values_list("data", "changes")))
    assert "late shift" not in said.casefold() and "birch.example" not in said


def test_a_question_has_a_clock_and_its_answer_becomes_knowledge(house: House) -> None:
    where = f"{BIRCH}/questions"
    assert post(house.lead, where, "ask", text="Is a parody account impersonation?", policy="impersonation") == 302
    row = Question.objects.get()
    assert row.due_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # eight working hours of Dublin
    assert post(house.lead, where, "answer", question=str(row.pk), answer="Yes") == 404  # the house answers
    assert post(house.manager, where, "answer", question=str(row.pk), answer="") == 422
    with clock.at(MONDAY + timedelta(hours=3)):
        assert (
            post(house.manager, where, "answer", question=str(row.pk), answer="Not when it says so.", article="Parody")
            == 302
        )
    assert "Not when it says so." in house.lead.get(where).content.decode()
    told = Event.objects.get(type="vendor.answered").data
    assert told["in_time"] and told["after_ms"] == 3 * 3_600_000

    draft = Article.objects.get()
    assert knowledge.beside("impersonation") == [] and house.reviewer.get(f"/knowledge/{draft.pk}").status_code == 404
    assert post(house.manager, f"/knowledge/{draft.pk}", "publish") == 302
    assert knowledge.beside("impersonation") == [draft]
    assert "Parody" in house.reviewer.get("/knowledge?q=says").content.decode()
    assert "Parody" not in house.reviewer.get("/knowledge?q=nothing").content.decode()
    assert post(house.reviewer, f"/knowledge/{draft.pk}", "retire") == 404
    change = {"title": "Parody", "body": "Not when it says so at once.", "language": "en"}
    assert post(house.manager, f"/knowledge/{draft.pk}", "change", seen="1", **change) == 302
    assert post(house.manager, f"/knowledge/{draft.pk}", "change", seen="1", **change) == 422  # written meanwhile
    with writing(system("test")) as w:  # another text comes into force
        w.update(Article.objects.get(), policy_version=Article.objects.get().policy_version - 1)
        w.event(PolicyMoved(), draft)
    assert knowledge.beside("impersonation") == [] and "Stale" in house.manager.get("/knowledge").content.decode()
    assert post(house.manager, f"/knowledge/{draft.pk}", "publish") == 302
    assert knowledge.beside("impersonation") == [draft]


def test_announcements_are_read_and_acknowledged_by_site(house: House) -> None:
    told = {"title": "New wording on spam", "text": "Read 2.3 again.", "policy": "spam", "vendors": ["birch"]}
    assert post(house.manager, "/announcements", "announce", **told) == 302
    row = Announcement.objects.get()
    where = f"/announcements/{row.pk}"
    assert house.own.get(where).status_code == 404 and house.lead.get(where).status_code == 200
    assert Receipt.objects.count() == 0  # the lead is no reviewer of the vendor
    assert house.reviewer.get(where).status_code == 200 and house.reviewer.get(where).status_code == 200
    assert Receipt.objects.get().acknowledged_at is None
    assert post(house.reviewer, where, "acknowledge") == 302
    csv = b"".join(house.manager.get(f"{where}?format=csv").streaming_content).decode()
    assert "Lisbon,birch,1,1,1" in csv and "Manila" not in csv
    assert post(house.birch_manager, "/announcements", "announce", **{**told, "vendors": ["alder"]}) == 422
    assert post(house.birch_manager, "/announcements", "announce", **{**told, "vendors": []}) == 302
    assert Announcement.objects.latest("made_at").vendors == ["birch"]  # all of theirs
    assert post(house.reviewer, "/announcements", "announce", **told) == 404


def test_an_invoice_is_held_against_the_log_and_the_credit_is_taken_off(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorecard, "days", lambda v, key, s, e: [(60.0, 100.0)] * 20 if key == "sla_completed" else [])
    hour = 3_600_000
    monkeypatch.setattr(
        "watchfloor.vendors.hours.logged", lambda *_: ({"rui@x": {date(2026, 11, 2): 100 * hour}}, {"rui": "rui@x"})
    )
    lines = "person,role,from,to,hours,rate,amount\nRui,reviewer,2026-11-01,2026-11-20,110,14.50,1595.00\n"
    given = {"reference": "B-11", "starts_on": "2026-11-01", "ends_on": "2026-11-20", "lines": lines}
    assert post(house.lead, f"{BIRCH}/invoices", "take_in", **{**given, "lines": "nonsense"}) == 422
    assert post(house.lead, f"{BIRCH}/invoices", "take_in", **given) == 302
    assert post(house.lead, f"{BIRCH}/invoices", "take_in", **given) == 422  # known by its number
    row = Invoice.objects.get()
    where = f"{BIRCH}/invoices/{row.pk}"
    page = house.manager.get(where).content.decode()
    assert "110 h are billed; 100.00 h were logged." in page and "145.00" in page
    assert post(house.lead, where, "accept") == 404 and post(house.manager, where, "dispute") == 422
    assert post(house.manager, where, "dispute", why="Ten hours too many.") == 302
    assert "Ten hours too many." in house.lead.get(where).content.decode()
    assert post(house.manager, where, "accept", accept="agreed") == 302
    row.refresh_from_db()
    assert (row.state, row.paid, row.credit) == (
        "accepted",
        Decimal("1450.00"),
        Decimal("29.00"),
    )  # two percent of what is paid
    assert "29.00 EUR" in house.manager.get(f"{BIRCH}?from=2026-11-01&to=2026-11-20").content.decode()


def test_a_visit_and_its_findings(house: House) -> None:
    where = f"{BIRCH}/visits"
    assert post(house.manager, where, "plan", site="Lisbon", on="2026-12-02", who="Vania") == 302
    visit = Visit.objects.get()
    one = f"{where}/{visit.pk}"
    assert post(house.manager, one, "close") == 422  # nothing was looked at
    finding = {"text": "Blurring was off on three desks", "grade": "major", "owner": "Lena", "due_on": "2026-12-11"}
    assert post(house.manager, one, "finding", **finding) == 302
    assert post(house.manager, one, "close", **{f"state-{key}": "good" for key, _state, _note in visit.checks}) == 302
    register = b"".join(house.manager.get(f"{where}?format=csv").streaming_content).decode()
    assert "Blurring was off on three desks,major,Lena,2026-12-11" in register
    assert house.lead.get(where).status_code == 403  # the house's own notes


def test_a_vendor_sees_its_own_and_nobody_elses(house: House) -> None:
    pages = ("", "/check-ins", "/questions", "/invoices", "/contract")
    for page in pages:
        assert house.lead.get(BIRCH + page).status_code == 200, page
        assert house.birch_manager.get(BIRCH + page).status_code == 200, page
        for client in (house.lead, house.birch_manager):
            refused = client.get(f"/vendors/alder{page}")
            assert refused.status_code == client.get(f"/vendors/nobody{page}").status_code == 404, page
        assert house.own.get(BIRCH + page).status_code == 403, page
        assert house.manager.get(f"/vendors/alder{page}").status_code == 200, page
    assert house.lead.get("/vendors").headers["location"] == BIRCH
    assert "Alder" not in house.birch_manager.get("/vendors").content.decode()
    assert post(house.lead, "/vendors/alder/questions", "ask", text="?") == 404
    assert post(house.lead, f"{BIRCH}/contract", "party", addresses="", country="") == 404
    assert house.manager.get(f"{BIRCH}?from=soon").status_code == 422


def test_a_new_version_leaves_the_past_alone(house: House) -> None:
    with writing(system("test")) as w:
        save_contract(w, "birch", Terms(), date(2026, 11, 10), seen=1)
    with pytest.raises(Conflict, match="newer version"), writing(system("test")) as w:
        save_contract(w, "birch", Terms(), date(2026, 11, 11), seen=1)
    assert len(scorecard.card("birch", date(2026, 11, 1), date(2026, 11, 9)).verdicts) == 1
    assert scorecard.card("birch", date(2026, 11, 1), date(2026, 11, 10)).verdicts == ()
    page = house.manager.get(f"{BIRCH}/contract")
    assert page.status_code == 200 and "Version 2" in page.content.decode()
    bad = {
        "do": "contract", "sheet": "target,happiness,1,5,", "currency": "EUR", "confidence": "95", "cap": "15", "tolerance": "2",
        "least": "50", "least_days": "5", "answer_hours": "8", "every_days": "7", "starts_on": "2026-12-01",
    }  # fmt: skip
    refused = house.manager.post(f"{BIRCH}/contract", bad)
    assert (
        refused.status_code == 422 and "Line 1" in refused.content.decode() and "happiness" in refused.content.decode()
    )
