"""A trigger of Zendesk reports: signed, durable before it is answered, once for a ticket; a bad body is put aside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from watchfloor.interop.history import keeping, mapping
from watchfloor.interop.models import HistoryReject
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db


def test_reports_of_a_help_desk(transactional_db: None) -> None:
    from django.test import Client
    from tests.support.intake import floor
    from tests.support.intake import report as made_report
    from tests.support.people import member, signed_in

    from watchfloor.intake.models import Spooled

    floor()
    with writing("system:test") as w:
        source = keeping.save_source(
            w, name="Help", kind="zendesk", mapping=mapping.READY["zendesk"], url="https://acme.zendesk.com"
        )
    browser, address = signed_in(member({"settings.manage"})), f"/v1/zendesk/{source.pk}"
    secret = "signing-secret-of-the-hook"

    def call(body: Any, *, key: str = secret, stamp: str = "", name: str = "1") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = stamp or clock.now().isoformat()
        made = base64.b64encode(hmac.new(key.encode(), stamp.encode() + raw, hashlib.sha256).digest()).decode()
        headers = {
            "X-Zendesk-Webhook-Signature": made,
            "X-Zendesk-Webhook-Signature-Timestamp": stamp,
            "X-Zendesk-Webhook-Invocation-Id": name,
        }
        return Client().post(address, raw, content_type="application/json", headers=headers)

    report = made_report(external_id="ticket-7")
    assert call(report).status_code == 401  # no secret yet
    page = f"/settings/history/{source.pk}"
    assert browser.post(page, {"do": "hook", "hook": "short"}).status_code == 422
    assert browser.post(page, {"do": "hook", "hook": secret}).status_code == 302
    assert address in browser.get(page).content.decode() and secret not in browser.get(page).content.decode()
    first = call(report)
    assert first.status_code == 202, first.content
    again = call(report, name="2")
    assert again.status_code == 202 and again.json() == first.json()
    assert Spooled.objects.count() == 1
    assert call({**report, "note": "other words"}, name="3").status_code == 409
    assert call(report, key="other").status_code == 401
    assert call(report, stamp="2026-01-01T00:00:00Z").status_code == 401
    for number, bad in enumerate(
        (b"{", [], {**report, "reason": "nonsense"}, {**report, "item": {"type": "planet", "id": "1"}}, b"\xff\xfe")
    ):
        answer = call(bad, name=f"bad-{number}")
        assert answer.status_code in (400, 422), answer.content
    assert HistoryReject.objects.filter(source=source).count() == 6
    assert (
        Client()
        .post("/v1/zendesk/00000000-0000-7000-8000-000000000000", b"{}", content_type="application/json")
        .status_code
        == 401
    )
