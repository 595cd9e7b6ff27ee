"""A risk from the form to its indicator, and an intervention from the plan to its verdict, in a real browser; two looks at each and axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.markets import written
from tests.support.people import member

from watchfloor.identity.domain import system
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.risks.actions import register
from watchfloor.programme.risks.domain import RiskIn

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


def test_a_risk_and_an_intervention(open_as: Callable[..., Page], four_looks: Callable[[Any], None]) -> None:
    now = clock.now()  # the server's own thread has no other clock
    changed = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=21)
    written(changed, now)
    with writing(system("test")) as w:
        for title, likelihood, impact in (
            ("A vendor's site fails", 2, 4),
            ("A new act asks for reports within a day", 4, 3),
        ):
            given = RiskIn(
                title=title, event="It happens", likelihood=4, impact=4, residual_likelihood=likelihood, residual_impact=impact,
                review_on=now.date() + timedelta(days=9),
            )  # fmt: skip
            register.write(w, system("test"), given)
    Spike.objects.create(
        metric="incoming_total", kind="spike", where={"market": "DE"}, starts_at=changed, last_at=changed, found_at=changed,
        found_by="system:test", value=90, expected=60,
    )  # fmt: skip
    person = member({"programme.view", "programme.edit", "insight.view"}, "Petra Planner")
    page = open_as(person, "/programme/risks/new")
    page.get_by_label("Name").fill("Link farms overrun one market")
    page.get_by_label("Event").fill("Thousands of accounts post the same links")
    page.get_by_label("Likelihood", exact=True).select_option("5")
    page.get_by_label("Impact", exact=True).select_option("4")
    page.get_by_label("Looked at again on").fill((now + timedelta(days=30)).date().isoformat())
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("The risk is in the register")).to_be_visible()
    page.get_by_text("Add a control").click()
    page.get_by_label("What keeps it small").fill("A rule on the age of accounts")
    page.get_by_role("button", name="Add the control").click()
    expect(page.get_by_text("Never tried").first).to_be_visible()
    page.get_by_text("Watch a number").click()
    page.get_by_label("Metric").select_option("incoming_total")
    page.get_by_label("Over").select_option("week")
    page.get_by_label("Amber at").fill("10")
    page.get_by_label("Red at").fill("20")
    page.get_by_label("Market").fill("DE")
    page.get_by_role("button", name="Watch it").click()
    expect(page.get_by_text("Red", exact=True).first).to_be_visible()  # some two hundred came in a week
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Risks").first.click()
    page.get_by_role("link", name="1 risk: likelihood 3, impact 3").click()
    expect(page.get_by_role("link", name="3 Link farms overrun one market")).to_be_visible()
    expect(page.get_by_role("link", name="A vendor's site fails")).to_have_count(0)
    page.goto("/programme/risks")
    four_looks(page)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/programme/turned")
    expect(page.get_by_role("cell", name="Nothing done yet")).to_be_visible()
    page.get_by_role("link", name="Write down what is done").click()
    page.get_by_label("In a few words").fill("New accounts wait before their first link")
    page.get_by_label("When it takes effect").fill(f"{changed:%Y-%m-%dT%H:%M}")
    page.get_by_label("Measured on").fill(f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}")
    expect(page.get_by_label("Market")).to_have_value("DE")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("button", name="Measure now").click()
    expect(page.locator("#verdict")).to_contain_text("Reversed: ")
    expect(page.locator("#verdict")).to_contain_text("fewer a month [")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/programme/turned")
    expect(page.get_by_text("fewer a month").first).to_be_visible()
    four_looks(page)
