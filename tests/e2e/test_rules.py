"""Rules in a real browser: accessible everywhere; a mistake is shown where it is, a rule is taken on by hand, and says why."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
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
ADDRESSES = [
    "/rules",
    "/rules/name/Bad",
    "/rules/files",
    "/rules/files/main.sml",
    "/rules/new",
    "/models",
    "/models/spam",
    "/policy-models",
]


@pytest.fixture
def open_page(open_as: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Opens a page as a rule author on a floor with one rule in shadow that has fired, and a model."""
    from tests.support.floor import CLEAN, SPAM, someone
    from tests.support.rules import Rules, fresh, rule_author

    from watchfloor.detection import hits, models_in_force
    from watchfloor.detection.modelling import actions
    from watchfloor.detection.modelling.models import ScoreCount
    from watchfloor.detection.models import TextModel
    from watchfloor.engines.textmodels import OnlineClassifier
    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    fresh(monkeypatch)
    rules = Rules()
    rules.add("Bad", state="shadow")
    rules.report(*rules.item("bad"))
    for _ in range(3):
        rules.show("bad")
    hits.flush()
    model = OnlineClassifier()
    for number in range(30):
        model.learn(f"cheap pills order {number} now", True)
        model.learn(f"lunch at noon in room {number}", False)
    TextModel.objects.create(
        policy_key="spam", version=1, blob=model.to_bytes(), learned=60, live=True, made_at=clock.now(),
        report={"ready": True, "labels": [30, 30]},
    )  # fmt: skip
    today = clock.now().date()
    ScoreCount.objects.bulk_create(
        ScoreCount(
            policy_key="spam", day=today - timedelta(days=day), language="en", bin=place, items=300 // (place + 1)
        )
        for day in range(1, 12)
        for place in range(20)
    )
    with writing(system("test")) as w:
        actions.plan_sampling(w, "spam", per_day=2000, uniform=1.0)
    models_in_force.forget()
    for number in range(4):
        rules.show(f"cheap pills order {number} now")
        rules.decide(someone(), SPAM if number else CLEAN)
    person = rule_author()
    return partial(open_as, person)


def test_accessible_and_never_wider_than_the_screen(
    open_page: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    for address in ADDRESSES:
        four_looks(open_page(address))


def test_an_author_mends_a_mistake_and_takes_the_rule_on(
    open_page: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    from playwright.sync_api import expect

    from watchfloor.detection import backtests

    page = open_page("/rules/files/main.sml")
    code = page.get_by_role("textbox", name="Text of the rules")
    code.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("Shop = Rule(when_all=[Txt == 'shop'], description='names a shop')\n")
    expect(page.get_by_text("One thing to mend")).to_be_visible()
    page.get_by_label("Why").fill("a wave of shops")
    page.get_by_role("button", name="Check and save").click()
    expect(page.get_by_role("alert").first).to_contain_text("nothing was saved")
    problem = page.locator("[data-problems]")
    expect(problem).to_contain_text("line 6")
    expect(problem).to_contain_text("Did you mean `Text`?")
    expect(page.locator("#text")).to_have_value(re.compile("Txt == 'shop'"))
    expect(page.get_by_label("Why")).to_have_value("a wave of shops")
    axe(page)
    problem.get_by_role("button", name="line 6").click()
    for _ in range(3):
        page.keyboard.press("Delete")
    page.keyboard.insert_text("Text")
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
    page.keyboard.press("Control+s")
    page.get_by_role("link", name="Shop").click()
    page.get_by_role("link", name="Backtest", exact=True).click()
    page.get_by_role("button", name="Run a backtest").click()
    expect(page.locator("#backtest-run")).to_be_visible()
    assert backtests.work() == 1
    expect(page.locator("#tabs")).to_contain_text("Hits a day", timeout=20_000)
    expect(page.locator(".steps [aria-current=step]")).to_have_text(re.compile("Backtested"))
    page.get_by_role("radio", name="Shadow").check()
    page.locator("#why").fill("read what it finds")
    page.get_by_role("button", name="Change it").click()
    expect(page.locator(".steps [aria-current=step]")).to_have_text(re.compile("Shadow"))
    page.get_by_text("Or paste an event as JSON").click()
    page.locator("#event").fill('{"item": {"data": {"text": "hello"}}}')
    page.get_by_role("button", name="Explain this event").click()
    expect(page.locator("#why-not")).to_contain_text("It does not fire")
    expect(page.locator("#why-not .met").first).to_contain_text("Text == 'shop'")
    axe(page)


def test_a_silent_rule_is_asked_about_an_item_by_its_list(open_page: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    page = open_page("/rules/name/Bad")
    page.locator("#item").select_option(page.locator("#item option", has_text="bad").first.get_attribute("value"))
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(page.locator("#why-not")).to_contain_text("It fires")


def test_a_model_is_stopped_with_a_reason(open_page: Callable[..., Any], axe: Callable[[Any], None]) -> None:
    from playwright.sync_api import expect

    page = open_page("/models/spam")
    page.get_by_role("button", name="Stop this model").click()
    dialog = page.get_by_role("dialog", name="Stop the model")
    expect(dialog).to_be_visible()
    axe(page)
    dialog.get_by_label("Why").fill("it flags thanks")
    dialog.get_by_role("button", name="Stop it").click()
    expect(page.locator("main").get_by_text("Stopped", exact=True).first).to_be_visible()
    expect(page.get_by_text("it flags thanks")).to_be_visible()
