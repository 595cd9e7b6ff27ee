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
from tests.support.people import member

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.training import staff
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
