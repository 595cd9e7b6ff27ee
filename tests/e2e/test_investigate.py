"""Investigate in a real browser: from a question by brush and pivot to a saved query, a label on what was found, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
SPAN = "from=2026-03-01T12:00:00Z&to=2026-03-02T12:00:00Z"


@pytest.fixture
def open_page(open_as: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Opens a page as an analyst; the lake has a day of messages, with a burst of casino messages by app-17 in its last hours."""
    from tests.support import lake as lakes
    from tests.support.rules import Rules, rule_author
    from tests.support.rules import fresh as fresh_rules

    from watchfloor.intake import lake

    fresh_rules(monkeypatch)
    lakes.fresh(monkeypatch, tmp_path)
    floor = Rules()
    rows = []
    for number in range(120):
        burst = number >= 80
        text = f"Casino bonus tonight {number}" if burst else f"See you at the market {number}"
        app, author = ("app-17", f"new-{number % 7}") if burst else (f"app-{number % 4}", f"ann-{number % 11}")
        if burst:
            floor.item(text, id=f"m{number}", author=author)
        minutes = 1200 + (number - 80) * 5 if burst else number * 14
        data = {"text": text, "client_app": app, "client_ip": f"192.0.2.{number % 9}", "followers": number % 50}
        rows.append(lakes.event(number, data, minutes=minutes, author=author, market="US" if number % 3 else "DE"))
    lake.write(rows)
    person = rule_author()
    return partial(open_as, person)


ADDRESSES = [
    f"/investigate?{SPAN}&q=RegexMatch(pattern='asino', target=$.item.data.text)",
    f"/investigate?{SPAN}&q=$.item.data.txt == 'x'",
    "/investigate?span=1h",
    f"/investigate/entity?type=account&id=new-3&{SPAN}",
    f"/investigate/entity?path=$.item.data.client_app&value=app-17&{SPAN}",
    f"/investigate/label?{SPAN}&q=$.item.data.client_app == 'app-17'&label=casino-wave",
    f"/investigate/event/evt_{100:026}?{SPAN}",
]


def test_accessible_and_never_wider_than_the_screen(
    open_page: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    for address in ADDRESSES:
        four_looks(open_page(address))


def test_from_a_question_to_a_label_and_back(open_page: Callable[..., Any], axe: Callable[[Any], None]) -> None:
    from playwright.sync_api import expect

    page = open_page(f"/investigate?{SPAN}")
    expect(page.locator(".ask-number")).to_have_text("120")
    # A question, by the keyboard, with completion.
    page.locator("#q").focus()
    page.keyboard.type("RegexMatch(pattern='asino', target=$.item.data.te")
    expect(page.get_by_role("option").first).to_contain_text("$.item.data.text")
    page.keyboard.press("Tab")
    page.keyboard.type(")")
    page.keyboard.press("Enter")
    expect(page.locator(".ask-number")).to_have_text("40")
    expect(page.locator(".ask-top").filter(has_text="app-17")).to_contain_text("40")
    # The brush narrows the span to the end of the day, where the burst is.
    plot = page.locator(".ask-part-series .u-over")
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("from=2026-03-02"))
    expect(page.locator("#q")).to_have_value(re.compile("asino"))
    # A leading value narrows the query; a value of the stream leads to all about it.
    page.locator(".ask-top").get_by_role("link", name="app-17", exact=True).click()
    expect(page.locator("#q")).to_have_value(re.compile(r"\$\.item\.data\.client_app == 'app-17'"))
    found = page.locator(".ask-number").inner_text()
    assert 0 < int(found) < 40
    page.locator(".ask-stream tbody tr").first.get_by_role("link", name=re.compile("^new-")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^new-"))
    expect(page.get_by_role("heading", name="In common with others")).to_be_visible()
    page.go_back()
    # Saved and shared.
    page.get_by_role("button", name="Save").click()
    page.locator("#name").fill("Casino by app-17")
    page.get_by_label("Share it").check()
    page.get_by_role("button", name="Save it").click()
    expect(page.locator(".ask-rail").get_by_role("link", name="Casino by app-17")).to_be_visible()
    # A label on all of it: preview, reason, done, undone.
    page.get_by_role("button", name="Label in bulk").click()
    page.locator("#label").fill("casino-wave")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name=f"{found} items would get the label")).to_be_visible()
    axe(page)
    page.locator("#why").fill("the wave of Sunday")
    page.get_by_role("button", name="Label them").click()
    expect(page.get_by_text(f"{found} items have the label casino-wave.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Undo casino-wave")).click()
    expect(page.get_by_text(f"{found} labels are off again.")).to_be_visible()
    from watchfloor.items.models import Label

    assert Label.objects.count() == int(found) and not Label.objects.filter(removed_at__isnull=True).exists()
    # And a rule in one step.
    page.get_by_role("button", name="Make a rule").click()
    page.locator("#rule-name").fill("CasinoWave")
    page.get_by_role("button", name="Open the editor").click()
    page.wait_for_url(re.compile("/rules/files/casino-wave.sml"))
    expect(page.locator("#text")).to_have_value(re.compile(r"CasinoWave = Rule\("))


def test_a_mistake_is_shown_at_its_place_and_mended(open_page: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    page = open_page(f"/investigate?{SPAN}")
    page.locator("#q").fill("$.item.data.txt == 'x'")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean `$.item.data.text`?")
    expect(page.locator(".ask-caret")).to_contain_text("^^^")
    expect(page.locator("#q")).to_have_value("$.item.data.txt == 'x'")


def test_a_big_lake_is_counted_panel_by_panel(open_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from playwright.sync_api import expect

    from watchfloor.detection.investigate import running
    from watchfloor.detection.pages import investigate

    monkeypatch.setattr(investigate, "AT_ONCE", 0)
    monkeypatch.setattr(investigate, "PATIENCE", 0)  # one piece at a time: the page asks on until all is counted
    monkeypatch.setattr(running, "PIECE", 1)
    page = open_page(f"/investigate?{SPAN}&q=$.item.data.client_app == 'app-17'")
    expect(page.locator(".ask-number")).to_have_text("40")
    expect(page.locator(".ask-part-series canvas")).to_be_visible()
    expect(page.locator(".ask-stream tbody tr")).to_have_count(40)
    expect(page.get_by_text("so far")).to_have_count(0)
