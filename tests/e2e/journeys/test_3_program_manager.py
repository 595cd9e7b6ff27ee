"""Journey 3: a bad Thursday. The spike says what, where and why; a surge playbook with a vendor's help is started from it; the effect of
what was done is measured; the hand-over carries it, and the review of the day writes itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import Floor, program
from tests.e2e.journeys.spike import RULE

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def bad_thursday(floor: Floor) -> None:
    """What happened until now."""
    program(floor.server.home, "-m", "tests.e2e.journeys.spike")


def numbers(text: str) -> list[float]:
    """Every number of a table's row, in order."""
    return [float(each.replace(",", "")) for each in re.findall(r"(?<![\w.])[\d,]+(?:\.\d+)?", text)]


def test_a_bad_thursday_from_the_spike_to_the_review_of_the_day(
    floor: Floor, bad_thursday: None, person: Callable[[str], Any], four_looks: Callable[[Any], None]
) -> None:
    page = person("ada").page
    page.goto("/floor")
    row = page.get_by_role("table", name="Queues now").get_by_role("row", name=re.compile(r"^spam\.es"))
    assert numbers(row.inner_text().replace("spam.es", ""))[0] > 20
    assert f"Rule {RULE}: " in page.get_by_role("main").inner_text()  # what was changed stands beside it

    line = page.get_by_role("table", name="Spikes").get_by_role("link", name=re.compile("^Incoming"))

    def found() -> bool:  # the hours that closed are looked at by themselves
        page.goto("/insight/spikes")
        return line.count() >= 1

    wait_for(found, "the spike to be found", 120)
    assert line.count() == 1, line.all_inner_texts()  # manual and total incoming are one story
    assert f"Rule {RULE}: on to paused" in line.inner_text()
    line.click()
    page.wait_for_url("**/insight/spikes/spk_*")
    spike = page.url
    main = page.get_by_role("main").inner_text()
    assert "es" in page.get_by_role("table", name="Slices that moved").inner_text().lower()
    causes = page.get_by_role("table", name="Changes that may be the cause").get_by_role("row")
    assert f"{RULE}: on to paused" in causes.nth(1).inner_text()
    assert numbers(causes.nth(1).inner_text())[0] > 50  # per cent
    assert "Every source sends" in main
    assert page.locator("svg.waterfall rect").count() >= 3

    page.get_by_role("link", name="Rows behind it").click()
    page.wait_for_url(re.compile("/insight/rows/incoming_"))
    rows = page.get_by_role("table", name="Rows")
    rows.locator("a.id").first.click()
    page.wait_for_url("**/cases/case_*")
    assert "Oferta" in page.get_by_role("main").inner_text()

    page.goto(spike)  # what was done, and what it did
    assert "MedicineOffer: paused to on" not in causes.nth(1).inner_text()
    page.get_by_label("Owner").fill("Ada Morel")
    page.get_by_label("Why it happens, as you think").fill("The rule was off.")
    page.get_by_label("What is done").fill("The rule is on again.")
    ago = page.evaluate(
        "h => new Date(Date.now() - h * 3600e3 - new Date().getTimezoneOffset() * 60e3).toISOString().slice(0, 16)", 2.5
    )
    page.get_by_label("Since when").fill(ago)
    ahead = page.evaluate(
        "h => new Date(Date.now() - h * 3600e3 - new Date().getTimezoneOffset() * 60e3).toISOString().slice(0, 16)", -24
    )
    page.get_by_label("Judged on").fill(ahead)
    page.get_by_role("button", name="Save the plan").click()
    page.get_by_text("The plan stands").wait_for()
    main = page.get_by_role("main").inner_text()
    assert "It turned: −" in main or "It turned: -" in main, main
    assert "written down after the action" in main
    for address in (
        spike,
        "/insight/spikes",
        "/insight/changes",
        "/insight/spikes/attention",
        "/insight/spikes/investigate",
    ):
        page.goto(address)
        four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(spike)

    page.get_by_role("link", name="Start Wave in Spanish").click()
    page.wait_for_url("**/floor/surges/wave-es")
    assert "alder" in page.get_by_role("table", name="Steps").inner_text()
    page.get_by_label("Why").fill("The wave from Spain.")
    page.get_by_role("button", name="Start it").click()
    page.wait_for_url("**/floor/surges")
    page.goto(spike)
    assert "Surge playbook Wave in Spanish" in page.get_by_role("main").inner_text()

    day = datetime.now(UTC)
    page.goto(f"/insight/spikes/yesterday?day={(day - timedelta(hours=7)).date()}")
    review = page.get_by_role("main").inner_text()
    assert re.search("[12] spikes?;", review)  # by the hour it is, the slower vendor is told of as well
    assert "Plan of Ada Morel" in review
    assert RULE in review
    page.goto("/floor/handover")
    page.get_by_role("button", name=re.compile("Begin|Write|Save|Keep")).first.click()
    page.wait_for_load_state()
    note = page.get_by_role("main").inner_text()
    assert "Spikes" in note
    assert f"Rule {RULE}: on to paused" in note


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
