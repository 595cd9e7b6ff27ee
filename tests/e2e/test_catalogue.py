"""A visit to the metric catalogue in a real browser: a metric is built, refused, proved, saved; a dimension groups markets."""

from __future__ import annotations

import os
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
SHOTS = os.environ.get("WATCHFLOOR_SHOTS", "")


@pytest.fixture
def person(transactional_db: None) -> Iterator[Any]:
    """A manager of a floor on which six cases came in and two were decided."""
    from tests.support.floor import CLEAN, LEAD, SPAM, Floor, install, someone
    from tests.support.people import member

    from watchfloor.insight import facts, lake
    from watchfloor.kernel import clock
    from watchfloor.ledger import sequencer

    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    install()
    floor, lea = Floor(), someone(LEAD)
    with clock.at(clock.now() - timedelta(hours=2)):
        for market in ("US", "US", "DE", "FR", "US", "DE"):
            floor.report(market=market)
        for finding in (SPAM, CLEAN):
            floor.decide(lea, finding)
    sequencer.catch_up()
    facts.export()
    yield member({"insight.view", "metric.define"}, name="Mia Manager")
    lake.forget()


def shot(page: Any, name: str) -> None:
    """Kept for whoever wants to look (WATCHFLOOR_SHOTS names a folder)."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_metric_of_ones_own(person: Any, open_as: Callable[..., Any], four_looks: Callable[[Any], None]) -> None:
    page = open_as(person, "/insight/catalogue")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    shot(page, "catalogue")
    page.get_by_role("link", name="New metric").click()
    page.get_by_label("Name", exact=True).fill("Found violating")
    page.locator("#key").fill("found_violating")
    page.locator("#kind").select_option("share")
    page.locator("#population").select_option("decided")
    page.locator("[id='of.0.field']").select_option("verdict")
    page.locator("[id='of.0.values']").fill("violating")
    page.locator("#rows").fill("verdict\nviolating\nclean\nclean\nclean")
    page.locator("#expected").fill("0.5")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").get_by_text("The example gives 0.25, not 0.5.").first.wait_for()
    assert page.locator("#rows").input_value().startswith("verdict")  # what was typed stays
    assert page.locator("[data-preview]").inner_text().startswith("50")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    shot(page, "form")
    page.set_viewport_size({"width": 390, "height": 844})
    shot(page, "form-390")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#expected").fill("0.25")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", level=1, name="Found violating").wait_for()

    page.goto("/insight/catalogue/dimensions/new")
    page.get_by_label("Name", exact=True).fill("Region")
    page.locator("#key").fill("region")
    page.locator("#groups").fill("DE,Europe\nFR,Europe\nUS,Americas")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Region").wait_for()
    page.goto("/insight/metric/incoming_manual?span=7d&by=region")
    page.get_by_role("link", name="Europe").first.wait_for()
    shot(page, "by-region")
