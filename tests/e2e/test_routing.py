"""Routing in a real browser, by keyboard: a rule written, moved, tested on history, put live, and the former version brought back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


def test_a_rule_from_the_first_key_to_live_and_back(
    open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    from tests.support.floor import Floor, install
    from tests.support.people import member

    from watchfloor.kernel import ids
    from watchfloor.review import plan, routing_backtests
    from watchfloor.review.models import Job, RoutingTable

    install()
    plan.forget()
    floor = Floor()
    case = floor.report()
    for _ in range(3):
        floor.report(reason="scam")
    manager = member({"queue.manage", "floor.view", "case.view"}, name="Mona Manager")
    page = open_as(manager, "/review/routing")

    page.keyboard.press("a")
    page.wait_for_url(re.compile("/review/routing/rule$"))
    page.get_by_label("Its name").fill("American spam")
    page.get_by_label("Goes to").select_option("integrity")
    page.get_by_label("Place in the order").fill("1")
    page.get_by_label("Policy", exact=True).select_option("in")
    page.get_by_label("Values of Policy").fill("spam")
    page.get_by_label("Reach", exact=True).select_option("between")
    page.get_by_label("Values of Reach").fill("lots..")
    page.get_by_role("button", name="Save into the draft").press("Enter")
    page.get_by_role("link", name=re.compile("is no whole number")).wait_for()
    assert page.get_by_label("Its name").input_value() == "American spam", "what was typed is kept"
    four_looks(page)
    page.get_by_label("Values of Reach").fill("0..")
    page.get_by_role("button", name="Save into the draft").press("Enter")
    page.get_by_text("American spam is new, at place 1.").wait_for()
    page.get_by_role("button", name="Move American spam down").press("Enter")
    page.get_by_text("American spam is new, at place 2.").wait_for()
    four_looks(page)

    page.goto(f"/review/routing/try?case={ids.encode('case', case.pk)}")
    assert (
        page.get_by_text("by rule 2, American spam.").count() == 1 and page.get_by_text("spam in English.").count() == 1
    )
    four_looks(page)

    page.goto("/review/routing/backtest")
    page.get_by_role("button", name="Run a backtest").press("Enter")
    page.get_by_text("The backtest waits for a worker").wait_for()
    assert routing_backtests.work() == 1
    page.get_by_text("Go elsewhere").wait_for()  # the page loads itself anew
    page.get_by_role("cell", name="American spam (1)").wait_for()
    four_looks(page)
    page.get_by_label("Why").fill("integrity knows these senders")
    page.get_by_role("button", name="Put it live").press("Enter")
    page.get_by_text("Version 2 routes from now on.").wait_for()
    assert Job.objects.get(case=floor.report()).routed_by == "American spam, v2"

    page.get_by_role("link", name="What version 2 changed").press("Enter")
    page.get_by_text("American spam is new, at place 2.").wait_for()
    page.get_by_role("button", name="Bring version 1 back").press("Enter")
    page.get_by_role("dialog").get_by_label("Why").fill("they did not")
    page.keyboard.press("Enter")
    page.get_by_text("this is version 3.").wait_for()
    assert RoutingTable.objects.get(live=True).number == 3
    four_looks(page)

    page.goto("/review/queues")
    four_looks(page)
    page.get_by_role("link", name="Spam, English").press("Enter")
    page.get_by_label("Overflows into").select_option("spam.other")
    page.get_by_label("Overflows after, in minutes").fill("45")
    four_looks(page)
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.get_by_text("to spam.other after 45 min").wait_for()
