"""The main pages in every language the console speaks, in a real browser: narrow and light; right to left also wide and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import SHOTS

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
LANGUAGES = {"es": "ltr", "ja": "ltr", "ar": "rtl"}


@pytest.fixture
def floor_of_one() -> tuple[Any, list[str]]:
    """A lead with a job in hand, and the eight pages a day is spent on."""
    from tests.support.floor import Floor, install
    from tests.support.people import actor_of, member

    from watchfloor.identity.domain import PERMISSIONS
    from watchfloor.kernel import ids
    from watchfloor.review import actions

    install()
    floor = Floor()
    case = floor.report()
    floor.report()
    lead = member(frozenset(PERMISSIONS), "Lena Lead")
    lease = actions.claim(actor_of(lead), queue="spam.en")
    assert lease is not None
    work, kept = f"/review/work/{lease.job_id}", f"/cases/{ids.encode('case', case.pk)}"
    return lead, ["/floor", "/review", work, kept, "/review/routing", "/rules", "/investigate", "/insight"]


def test_every_language(
    floor_of_one: tuple[Any, list[str]], open_as: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    lead, addresses = floor_of_one
    page = open_as(lead, "/settings/mine", width=390)
    for language, direction in LANGUAGES.items():
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="light")
        page.goto("/settings/mine")
        page.locator("select[name=language]").select_option(language)
        page.locator("main form button[type=submit]").click()
        page.locator(f"html[lang={language}][dir={direction}]").wait_for()
        for address in addresses:
            page.goto(address)
            axe(page)
            _fits(page)
        if direction == "rtl":
            page.set_viewport_size({"width": 1440, "height": 900})
            page.emulate_media(color_scheme="dark")
            for address in addresses:
                page.goto(address)
                _fits(page)
                assert _first_column_is_right(page)


def test_the_language_is_chosen_before_signing_in(browser: Any, live_server: Any, db: Any) -> None:
    from tests.support.people import member

    member({"floor.view"})
    context = browser.new_context(base_url=live_server.url, locale="es-ES")
    page = context.new_page()
    page.goto("/account/login/?next=/floor")
    assert page.locator("html").get_attribute("lang") == "es"  # as the browser says
    page.get_by_role("button", name="العربية").click()
    page.locator("html[lang=ar][dir=rtl]").wait_for()
    assert page.url.endswith("/account/login/?next=/floor")
    context.close()


def _fits(page: Any) -> None:
    if SHOTS:
        place = page.url.split("/", 3)[3].replace("/", "-")[:24]
        page.screenshot(
            path=f"{SHOTS}/{page.locator('html').get_attribute('lang')}-{place}-{page.viewport_size['width']}.png"
        )
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} is too wide"


def _first_column_is_right(page: Any) -> bool:
    """The side bar, first in reading order, stands at the right edge."""
    return bool(page.evaluate("document.querySelector('.side').getBoundingClientRect().right >= innerWidth - 2"))
