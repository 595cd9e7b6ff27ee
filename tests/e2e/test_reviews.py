"""One visit: the weekly review is composed, written on, put in order by keyboard, published, and taken along as a page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
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


@pytest.fixture
def person(transactional_db: None) -> Iterator[Any]:
    """A manager on a floor whose last week had three times the usual work, most of it in one queue."""
    from tests.support.people import member
    from tests.support.readied import happen, settle

    from watchfloor.insight import facts, lake
    from watchfloor.kernel import clock
    from watchfloor.programme.reviews.domain.spans import last_whole
    from watchfloor.vendors.access import house_zone

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    _start, end = last_whole(clock.now(), "week", house_zone())
    for week in range(1, 6):
        for day in range(7):
            at = end - timedelta(days=7 * week - day)
            happen(4, at + timedelta(hours=1), queue="spam.en")
            happen(20 if week == 1 else 4, at + timedelta(hours=2), queue="spam.es", market="ES")
            happen(
                3,
                at + timedelta(hours=3),
                type_="job.decided",
                queue="spam.en",
                vendor="birch",
                kind="review",
                active_total_ms=45_000,
            )
    settle()
    yield member(
        {"insight.view", "programme.view", "programme.edit", "vendor.view", "oncall.view"}, name="Mona Manager"
    )
    lake.forget()


def test_the_weekly_review_is_composed_edited_published_and_taken_along(
    person: Any, open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = open_as(person, "/programme/reviews")
    page.get_by_role("link", name="Compose a review").first.click()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.get_by_role("radio", name="Weekly operations review").check()
    page.get_by_role("button", name="Compose it").press("Enter")
    page.get_by_role("heading", name="As it reads").wait_for()
    assert "spam.es drove all of it" in page.locator("main").inner_text()
    row = page.locator("#row-b1")
    row.get_by_role("link", name="Write").press("Enter")
    page.locator("#row-b1 textarea").fill("Spam in Spanish **tripled**.\n\n- The filter is on again.")
    page.get_by_role("button", name="Put it in").press("Enter")
    page.get_by_text("The filter is on again.").first.wait_for()
    page.locator("#row-b1").get_by_role("button", name="Move down").press("Enter")
    page.wait_for_url("**/edit?focus=later**")
    assert page.locator("li[id^=row-]").nth(1).get_attribute("id") == "row-b1"
    assert page.evaluate("document.activeElement.getAttribute('value')") == "later"  # the next press moves it on
    page.get_by_role("button", name="Undo").press("Enter")
    page.wait_for_load_state("networkidle")
    assert page.locator("li[id^=row-]").nth(0).get_attribute("id") == "row-b1"
    page.get_by_role("link", name="Add a block").press("Enter")
    page.get_by_label("Kind").select_option("table")
    page.locator("summary", has_text="Volume").press("Enter")
    page.get_by_role("checkbox", name="Incoming, manual").check()
    page.get_by_label("Split by").select_option("market")
    page.get_by_role("button", name="Add it").press("Enter")
    page.get_by_role("rowheader", name="ES", exact=True).wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Publish").press("Enter")
    page.get_by_role("link", name="Edit").wait_for()
    assert page.locator("strong", has_text="tripled").is_visible()
    four_looks(page)
    page.locator("summary", has_text="Export").press("Enter")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="One HTML page").click()
    kept = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert "<strong>tripled</strong>" in kept and "<svg" in kept and "spam.es" in kept
    page.locator("a.tile").first.click()
    page.get_by_text("It says the same now.").wait_for()
    four_looks(page)
