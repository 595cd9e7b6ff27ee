"""Journey 8: a vendor manager's Monday. The check-in filled itself, a miss is shown by its interval and costs what the contract says, the
vendor's question is answered and becomes knowledge, the training gap is closed by Friday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support import vendors
from tests.support.people import actor_of, member

from watchfloor.crisis import actions as crisis
from watchfloor.identity.domain import system
from watchfloor.kernel import clock, ids
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as oncall
from watchfloor.policy import queries as policies
from watchfloor.training import staff
from watchfloor.vendors.actions import visits, workspace
from watchfloor.vendors.models import CheckIn, Invoice
from watchfloor.workforce.actions import grant_certificate

DIST = Path(__file__).parents[3] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
MANAGER = {"vendor.view", "vendor.manage", "knowledge.edit", "policy.view", "training.view", "insight.view"}


def test_a_monday_check_in(open_as: Callable[..., Page], four_looks: Callable[[Any], None]) -> None:
    rui, first = vendors.fortnight()
    last = first + timedelta(days=vendors.DAYS - 1)
    manager = member(MANAGER, "Vania Mello")
    lead = member({"vendor.work", "policy.view"}, "Lena Lima", vendors=["birch"])

    theirs = open_as(lead, "/vendors")  # goes straight to their own
    expect(theirs.get_by_role("heading", name="Birch")).to_be_visible()
    theirs.get_by_role("link", name="Questions").click()
    theirs.get_by_label("Question").fill("Is a shop's own newsletter spam when people signed up for it?")
    theirs.get_by_label("Policy").select_option("spam")
    theirs.get_by_role("button", name="Ask").click()
    theirs.goto("/vendors/birch/invoices")
    theirs.get_by_label("Its number").fill("B-2026-11")
    theirs.get_by_label("From").fill(first.date().isoformat())
    theirs.get_by_label("To", exact=True).fill(last.date().isoformat())
    row = f"Rui Reis,reviewer,{first.date()},{last.date()},2.50,14.50,36.25"
    theirs.get_by_label("Lines").fill(f"person,role,from,to,hours,rate,amount\n{row}")
    theirs.get_by_role("button", name="Take it in").click()

    ours = open_as(manager, "/vendors")
    ours.get_by_role("link", name="Birch").click()
    ours.get_by_role("link", name="Check-ins").click()
    ours.get_by_label("Figures from").fill(first.date().isoformat())
    ours.get_by_label("to", exact=True).fill(last.date().isoformat())
    ours.get_by_role("button", name="Plan it").click()
    ours.get_by_role("link", name="No. 1").click()
    targets = ours.get_by_role("table", name="Figures")
    late, time = (targets.get_by_role("row").filter(has_text=clause) for clause in ("4.1", "4.2"))
    expect(late).to_contain_text("Missed")
    expect(late).to_contain_text("25.0")  # one of four in time
    expect(late).to_contain_text("[")
    expect(time).to_contain_text("Met")
    expect(ours.locator("#credit")).to_contain_text("1.81 EUR is owed: 5 % of 36.25 (invoice B-2026-11)")
    gap = ours.get_by_role("region", name="Training gaps")
    expect(gap).to_contain_text("0 of 1 are certified")
    expect(ours.get_by_text("Is a shop's own newsletter spam")).to_be_visible()

    ours.get_by_role("link", name="B-2026-11").click()  # what was logged is less than what is billed
    expect(ours.get_by_role("table", name="What differs")).to_contain_text("2.50 h are billed; 0.80 h were logged.")
    four_looks(ours)
    ours.get_by_role("button", name="Accept it").click()
    expect(ours.get_by_text("11.60").first).to_be_visible()
    assert str(Invoice.objects.get().credit) == "0.58"  # five percent of what is paid

    ours.goto("/vendors/birch/questions")
    four_looks(ours)
    ours.get_by_label("Your answer").fill("No: not while each mail names who signed up and how to leave.")
    ours.get_by_label("Title of an article from it").fill("Newsletters people signed up for")
    ours.get_by_role("button", name="Answer").click()
    ours.get_by_role("link", name="Article").click()
    ours.get_by_role("button", name="Publish it").click()
    expect(ours.get_by_text("Published", exact=True)).to_be_visible()
    four_looks(ours)

    check_in = CheckIn.objects.get()
    ours.goto(f"/vendors/birch/check-ins/{check_in.pk}")
    friday = clock.now().date() + timedelta(days=4)
    ours.get_by_label("Action").fill("Rui sits the spam exam")
    ours.get_by_label("Owner").fill("Lena")
    ours.get_by_label("Due").fill(friday.isoformat())
    ours.get_by_role("button", name="Agree").click()
    ours.get_by_label("What was said").fill("The late cases came in over the weekend; a second seat starts on Monday.")
    four_looks(ours)
    ours.get_by_role("button", name="Send").click()
    expect(ours.get_by_text("Sent. The next check-in is planned.").first).to_be_visible()

    for policy, _name in staff.policies_taught():  # by Friday he has passed
        version = policies.version_in_force(policy)
        with writing(system("test")) as w:
            grant_certificate(w, rui.pk, policy, version=version.number if version else 0, how="exam")
    theirs.goto("/vendors/birch/check-ins")
    theirs.get_by_role("button", name="Done: Rui sits the spam exam").click()
    expect(theirs.get_by_role("button", name="Not done: Rui sits the spam exam")).to_be_visible()
    theirs.goto(f"/vendors/birch/check-ins/{check_in.pk}")
    expect(theirs.get_by_text("a second seat starts on Monday")).to_be_visible()
    theirs.goto("/vendors/birch")
    expect(theirs.get_by_role("region", name="Training gaps")).to_have_count(0)
    assert theirs.goto("/vendors/cedar").status == 404  # type: ignore[union-attr]
    _the_pages_around(open_as, four_looks)


def _the_pages_around(open_as: Callable[..., Page], four_looks: Callable[[Any], None]) -> None:
    """What else a vendor manager opens, and the two pages that share their hours: a crisis, and people as a file."""
    may = {*MANAGER, "people.manage", "oncall.view", "incident.manage", "bank.view", "bank.edit", "bank.manage"}
    iris = member(may, "Iris Ito")
    with writing(system("test")) as w:
        visit = visits.plan(w, "birch", site="Lisbon", on=clock.now().date(), who="Vania and Iris")
        visits.fill_in(
            w, visit.pk, {"screens": ("good", ""), "breaks": ("not", "Two breaks were cut short on Friday.")}
        )
        told = workspace.announce(
            w, system("test"), title="Newsletters", text="Read the article before Monday.", policy_key="spam"
        )
    incident = oncall.open_incident(actor_of(iris), title="A clip of an attack", severity=4)
    crisis.set_level(actor_of(iris), incident, 2, "Copies are coming in")
    room = f"/oncall/incidents/{ids.encode('inc', incident.pk)}/crisis"
    page = open_as(iris, "/vendors/birch/contract")
    for address in (
        "/vendors/birch/contract", "/vendors/birch/visits", f"/vendors/birch/visits/{visit.pk}", "/announcements",
        f"/announcements/{told.pk}", room, "/settings/people/file",
    ):  # fmt: skip
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        four_looks(page)
    page.get_by_label("or its lines").fill("email,name,vendor\nnew@example.org,Nils New,birch\nbad,Bea,\n")
    page.get_by_role("button", name="Look at what it would do").click()
    expect(page.get_by_role("table", name="Lines that cannot be done")).to_contain_text("not an e-mail address")
    four_looks(page)
    page.get_by_label("or its lines").fill("email,name,vendor\nnew@example.org,Nils New,birch\n")
    page.get_by_role("button", name="Look at what it would do").click()
    page.get_by_role("button", name="Do this for 1 person").click()
    expect(page.get_by_text("1 person of this file has never signed in")).to_be_visible()
    four_looks(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("It was taken back")).to_be_visible()
