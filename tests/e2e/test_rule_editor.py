# ruff: noqa: F811 - the fixture is imported
"""The rule editor in a real browser: completion and help while typing, a draft tried before it is saved, the form and the text as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_rules import open_page  # noqa: F401 - the fixture: an author on a floor with one rule

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
FILE = "/rules/files/main.sml"


def code(page: Any) -> Any:
    """The code field, with the cursor at its end."""
    field = page.get_by_role("textbox", name="Text of the rules")
    field.click()
    page.keyboard.press("Control+End")
    return field


def test_writing_with_the_editors_help(open_page: Callable[..., Any], axe: Callable[[Any], None]) -> None:
    from playwright.sync_api import expect

    page = open_page(FILE)
    code(page)
    page.keyboard.type("Shop = Rule(when_all=[TextCon", delay=10)
    offers = page.get_by_role("listbox", name="Completions")
    expect(offers.get_by_role("option").first).to_contain_text("TextContains")
    axe(page)
    page.keyboard.press("Enter")  # takes it, and leaves the blanks to be filled in
    expect(page.locator("#text")).to_have_value(re.compile(r"TextContains\(phrase='', text=\)"))
    expect(page.locator("[data-signature] strong")).to_have_text("phrase: str")
    page.keyboard.type("shop")
    page.keyboard.press("Tab")
    expect(offers.get_by_role("option").first).to_contain_text("Text")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value(re.compile(r"TextContains\(phrase='shop', text=Text\)"))


def test_a_problem_is_marked_explained_and_reached_by_key(open_page: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    page = open_page(FILE)
    code(page)
    page.keyboard.insert_text("\nShop = Rule(when_all=[Txt == 'ü🙂', StringLength(s=Text) > 3], description='x')\n")
    expect(page.locator(".cm-lintRange-error")).to_have_text("Txt")
    expect(page.locator("[data-problems]")).to_contain_text("Did you mean `Text`?")
    page.keyboard.press("F8")
    page.locator(".cm-lintRange-error").hover()
    expect(page.locator(".cm-diagnostic").first).to_contain_text("There is no")
    page.keyboard.press("Escape")
    page.get_by_text("StringLength").first.hover()
    expect(page.locator(".code-help")).to_contain_text("The number of characters.")
    complaints = []
    page.on("dialog", lambda dialog: (complaints.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Files").first.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert complaints == ["beforeunload"]  # what is not saved is not lost by a click
    expect(page).to_have_url(re.compile("main.sml"))


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_form_and_text_are_one(
    open_page: Callable[..., Any], axe: Callable[[Any], None], width: int, theme: str
) -> None:
    from playwright.sync_api import expect

    page = open_page(FILE, width=width, theme=theme)
    page.get_by_role("tab", name="Form").click()
    page.get_by_role("button", name="New rule").click()
    form = page.locator("[data-rule-form]")
    form.get_by_label("Name").fill("Shop")
    row = form.locator(".rule-form-row").first
    row.get_by_label("Value").fill("shop")
    form.get_by_label("What it found").fill("Names a shop")
    form.get_by_role("button", name="Action").click()
    expect(form.get_by_role("alert")).to_contain_text("what the actions need")
    form.get_by_label("Policy").select_option("spam")
    form.get_by_label("Severity (optional)").select_option("low")
    rule = r"Shop = Rule\(\s*when_all=\[\s*TextContains\(phrase='shop', text=Text\),?\s*\]"
    effect = r"then=\[\s*SendToReview\(policy='spam', severity='low'\)"
    for written in (rule, effect):
        expect(page.locator("#text")).to_have_value(re.compile(written))
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
    axe(page)
    form.get_by_role("button", name="Any-of group").click()
    for number, word in ((1, "cheap"), (2, "sale")):
        form.locator(".rule-form-row").filter(has=page.get_by_label("Value")).nth(number).get_by_label("Value").fill(
            word
        )
    expect(page.locator("#text")).to_have_value(
        re.compile(r"phrase='cheap', text=Text\)\s+or TextContains\(phrase='sale'")
    )
    form.get_by_role("button", name="Counter").click()
    form.get_by_role("button", name="Use it").click()
    expect(page.locator("#text")).to_have_value(re.compile(r"CountBySender = Count\(by=\[Sender\], span='1h'\)"))
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_role("tab", name="Text").click()
    code(page)
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("# by hand\n")
    page.get_by_role("tab", name="Form").click()  # what was typed is read again
    expect(form.locator(".rule-form-row").filter(has=page.get_by_label("Value"))).to_have_count(4)
    page.get_by_label("Event", exact=True).or_(page.get_by_text("Or paste an event as JSON")).first.click()
    page.locator("#event").fill('{"item": {"data": {"text": "shop sale"}}, "author": {"id": "a"}}')
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("[data-tried]")).to_contain_text("CountBySender > 5")
    page.get_by_role("button", name="Changes").click()
    expect(page.get_by_role("dialog", name="What saving would change")).to_contain_text("# by hand")
    page.keyboard.press("Escape")
    page.get_by_label("Why").fill("a wave of shops")
    page.get_by_role("button", name="Check and save").click()
    page.get_by_role("link", name="Shop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shop")


def test_a_rule_beyond_the_form_says_so(open_page: Callable[..., Any], axe: Callable[[Any], None]) -> None:
    from playwright.sync_api import expect

    page = open_page(FILE)
    code(page)
    page.keyboard.insert_text("Odd = Rule(when_all=[Text == Text + ''], description='x')\n")
    page.get_by_role("tab", name="Form").click()
    form = page.locator("[data-rule-form]")
    form.get_by_label("Rule").select_option("Odd")
    expect(form).to_contain_text("beyond the form")
    axe(page)
    form.get_by_role("button", name="Edit as text").click()
    expect(page.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")


def test_a_new_rule_from_a_template_begins_in_the_editor(open_page: Callable[..., Any]) -> None:
    from playwright.sync_api import expect

    page = open_page("/rules/new")
    page.get_by_role("radio", name="Words or a phrase").check()
    page.get_by_label("Name (optional)").fill("CheapWatches")
    page.get_by_label("File", exact=True).select_option("main.sml")
    page.get_by_role("button", name="Open the editor").click()
    expect(page.locator("#text")).to_have_value(re.compile(r"CheapWatches = Rule\("))
    expect(page.get_by_text("Not saved")).to_be_visible()
    expect(page.get_by_text("Nothing to mend")).to_be_visible()
