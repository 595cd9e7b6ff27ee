"""Sign-on in a real browser: a provider is set up, somebody comes in through it (npm's ``oidc-provider``, with PKCE), adds a passkey,
proves with it who they are before breaking the glass, and is out when their directory switches them off. Every page in every look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import free_port
from tests.support import op
from tests.support.people import member

from watchfloor.identity import actions, defaults
from watchfloor.identity.domain import PERMISSIONS, system
from watchfloor.identity.models import User
from watchfloor.identity.signon import oidc
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.workforce.actions import save_vendor

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
BY = system("test")


def passkeys(page: Page) -> None:
    """A device with a passkey store, whose owner always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_from_a_provider_to_the_door(
    open_as: Callable[..., Page], four_looks: Callable[[Any], None], browser: Any, live_server: Any, settings: Any
) -> None:
    oidc.forget()
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    with writing(BY) as w:
        defaults.install(w)
        save_vendor(w, key="inhouse", name="In house")
        _, directory = actions.create_token(w, BY, name="", source="directory", permissions=["people.provision"])
    admin = member(set(PERMISSIONS), "Ada Min")
    back = f"{live_server.url}/account/sign-on/house/back"
    with op.certified(free_port(), back) as issuer:
        page = open_as(admin, "/settings/sign-on")
        page.get_by_role("link", name="New provider").click()
        expect(page.get_by_label("Issuer")).to_be_visible()
        four_looks(page)
        page.get_by_label("Key", exact=True).fill("house")
        page.get_by_label("Name", exact=True).fill("House")
        page.get_by_label("Issuer").fill(issuer)
        page.get_by_label("Client id").fill(op.CLIENT)
        page.get_by_label("Client secret").fill(op.SECRET)
        page.get_by_label("Vouches for addresses at").fill("example.org")
        page.get_by_label("Also people whose group gives a role").check()
        page.get_by_role("button", name="Try and save").click()
        page.get_by_text("New rule", exact=True).click()
        page.get_by_label("Where the group is").select_option("house")
        page.get_by_label("Group", exact=True).fill("floor")
        page.get_by_label("Role here").select_option("escalation_lead")
        page.get_by_role("button", name="Save the rule").click()
        expect(page.get_by_role("cell", name="Escalation lead")).to_be_visible()
        four_looks(page)
        page.goto("/settings/sessions")
        four_looks(page)
        page.goto("/settings/tokens")
        page.get_by_role("link", name="directory").click()
        page.wait_for_url("**/settings/tokens/*")
        four_looks(page)

        mine = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}).new_page()
        mine.goto("/account/login/?next=/settings/me/sessions")
        four_looks(mine)
        mine.get_by_role("link", name="Sign in with House").click()
        mine.locator("input[name=login]").fill("ben")
        mine.locator("input[name=password]").fill("anything")
        mine.locator("button[type=submit]").click()
        mine.get_by_role("button", name="Continue").click()
        mine.wait_for_url("**/settings/me/sessions")
        expect(mine.get_by_text("This one")).to_be_visible()
        expect(mine.get_by_role("cell", name="House")).to_be_visible()
        four_looks(mine)
    ben = User.objects.get(email="ben@example.org")
    passkeys(mine)
    mine.goto("/account/2fa/webauthn/add/")
    mine.locator("input[name=name]").fill("My key")
    mine.locator("#mfa_webauthn_add").click()
    mine.wait_for_url("**/account/2fa/**")
    mine.goto("/settings/break-glass")
    expect(mine.get_by_role("heading", name="Is it still you?")).to_be_visible()
    mine.get_by_role("link", name="With a passkey").click()
    mine.locator("#mfa_webauthn_reauthenticate").click()
    mine.wait_for_url("**/settings/break-glass")
    expect(mine.get_by_role("heading", name="Break-glass")).to_be_visible()
    assert Event.objects.get(type="signon.proof").data["by"] == "passkey"

    off = httpx.patch(
        f"{live_server.url}/scim/v2/Users/{ben.pk}", headers={"Authorization": f"Bearer {directory}"},
        json={"Operations": [{"op": "replace", "path": "active", "value": False}]},
    )  # fmt: skip
    assert off.status_code == 200, off.text
    mine.reload()
    expect(mine.get_by_role("heading", name="Sign in")).to_be_visible()
    mine.context.close()
