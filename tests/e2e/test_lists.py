"""Lists in a real browser, by keyboard: begin one, put values in, mend a bad row, take one out, bring it back; accessible everywhere."""

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
    "/rules/lists",
    "/rules/lists/phishing-domains",
    "/rules/lists/phishing-domains?to=3#diff",
    "/rules/lists/campaign-texts",
]


@pytest.fixture
def open_page(open_as: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Opens a page as a rule author on a floor with a rule that asks one of two lists."""
    from tests.support.rules import Rules, fresh, rule_author

    from watchfloor.detection import lists
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    fresh(monkeypatch)
    rules = Rules()
    person = rule_author()
    author = f"user:{person.pk}"
    with writing(author) as w:
        lists.create(w, "phishing-domains", "domains", description="Domains seen in phishing, from reports and partners.",
                     owner="Fraud desk")  # fmt: skip
        lists.create(w, "campaign-texts", "bank", description="Messages of known campaigns.")
    entries = [
        lists.NewEntry("secure-login.example", "reported 40 times"), lists.NewEntry("bank-check.example", "partner feed"),
        lists.NewEntry("prize.example", "until the shop answers", clock.now() + timedelta(days=20)),
    ]  # fmt: skip
    for entry in entries:
        with writing(author) as w:
            lists.add_many(w, "phishing-domains", [entry])
    rules.add("PhishingLink", condition="InList(list='phishing-domains', value=Text)", state="shadow")
    return partial(open_as, person)


def test_accessible_and_never_wider_than_the_screen(
    open_page: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    for address in ADDRESSES:
        four_looks(open_page(address))


def test_a_list_is_kept_by_keyboard_alone(open_page: Callable[..., Any]) -> None:
    from watchfloor.detection.models import NamedList

    page = open_page("/rules/lists")
    page.get_by_label("Its name").focus()
    page.keyboard.type("burner-hosts")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/rules/lists/burner-hosts$"))
    page.get_by_label("Value", exact=True).focus()
    page.keyboard.type("Mail.Example.COM")
    page.keyboard.press("Tab")
    page.keyboard.type("seen in 12 reports")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=It is in: version 1.")
    assert page.get_by_role("rowheader", name="mail.example.com").count() == 1

    page.get_by_label("Rows").focus()
    page.keyboard.type("a.example")
    page.keyboard.press("Enter")
    page.keyboard.type("no domain at all")
    page.get_by_role("button", name="Put them in").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 row was not taken")
    assert page.locator("text='no domain at all' is no domain").count() == 1
    assert page.get_by_label("Rows").input_value() == "a.example\nno domain at all", "what was typed is kept"
    assert page.get_by_role("rowheader", name="a.example").count() == 1, "the good row is in"

    page.get_by_role("button", name="Take out mail.example.com").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Why").focus()
    page.keyboard.type("ours")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 entry is out: version 3.")
    assert page.get_by_role("rowheader", name="mail.example.com").count() == 0

    page.get_by_role("button", name="Restore").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Why").focus()
    page.keyboard.type("it was right")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=this is version 4")
    assert page.get_by_role("rowheader", name="mail.example.com").count() == 1
    assert NamedList.objects.get(name="burner-hosts").version == 4


def test_the_list_says_who_asks_it_and_the_palette_finds_it(open_page: Callable[..., Any]) -> None:
    page = open_page("/rules/lists/phishing-domains")
    assert page.get_by_role("link", name="PhishingLink").count() == 1
    page.keyboard.press("Control+k")
    page.keyboard.type("phishing-dom")
    page.get_by_role("option", name=re.compile("phishing-domains")).wait_for()
