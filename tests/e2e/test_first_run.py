"""An engineer's first minutes: first run by keyboard in under five clicks, out and in again, a token that works; axe finds nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

import httpx
import pytest

pytestmark = pytest.mark.e2e

EMAIL, PASSWORD = "ana@example.org", "a lamp on the quiet floor"
Check = Callable[[Any], None]


class Server(Protocol):
    """What the fixture gives."""

    url: str


class Presses:
    """Counts what a person does that is like a click: Enter on a button or link. Typing and Tab are free."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def type(self, *fields: str) -> None:
        for number, text in enumerate(fields):
            if number:
                self.page.keyboard.press("Tab")
            self.page.keyboard.type(text)

    def enter(self) -> None:
        self.count += 1
        self.page.keyboard.press("Enter")

    def reach(self, name: str) -> None:
        """Tab to the link or button called so."""
        for _ in range(60):
            focused = self.page.evaluate("(document.activeElement.innerText || '').trim()")
            if focused == name:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {name!r}")


def sign_in(page: Any, password: str = PASSWORD, at: str = "") -> None:
    """From the sign-in page, by keyboard."""
    page.goto(f"{at}/account/login/")
    page.locator("#login").focus()
    Presses(page).type(EMAIL, password)
    page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def house(browser: Any, server: Any, axe: Check) -> int:
    """The first run itself, on the empty folder; how many presses it took until a token was made."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1440, "height": 900}, timezone_id="Europe/Madrid"
    )
    page = context.new_page()
    person = Presses(page)
    page.goto("/")
    assert page.url.endswith("/welcome")
    axe(page)
    person.type("Ana Ruiz", EMAIL, PASSWORD)
    person.enter()
    page.wait_for_url("**/welcome/next")
    axe(page)
    assert page.locator("table tbody tr").count() > 0  # a first queue is there
    person.reach("Make a token")
    person.enter()
    page.wait_for_url("**/settings/tokens?new=1")
    axe(page)
    person.type("chat-backend")
    person.enter()
    page.wait_for_selector("#secret")
    axe(page)
    secret = page.input_value("#secret")
    answer = httpx.get(f"{server.url}/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["source"] == "chat-backend"
    context.close()
    return person.count


def test_first_run_takes_under_five_clicks(house: int) -> None:
    assert house < 5


def test_it_is_not_reachable_again(house: int, page: Any) -> None:
    page.goto("/welcome")
    assert page.url.endswith("/account/login/")


def test_out_and_in_again(house: int, page: Any, axe: Check) -> None:
    sign_in(page)
    page.wait_for_selector("[aria-label^='Account of']")
    page.goto("/settings/me")
    axe(page)
    assert "Europe/Madrid" in page.input_value("#time_zone")
    kept = "Object.keys(localStorage).filter((name) => name.startsWith('wf-draft-')).length"
    for answered in (
        False,
        True,
    ):  # what was typed is gone with the one who typed it, also when the server does not answer
        page.evaluate("localStorage.setItem('wf-draft-me-case', '{}')")
        if not answered:
            page.route("**/account/leave", lambda route: route.fulfill(status=204))
        page.locator("[aria-label^='Account of']").press("Enter")
        with page.expect_request("**/account/leave"):
            page.get_by_role("button", name="Sign out", exact=True).press("Enter")
        if not answered:
            assert page.evaluate(kept) == 0 and page.url.endswith("/settings/me")
            page.unroute("**/account/leave")
            page.goto("/settings/me")
    page.wait_for_url("**/account/login/**")
    assert page.evaluate(kept) == 0
    axe(page)
    page.goto("/settings/people")
    assert "/account/login/" in page.url
    assert "next=/settings/people" in page.url


def test_a_wrong_password_says_so_and_keeps_the_address(house: int, page: Any, axe: Check) -> None:
    sign_in(page, "not this one at all")
    page.wait_for_selector("[role=alert]")
    assert "not correct" in page.locator("[role=alert]").inner_text()
    assert page.input_value("#login") == EMAIL
    axe(page)


def test_a_token_is_copied_and_never_shown_again(house: int, page: Any, axe: Check) -> None:
    sign_in(page)
    page.wait_for_selector("[aria-label^='Account of']")
    page.goto("/settings/tokens")
    axe(page)
    page.get_by_role("link", name="New token").press("Enter")
    page.fill("#source", "video-backend")
    page.keyboard.press("Enter")
    page.wait_for_selector("#secret")
    secret = page.input_value("#secret")
    page.get_by_role("button", name="Copy the token").press("Enter")
    page.wait_for_selector(".toast-green")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.goto("/settings/tokens")
    assert secret not in page.content()
    assert page.get_by_role("row", name=re.compile("video-backend")).count() == 1


def test_a_bare_address_says_why_it_has_no_passkeys(house: int, page: Any, axe: Check) -> None:
    page.goto("/account/login/")
    assert page.locator("#passkey_login").count() == 0
    sign_in(page)
    page.wait_for_selector("[aria-label^='Account of']")
    page.goto("/account/2fa/")
    axe(page)
    assert "localhost" in (page.get_by_role("link", name="Open this page by name").get_attribute("href") or "")


def test_a_passkey_lets_in_under_the_content_policy(house: int, page: Any, server: Server, axe: Check) -> None:
    """A virtual authenticator of the browser: adding a passkey and signing in with it, with no script of the page refused."""
    here = server.url.replace("127.0.0.1", "localhost")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, at=here)
    page.wait_for_selector("[aria-label^='Account of']")
    page.goto(f"{here}/account/2fa/webauthn/add/")
    axe(page)
    page.fill("input[type=password]", PASSWORD)  # adding a way in asks again who is there
    page.keyboard.press("Enter")
    page.wait_for_url("**/webauthn/add/")
    axe(page)
    page.fill("input[name=name]", "Laptop")
    page.check("input[name=passwordless]")
    page.get_by_role("button", name="Add").press("Enter")
    page.wait_for_url("**/recovery-codes/")
    axe(page)
    for address in ("", "webauthn/", "totp/activate/"):
        page.goto(f"{here}/account/2fa/{address}")
        axe(page)
    page.context.clear_cookies()
    page.goto(f"{here}/account/login/")
    page.locator("#passkey_login").press("Enter")
    page.wait_for_selector("[aria-label^='Account of']")
    page.goto(f"{here}/account/reauthenticate/?next=/account/2fa/webauthn/")
    page.fill("input[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/webauthn/")
    page.get_by_role("link", name="Remove").press("Enter")  # so that the password alone is enough for the other tests
    page.get_by_role("button", name="Remove").press("Enter")
    page.wait_for_selector("text=No security keys have been added")
