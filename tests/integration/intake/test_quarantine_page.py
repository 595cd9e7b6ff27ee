"""The quarantine's page and API show hostile content as text and act only for those who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from tests.support.intake import report

from watchfloor.identity.models import ApiToken, Grant, Role, User
from watchfloor.identity.queries import token_digest
from watchfloor.intake import quarantine
from watchfloor.intake.models import Spooled
from watchfloor.kernel import clock


@pytest.fixture
def receipt(run: Any) -> str:
    answer = run(lambda client: client.reports(report(note="<script>alert(1)</script>")))
    Spooled.objects.update(state="quarantined", error="It broke.")
    return str(answer.json["id"])


@pytest.fixture
def browser(transactional_db: None) -> Browser:
    user = User.objects.create(email="ops@example.org", name="Ops")
    Role.objects.create(key="ops", name="Ops", permissions=[quarantine.PERMISSION])
    Grant.objects.create(user_id=user.pk, role_key="ops")
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_the_page_shows_replays_and_discards(receipt: str, browser: Browser) -> None:
    page = browser.get("/settings/quarantine")
    assert page.status_code == 200
    text = page.content.decode()
    assert receipt in text and "It broke." in text and "<script>alert" not in text
    assert browser.post(f"/settings/quarantine/{receipt}/replay").status_code == 302
    assert Spooled.objects.get().state == "waiting"
    Spooled.objects.update(state="quarantined")
    assert browser.post(f"/settings/quarantine/{receipt}/discard", {"why": "a test"}).status_code == 302
    assert Spooled.objects.get().state == "discarded"
    assert "Nothing is in quarantine" in browser.get("/settings/quarantine").content.decode()


def test_the_page_is_not_for_everyone(receipt: str) -> None:
    stranger = User.objects.create(email="x@example.org", name="X")
    browser = Browser()
    browser.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/settings/quarantine").status_code == 403
    assert browser.post(f"/settings/quarantine/{receipt}/replay").status_code == 403


def test_the_api(receipt: str) -> None:
    ApiToken.objects.create(
        name="ops", prefix="o", digest=token_digest("ops"), source="ops", permissions=["intake.manage"], created_at=clock.now()
    )  # fmt: skip
    may = {"HTTP_AUTHORIZATION": "Bearer ops"}
    api = Browser()
    assert api.get("/v1/intake/quarantine", HTTP_AUTHORIZATION="Bearer wf-full").status_code == 403
    assert api.get("/v1/intake/quarantine", **may).json()["rows"][0]["id"] == receipt
    assert "script" in api.get(f"/v1/intake/quarantine/{receipt}", **may).json()["body"]
    assert api.post("/v1/intake/quarantine-replay", **may).json() == {"replayed": 1}
    assert api.post(f"/v1/intake/quarantine/{receipt}/replay", **may).status_code == 404
