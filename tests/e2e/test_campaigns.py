"""Campaigns in a real browser: the list and one campaign in four looks, as of a moment, and by keyboard to a cluster case."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
TEXTS = (
    "Your parcel %s waits at our depot. Confirm the fee today at http://parcel-fee-office.com/pay or call +1 212 555 0147.",
    "Earn %s dollars a week from home, no experience needed, message us on +1 212 555 0147 before all places are gone",
    "Dear customer %s, the account is locked since this morning; unlock it at http://parcel-fee-office.com/pay within the hour",
)


def test_a_campaign_is_read_and_taken_to_a_cluster_case(
    open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    from tests.support.floor import Floor, install

    from watchfloor.detection.campaigns import growing
    from watchfloor.identity.actions import create_user, grant, save_role
    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    install()
    floor = Floor()
    for number in range(24):
        at = clock.now() - timedelta(hours=40 - number)
        item, version = floor.item(TEXTS[number % 3] % (number * 37), author=f"sender-{number % 17}", at=at)
        floor.report(item, version)
    for number in range(5):
        text = f"Selling my old bicycle number {number} with all its parts, come and see it by the river on Saturday"
        floor.report(*floor.item(text, author=f"rider-{number}"))
    growing.grow()
    with writing(system("test")) as w:
        person = create_user(w, email="bo@example.org", name="Bo", password=None)
        save_role(w, key="lead", name="Lead", permissions=["case.view", "case.bulk", "policy.view"])
        grant(w, system("test"), person, "lead")

    page = open_as(person, "/campaigns")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name=re.compile("parcel|Earn|Dear")).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/campaigns/[0-9a-f-]{36}$"))
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("As it was at a moment").get_by_role("link").first.click()
    page.wait_for_url(re.compile("as_of="))
    page.get_by_text("The same as a table").click()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Make a cluster case").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/cluster$"))
    page.get_by_label("Name").fill("parcel fee")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/clusters/"))
    page.go_back()
    page.goto(page.url.rsplit("/", 1)[0])
    page.wait_for_selector("text=Is it complete?")
    four_looks(page)
