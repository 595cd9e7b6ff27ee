"""Every page of the console passes axe-core wide and narrow, light and dark, fits a phone, and loads nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("axe_playwright_python", reason="pip install axe-playwright-python")
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import WIDE, Floor, watch
from tests.e2e.journeys.keyboard import Keyboard
from tests.e2e.journeys.people import PASSWORD, email

pytestmark = pytest.mark.e2e

PAGES = (
    "/floor", "/review", "/review/queue/spam.en", "/cases", "/policies", "/policies/spam", "/enforcement", "/enforcement?state=held",
    "/enforcement/delivery", "/insight?span=24h", "/insight/metric/aht?span=24h&by=vendor", "/insight/rows/incoming_manual?span=24h",
    "/rules", "/settings", "/settings/me", "/settings/people", "/settings/people/invite", "/settings/roles", "/settings/roles/reviewer",
    "/settings/tokens?new=1", "/settings/reads", "/settings/quarantine", "/account/2fa/", "/welcome/next",
)  # fmt: skip
BEHIND = ("case", "workbench", "rule", "person", "appeal")  # pages whose address is found on the way
LISTS = {
    "case": ("/cases", "main table a[href*='/cases/case_']"),
    "rule": ("/rules", "main a[href*='/rules/name/']"),
    "person": ("/settings/people", "main a[href*='/settings/people/']:not([href*=invite])"),
}


@pytest.fixture(scope="module")
def walk(floor: Floor, browser: Any) -> Iterator[Any]:
    """One session of someone who may see everything, on a floor with a case in every state that a page shows."""
    for number in range(3):
        floor.report(f"page-{number}", f"Visit my shop number {number}, everything must go")
    context = browser.new_context(base_url=floor.server.url, viewport=WIDE, timezone_id="Europe/Madrid")
    page = context.new_page()
    page.faults = []
    watch(page, floor.server.url, page.faults)
    page.goto("/account/login/")
    keys = Keyboard(page)
    keys.sign_in(email("ada"), PASSWORD)

    def there() -> bool:
        page.goto("/cases?q=page-2")
        return bool(page.locator("table .short-id").count())

    wait_for(there, "the reports to become cases", 30)
    page.goto("/review/queue/spam.en")
    keys.go("n")
    keys.press("1", "Space")
    page.get_by_text("What follows", exact=True).wait_for()
    keys.go("1")  # one decided, the next in hand
    page.bench = page.url
    wait_for(lambda: bool(floor.platform.notices("author_violating")), "a notice", 30)
    yield page
    context.close()


def address(page: Any, name: str, floor: Floor) -> str:
    """Where a page lies that has no fixed address."""
    if name == "workbench":
        return str(page.bench)
    if name == "appeal":
        return str(floor.platform.notices("author_violating")[0]["appeal_link"])
    if name in LISTS:
        where, link = LISTS[name]
        page.goto(where)
        return str(page.locator(link).first.get_attribute("href"))
    return name


@pytest.mark.parametrize("name", [*PAGES, *BEHIND])
def test_page(walk: Any, floor: Floor, four_looks: Any, name: str) -> None:
    where = name if name in PAGES else address(walk, name, floor)
    walk.faults.clear()
    answer = walk.goto(where)
    assert answer.status == 200, (name, answer.status)
    four_looks(walk)
    assert not walk.faults, walk.faults


def test_signed_out(floor: Floor, browser: Any, four_looks: Any) -> None:
    context = browser.new_context(base_url=floor.server.url)
    page = context.new_page()
    for where in ("/account/login/", "/appeal/not-a-token", "/no-such-page"):
        page.goto(where)
        assert re.search(r"\w", page.locator("h1").first.inner_text())
        four_looks(page)
    context.close()
