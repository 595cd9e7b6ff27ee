"""Journey 4: a rule author asks the events, makes a rule of the question, tests it, sees what it would do, and takes it on with a second
person; when it fires out of all proportion the program pauses it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.campaign import RULE
from tests.e2e.journeys.conftest import Floor, program

pytestmark = pytest.mark.e2e
SELLERS = 12
QUERY = "TextContains(phrase='cheap pills', text=$.item.data.text)"


def step(page: Any, state: str, why: str) -> None:
    """Take the rule a step on, on its page."""
    page.get_by_role("radio", name=re.compile(f"^{state}")).check()
    page.locator("#why").fill(why)
    page.get_by_role("button", name="Change it").click()
    expect(page.locator(".steps [aria-current=step]")).to_have_text(re.compile(state))


def test_from_a_question_to_a_rule_that_acts_and_is_paused(
    floor: Floor, person: Callable[[str], Any], axe: Callable[[Any], None]
) -> None:
    program(floor.server.home, "-m", "tests.e2e.journeys.campaign", "people")
    for number in range(SELLERS):
        floor.report(f"pill-{number}", f"Cheap PILLS number {number}, no questions", author=f"pill-seller-{number % 4}")
    floor.report("hello-1", "See you at eight", author="friend")
    page = person("rina").page

    def arrived() -> bool:
        page.goto("/investigate?span=1h")
        return page.get_by_role("main").inner_text().count("Cheap PILLS") >= 5

    wait_for(arrived, "the reports to be in the lake", 90)

    # the question
    page.goto(f"/investigate?span=1h&q={QUERY}")
    expect(page.get_by_role("main")).to_contain_text("Cheap PILLS")
    page.get_by_role("button", name="Make a rule").click()
    page.get_by_label("Name of the rule").fill(RULE)
    page.get_by_role("button", name="Open the editor").click()

    # the rule
    page.wait_for_url(re.compile("/rules/files/pill-wave.sml"))
    expect(page.locator("#text")).to_have_value(re.compile(rf"{RULE} = Rule\("))
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
    expect(page.locator("[data-not-run]")).to_be_visible()  # nothing imports it yet
    expect(page.locator("[data-hits-list]")).to_contain_text(RULE)
    page.get_by_role("tab", name="Form").click()
    form = page.locator("[data-rule-form]")
    form.get_by_label("What it found").fill("Sells pills in bulk")
    expect(page.locator("#text")).to_have_value(re.compile("Sells pills in bulk"))
    axe(page)
    page.get_by_label("Why").fill("a wave of pill sellers since this morning")
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_text("is saved").first).to_be_visible()
    page.goto("/rules/files/main.sml")
    page.get_by_role("textbox", name="Text of the rules").click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("Import(rules=['pill-wave.sml'])\n")
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
    page.get_by_label("Why").fill("the new file takes part")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("is saved").first).to_be_visible()

    # its tests
    page.goto(f"/rules/name/{RULE}?tab=tests")
    for text, kind in (("cheap pills here", "must fire"), ("see you at eight", "must stay silent")):
        page.get_by_text("Or write one as JSON").click()
        page.locator("#test").fill(
            json.dumps({"item": {"type": "message", "data": {"text": text}}, "author": {"id": "a1"}})
        )
        page.get_by_role("radio", name=kind).check()
        page.get_by_role("button", name="Keep the test").click()
        expect(page.get_by_text("The test is kept.").first).to_be_visible()
    expect(page.locator("#tabs").get_by_text("passes")).to_have_count(2)

    # what it would do
    program(floor.server.home, "-m", "tests.e2e.journeys.campaign", "verify")
    page.goto(f"/rules/name/{RULE}?tab=backtest")
    page.get_by_role("button", name="Run a backtest").click()

    def backtested() -> bool:
        page.goto(f"/rules/name/{RULE}?tab=backtest")
        return page.get_by_text("Hits a day").count() > 0

    wait_for(backtested, "the backtest", 90)
    said = page.get_by_role("main").inner_text()
    assert "Hits a day" in said and "What it will do to the floor" in said
    axe(page)

    # its life
    page.goto(f"/rules/name/{RULE}")
    step(page, "Shadow", "read its hits, all are sellers")
    page.get_by_role("radio", name=re.compile("^Partial")).check()
    page.locator("#why").fill("begin with a tenth")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert").first).to_contain_text("second person")

    other = person("theo").page
    other.goto(f"/rules/name/{RULE}")
    other.get_by_label("Why you agree to this text").fill("read the samples; the verified one sells too")
    other.get_by_role("button", name="Agree").click()
    expect(other.get_by_text("You agreed").first).to_be_visible()

    page.goto(f"/rules/name/{RULE}")
    page.locator("#percent").fill("10")
    step(page, "Partial", "begin with a tenth")
    expect(page.locator(".steps [aria-current=step]")).to_contain_text("10")
    step(page, "On", "no complaint in the tenth")

    # and it watches itself
    program(floor.server.home, "-m", "tests.e2e.journeys.campaign", "flood")
    page.goto(f"/rules/name/{RULE}")
    expect(page.locator(".steps [aria-current=step]")).to_contain_text("Paused")
    expect(page.get_by_role("main")).to_contain_text("Paused itself")
    expect(page.get_by_role("main")).to_contain_text("It fired 60 times in the last hour")
