"""One visit: a board is built by keyboard, read, put on a wall, and the facts are asked in SQL; accessible everywhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
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
    """A manager on a floor with some work done, its facts exported, the shipped boards there."""
    from tests.support.floor import LEAD, Floor, install, someone
    from tests.support.people import member

    from watchfloor.insight import facts, lake
    from watchfloor.insight.boards import defaults
    from watchfloor.ledger import sequencer
    from watchfloor.ledger.writer import writing

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    install()
    floor, rita = Floor(), someone(LEAD)
    for number in range(6):
        floor.report(market="DE" if number % 3 == 0 else "US")
    for _ in range(3):
        floor.decide(rita)
    sequencer.catch_up()
    facts.export()
    with writing("system:test") as w:
        defaults.install(w)
    yield member({"insight.view", "board.edit", "insight.sql", "case.view"}, name="Mona Manager")
    lake.forget()


def test_a_board_is_built_read_and_hung_on_the_wall(
    person: Any, open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = open_as(person, "/insight/boards")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.get_by_role("link", name="New board").click()
    page.get_by_label("Name", exact=True).fill("Monday")
    page.get_by_role("button", name="Make it").press("Enter")
    page.get_by_role("link", name="Add a panel").first.click()
    page.get_by_label("Drawn as").select_option("line")
    page.locator("summary", has_text="Volume").press("Enter")
    page.get_by_role("checkbox", name="Incoming, manual").check()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.get_by_role("button", name="Put it on the board").press("Enter")
    page.get_by_role("link", name="Add a panel").click()
    page.get_by_label("Drawn as").select_option("bars")
    page.locator("summary", has_text="Volume").press("Enter")
    page.get_by_role("checkbox", name="Reports", exact=False).first.check()
    page.get_by_label("Split by").select_option("market")
    page.get_by_role("button", name="Put it on the board").press("Enter")
    page.get_by_role("group", name="Edit Reports by market").get_by_role("button", name="Move earlier").press("Enter")
    page.locator("[data-panel]").first.filter(has_text="Reports by").wait_for()
    page.get_by_role("group", name="Edit Reports by market").get_by_role("button", name="Wider").press("Enter")
    page.locator(".board-w3").first.wait_for()
    page.get_by_role("button", name="Undo").press("Enter")
    page.locator(".board-w3").first.wait_for(state="detached")
    page.locator("[data-panel]").nth(1).drag_to(page.locator("[data-panel]").nth(0))
    page.locator("[data-panel]").first.filter(has_text="Incoming, manual").wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_role("heading", name="Monday", level=1).wait_for()
    page.locator(".uplot").wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("row", name="DE").get_by_role("link").click()
    page.get_by_role("heading", name="Rows behind Reports").wait_for()
    page.go_back()

    page.context.route("**/floor/live*", lambda route: route.abort())  # the test's own server cannot end a stream
    page.goto("/insight/boards/wall")
    page.locator(".wall-cell svg").first.wait_for()
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")

    page.goto("/insight/sql")
    field = page.get_by_label("SELECT", exact=True)
    field.fill("")
    field.press_sequentially("SELECT market, count(*) AS n FROM cas")
    page.get_by_role("option", name="cases").wait_for()
    field.press("Tab")
    assert field.input_value().endswith("FROM cases")
    field.press_sequentially(" GROUP BY 1 ORDER BY 1 ")
    field.press("Control+Enter")
    page.get_by_text("2 rows").wait_for()
    four_looks(page)
