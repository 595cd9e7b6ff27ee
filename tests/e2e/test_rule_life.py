"""The rule page in a real browser: test, backtest, second person, on; a mistake keeps what was typed; every tab is accessible."""

from __future__ import annotations

import json
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
TABS = ("live", "tests", "backtest", "shadow", "history")


@pytest.fixture
def sign_in(open_as: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A floor where two rules met a fortnight of messages that people judged; opens a page as a rule author of that name."""
    from tests.support.rules import Rules, fresh, rule_author, text_of_rule

    fresh(monkeypatch)
    monkeypatch.setenv("WATCHFLOOR_APPROVE_HITS_PER_DAY", "0.1")
    rules = Rules()
    fill(rules)
    rules.write(
        text_of_rule("Shop", "StringLength(s=Text) >= 20", description="A long text about a shop"), text_of_rule("Bad")
    )
    rules.put("Bad", "on")
    people = {name.split()[0]: rule_author(name) for name in ("Rina Shah", "Tomas Berg")}

    def open_(address: str, who: str = "Rina", **look: Any) -> Any:
        return open_as(people[who], address, **look)

    return open_


def fill(rules: Any) -> None:
    """Messages of ten days, half of them judged."""
    from tests.support.floor import CLEAN, SPAM, someone

    from watchfloor.kernel import clock

    reviewer, now = someone(), clock.now()
    for number in range(20):
        with clock.at(now - timedelta(hours=12 * number + 1)):
            text = (
                f"the cheapest shop in town, offer {number}"
                if number % 4
                else f"a long letter about the garden {number}"
            )
            item, version = rules.item(text if number % 5 else "bad", id=f"msg-{number}")
            if number % 2:
                rules.report(item, version)
                rules.decide(reviewer, SPAM if "shop" in text else CLEAN)


def test_every_tab_is_accessible_and_fits(sign_in: Callable[..., Any], four_looks: Callable[[Any], None]) -> None:
    from tests.support.rules import text_of_rule

    from watchfloor.detection import backtests
    from watchfloor.detection.actions import ask_backtest, save_rule_file
    from watchfloor.detection.models import RuleFile
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    ask_backtest(system("test"), "Shop", 14)
    backtests.work()
    with writing(system("test"), reason="narrower") as w:
        text = RuleFile.objects.get().text.replace(text_of_rule("Bad"), text_of_rule("Bad", "Text == 'worse'"))
        save_rule_file(w, "main.sml", text)
    pages = [f"/rules/name/Shop?tab={tab}" for tab in TABS if tab != "live"]
    for address in ("/rules", "/rules/name/Shop?tab=live&knob=0&wanted=60", *pages, "/rules/name/Bad?tab=history"):
        four_looks(sign_in(address))


def test_an_author_and_a_second_person_take_a_rule_on(sign_in: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    from watchfloor.detection import backtests
    from watchfloor.detection.models import Rule

    page = sign_in("/rules/name/Shop?tab=tests")
    for text, button in (("the cheapest shop in town, truly", "yes"), ("short", "no")):
        page.get_by_text("Or write one as JSON").click()
        page.locator("#test").fill('{"item": ' + "{")  # a mistake
        page.get_by_role("button", name="Keep the test").click()
        expect(page.locator("#test")).to_have_value('{"item": {')
        page.locator("#test").fill(json.dumps({"item": {"id": "1", "data": {"text": text}}, "author": {"id": "a"}}))
        page.locator(f"input[name=fires][value={button}]").check()
        page.get_by_role("button", name="Keep the test").click()
        expect(page.get_by_text("The test is kept.").first).to_be_visible()
    page.get_by_role("link", name="Backtest", exact=True).click()
    page.locator("#days").fill("14")
    page.get_by_role("button", name="Run a backtest").click()
    expect(page.locator("#backtest-run")).to_be_visible()
    assert backtests.work() == 1
    expect(page.get_by_role("heading", name="Hits to read")).to_be_visible(timeout=20_000)
    expect(page.locator("#tabs")).to_contain_text("Cases an hour:")
    step(page, "Shadow", "its backtest looks right")
    step(page, "On", "enough seen", refused="a second person must agree")
    expect(page.locator("#why")).to_have_value("enough seen")
    other = sign_in("/rules/name/Shop", "Tomas")
    other.locator("#approve-why").fill("I read its samples")
    other.get_by_role("button", name="Agree").click()
    expect(other.get_by_text("You agreed to this text").first).to_be_visible()
    page.goto("/rules/name/Shop")
    step(page, "Partial", "a tenth first")
    step(page, "On", "a tenth was right")
    rule = Rule.objects.get(name="Shop")
    assert (rule.state, rule.why) == ("on", "a tenth was right")


def step(page: Any, state: str, why: str, refused: str = "") -> None:
    """Choose a state, say why, and see it taken (or refused)."""
    from playwright.sync_api import expect

    page.locator("#state").get_by_role("radio", name=re.compile(f"^{state}")).check()
    page.locator("#why").fill(why)
    page.get_by_role("button", name="Change it").click()
    if refused:
        expect(page.get_by_role("alert")).to_contain_text(refused)
    else:
        expect(page.locator(".steps [aria-current=step]")).to_have_text(re.compile(state))


def test_the_switch_is_thrown_with_a_reason_and_let_go(sign_in: Callable[..., Any], axe: Callable[[Any], None]) -> None:
    from playwright.sync_api import expect

    page = sign_in("/rules")
    page.get_by_role("button", name="Hold automatic actions").click()
    dialog = page.get_by_role("dialog", name="Hold automatic actions?")
    axe(page)
    dialog.get_by_label("Why").fill("a bad deploy")
    dialog.get_by_role("button", name="Hold them").click()
    expect(page.get_by_text("Automatic actions are held.")).to_be_visible()
    axe(page)
    page.get_by_label("Why they may act again").fill("rolled back")
    page.get_by_role("button", name="Let them act").click()
    expect(page.get_by_text("Automatic actions are held.")).to_be_hidden()
