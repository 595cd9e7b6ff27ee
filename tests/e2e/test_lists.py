"""Lists in a real browser, by keyboard: begin one, put values in, mend a bad row, take one out, bring it back; accessible everywhere."""

from __future__ import annotations

import re
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
ADDRESSES = [
    "/rules/lists",
    "/rules/lists/phishing-domains",
    "/rules/lists/phishing-domains?to=3#diff",
    "/rules/lists/campaign-texts",
]


@pytest.fixture
def open_page(browser: Any, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Opens a page as a rule author on a floor with a rule that asks one of two lists."""
    from django.test import Client
    from tests.support.rules import Rules, fresh

    from watchfloor.detection import lists
    from watchfloor.identity import defaults
    from watchfloor.identity.actions import create_user, grant
    from watchfloor.identity.domain import system
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    fresh(monkeypatch)
    rules = Rules()
    with writing(system("tests")) as w:
        defaults.install(w)
        person = create_user(w, email="rina@example.com", name="Rina Shah", password=None)
        grant(w, system("tests"), person, "rule_author")
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
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies["sessionid"].value
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_(address: str, *, width: int = 1440, theme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            base_url=live_server.url,
        )
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(error.message))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_accessible_and_never_wider_than_the_screen(
    open_page: Callable[..., Any], axe: Callable[[Any], None], width: int, theme: str
) -> None:
    for address in ADDRESSES:
        page = open_page(address, width=width, theme=theme)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


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
