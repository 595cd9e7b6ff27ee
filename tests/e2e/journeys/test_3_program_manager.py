"""Journey 3, first version: a program manager sees a queue swell, finds where it comes from, and which vendor got slower."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import Floor, program
from tests.e2e.journeys.spike import RULE, SPIKE

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def bad_thursday(floor: Floor) -> None:
    """What happened until now."""
    program(floor.server.home, "-m", "tests.e2e.journeys.spike")


def numbers(text: str) -> list[float]:
    """Every number of a table's row, in order."""
    return [float(each.replace(",", "")) for each in re.findall(r"(?<![\w.])[\d,]+(?:\.\d+)?", text)]


def test_from_the_floor_to_the_case_behind_the_spike(
    floor: Floor, bad_thursday: None, person: Callable[[str], Any]
) -> None:
    page = person("ada").page
    page.goto("/floor")
    row = page.get_by_role("table", name="Queues now").get_by_role("row", name=re.compile(r"^spam\.es"))
    opened, came_in = numbers(row.inner_text().replace("spam.es", ""))[:2]
    assert opened >= SPIKE
    assert came_in >= SPIKE
    assert f"Rule {RULE}: " in page.get_by_role("main").inner_text()  # what was changed stands beside it

    def counted() -> bool:  # facts follow the events by seconds
        page.goto("/insight?span=24h&by=market")
        slices = page.get_by_role("table", name="Split by market").get_by_role("row", name=re.compile("^ES"))
        return slices.count() == 1 and numbers(slices.inner_text())[0] >= SPIKE

    wait_for(counted, "the facts of the spike", 60)
    page.goto("/floor")
    row.get_by_role("link").click()
    page.wait_for_url("**/insight?span=24h&queue=spam.es")

    page.get_by_label("Split by queue").or_(page.locator("select[name=by]")).first.select_option("market")
    page.wait_for_url(re.compile("by=market"))
    spain = page.get_by_role("table", name="Split by market").get_by_role("row", name=re.compile("^ES"))
    assert numbers(spain.inner_text())[0] >= SPIKE
    assert "+" in spain.inner_text()  # and how much that is above the day before
    spain.get_by_role("link").first.click()
    page.wait_for_url(re.compile("market=ES"))
    page.locator("a.tile", has_text="Incoming, manual").or_(
        page.locator("a.tile", has_text="Manual incoming")
    ).first.click()
    page.wait_for_url(re.compile("/insight/metric/incoming_manual"))
    assert page.locator("canvas, svg").count() > 0
    page.get_by_role("link", name="Rows behind it").click()
    page.wait_for_url(re.compile("/insight/rows/incoming_manual"))
    rows = page.get_by_role("table", name="Rows")
    assert "spam.es" in rows.inner_text()
    rows.locator("a.id").first.click()
    page.wait_for_url("**/cases/case_*")
    assert "Oferta" in page.get_by_role("main").inner_text()


def test_handling_time_by_vendor_shows_who_got_slower(
    floor: Floor, bad_thursday: None, person: Callable[[str], Any]
) -> None:
    page = person("ada").page
    page.goto("/insight/metric/aht?span=7d&by=vendor")
    table = page.get_by_role("table", name="Split by vendor")
    steady = table.get_by_role("row", name=re.compile("^alder", re.IGNORECASE)).inner_text()
    slower = table.get_by_role("row", name=re.compile("^birch", re.IGNORECASE)).inner_text()
    assert "+" in slower, slower
    assert "+" not in steady, steady
