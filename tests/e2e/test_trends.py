"""A visit to what insight says of topics, prevalence, over-enforcement and automation, in a real browser; accessible everywhere."""

from __future__ import annotations

import random
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
WORDS = ["".join(random.Random(n).choices("abdegiklmnoprstu", k=6)) for n in range(300)]


@pytest.fixture
def person(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """An analyst: reports of four days with something new in the last, a lake with yesterday's messages, two decisions."""
    from tests.support.floor import CLEAN, LEAD, SPAM, Floor, install, someone
    from tests.support.lake import NOON, event, fresh
    from tests.support.people import member

    from watchfloor.insight.trends import follow
    from watchfloor.intake import lake
    from watchfloor.kernel import clock

    fresh(monkeypatch, tmp_path)
    install()
    follow.forget()
    floor, lea, rng, now = Floor(), someone(LEAD), random.Random(1), clock.now()
    rows = []
    for number in range(30):
        with clock.at(now - timedelta(days=3.9) + number * timedelta(hours=3)):
            item, version = floor.item(" ".join(rng.sample(WORDS, 6)), author=f"a{number}")
            floor.report(item, version, note=" ".join(rng.sample(WORDS, 5)), market="US", language="en")
            minutes = int((now - timedelta(days=1) - NOON) / timedelta(minutes=1))
            row = event(number, {"text": "x"}, minutes=minutes, item=item.external_id, market="US")
            rows.append(
                type(row)(**{**{name: getattr(row, name) for name in row.__struct_fields__}, "item_version": version})
            )
    for number in range(9):
        with clock.at(now - (10 - number) * timedelta(hours=1)):
            item, version = floor.item(f"harbour tickets lottery number {number} claim your prize", author=f"b{number}")
            floor.report(
                item,
                version,
                note=f"harbour lottery again {rng.choice(WORDS)}",
                market="DE" if number < 3 else "US",
                language="en",
            )
    lake.write(rows)
    for finding in (SPAM, CLEAN):
        floor.decide(lea, finding)
    while follow.keep_up():
        pass
    rights = {
        "insight.view",
        "case.view",
        "topic.manage",
        "study.manage",
        "study.label",
        "investigate.view",
        "claim.edit",
        "policy.view",
    }
    return member(rights, name="Ana Analyst")


def test_from_a_new_topic_to_how_much_there_is(
    person: Any, open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = open_as(person, "/insight/prevalence")
    page.context.route("**/floor/live*", lambda route: route.abort())  # the test's own server cannot end a stream
    page.goto("/insight/topics")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("row", name=re.compile("What reporters write")).get_by_role("link").first.click()
    page.get_by_role("heading", level=1, name=re.compile("harbour")).wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("Name").fill("Harbour lottery")
    page.get_by_role("button", name="Save the name").click()
    page.get_by_role("heading", level=1, name="Harbour lottery").wait_for()
    page.get_by_role("link", name="Look for it in all events, make a rule").click()
    page.get_by_role("heading", level=1, name="Investigate").wait_for()
    assert "TextContains" in page.content()

    page.goto("/insight/prevalence")
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Expected share, in per cent").fill("50")
    page.get_by_label("Wanted: this, plus or minus, in per cent").fill("5")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("status").get_by_text("381 must be labelled.").wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Draw the sample").click()
    assert page.locator("#name").evaluate("field => field.validity.valueMissing")
    page.locator("#name").fill("Messages of the week")
    page.locator("#size").fill("4")
    page.locator("#end").fill("2099-01-01")
    page.get_by_role("button", name="Draw the sample").click()
    page.get_by_role("alert").get_by_text("31 days at most").first.wait_for()
    assert page.locator("#name").input_value() == "Messages of the week"  # what was typed stays
    page.goto("/insight/prevalence/new")
    page.locator("#name").fill("Messages of the week")
    page.locator("#size").fill("4")
    page.get_by_role("button", name="Draw the sample").click()
    page.get_by_role("link", name="Label").click()
    page.get_by_role("heading", name="Number 1 of 4").wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#policy").select_option("spam")
    page.locator("h1").click()
    for place, key in enumerate("1223", start=1):
        page.get_by_role("heading", name=f"Number {place} of 4").wait_for()
        page.wait_for_load_state("load")  # the keys are there once the page's scripts are
        page.keyboard.press(key)
    page.get_by_text("Nothing is left for you to label").wait_for()
    page.get_by_role("link", name="Messages of the week").click()
    page.get_by_text("3,333", exact=True).first.wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Finish").click()
    page.get_by_text("The study has ended.").wait_for()
    for address in ("/insight/prevalence", "/insight/over-enforcement", "/insight/automation"):
        page.goto(address)
        four_looks(page)
