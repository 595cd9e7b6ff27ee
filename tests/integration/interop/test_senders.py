"""Systems that report here: named on a page, proved by secrets, turned off and on; Mastodon's webhooks, Service Cloud's messages."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
FEW = {"spam": "spam", "csam": "child-safety"}


def test_named_systems_report_and_others_do_not(transactional_db: None) -> None:
    from django.test import Client
    from tests.support.intake import floor
    from tests.support.people import member, signed_in
    from tests.unit.interop.test_others_words import outbound

    from watchfloor.intake.models import Spooled
    from watchfloor.interop.senders.models import Sender

    floor()
    browser, stranger = signed_in(member({"settings.manage"})), signed_in(member({"case.view"}))
    page = "/settings/senders"
    assert stranger.get(page).status_code == 403 and stranger.post(page).status_code == 403
    assert "No system sends yet" in browser.get(page).content.decode()
    for wrong in (
        {"kind": "x", "name": "a"}, {"kind": "mastodon", "name": ""}, {"kind": "mastodon", "name": "a", "address": "no host"},
        {"kind": "mastodon", "name": "a", "address": "a.example", "secret": "short"},
        {"kind": "salesforce", "name": "a", "address": "00Dx"},
        {"kind": "fediverse", "name": "a", "address": "*.example"},
        {"kind": "mastodon", "name": "a", "address": "a.example", "secret": "longenough", "reason": "nonsense"},
    ):  # fmt: skip
        again = browser.post(page, wrong)
        assert again.status_code == 422, wrong
    secret = "signing-secret-of-the-server"
    made = browser.post(
        page,
        {
            "kind": "mastodon",
            "name": "Social",
            "address": "https://Social.example/",
            "reason": "spam",
        },
    )
    server = Sender.objects.get()
    hook = f"/v1/mastodon/{server.pk}"
    assert made.status_code == 200 and hook in made.content.decode() and server.address == "social.example"
    assert "Waits for its secret" in browser.get(page).content.decode()

    def tell(body: Any, *, key: str = secret, address: str = hook) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = "sha256=" + hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()
        return Client().post(address, raw, content_type="application/json", headers={"X-Hub-Signature": signature})

    account = {"id": "7", "username": "mallory", "account": {"id": "7", "acct": "mallory"}}
    report = {"id": "1", "comment": "bad", "category": "spam", "account": {"id": "9"}, "target_account": account,
              "statuses": [{"id": "31", "content": "<p>Buy</p>"}, {"id": "32", "content": "<p>Now</p>"}]}  # fmt: skip
    told = {"event": "report.created", "created_at": "2026-01-01T00:00:00Z", "object": report}
    assert tell(told).status_code == tell(told, key="").status_code == 401  # Mastodon's secret is not known yet
    assert secret not in browser.post(f"{page}/{server.pk}/secret", {"secret": secret}).content.decode()
    assert secret.encode() not in bytes(Sender.objects.get().secret)
    first = tell(told)
    assert first.status_code == 202 and len(first.json()["receipts"]) == 2
    assert tell(told).json() == first.json()  # played again: the same receipts
    grown = {**told, "object": {**report, "comment": "worse"}}
    assert tell(grown).json() == first.json() and Spooled.objects.count() == 2
    assert (
        tell({"event": "status.created", "object": {"id": "33", "content": "Hi", "account": account}}).status_code
        == 202
    )
    assert Spooled.objects.filter(kind="event").count() == 1
    assert tell({"event": "from.the.future", "object": {}}).status_code == 200
    assert tell(told, key="another").status_code == 401 and tell(told, key="").status_code == 401
    assert tell(told, address="/v1/mastodon/00000000-0000-7000-8000-000000000000").status_code == 401
    for bad in (b"{", [], {"event": "report.created"}, {"event": "report.created", "object": {"id": "5"}},
                {"event": "account.created", "object": {}},
                {"event": "report.created", "object": {**report, "id": "6", "comment": "\x00"}}):  # fmt: skip
        assert tell(bad).status_code in (400, 422), bad
    assert (
        "Failing" in browser.get(page).content.decode() and "Failing" in browser.get("/settings/doors").content.decode()
    )
    assert browser.post(f"{page}/{server.pk}/turn", {"to": "off"}).status_code == 302
    assert tell(told).status_code == 401
    browser.post(f"{page}/{server.pk}/turn", {"to": "on"})
    assert browser.post(f"{page}/{server.pk}/secret", {"secret": "short"}).status_code == 422
    assert browser.post(f"{page}/{server.pk}/secret", {"secret": "rotated-secret"}).status_code == 200
    assert tell(told).status_code == 401 and tell(told, key="rotated-secret").status_code == 202

    made = browser.post(
        page, {"kind": "salesforce", "name": "Care", "address": "00D5e000000HEcP", "reason": "spam"}
    ).content.decode()
    cloud = Sender.objects.get(kind="salesforce")
    place = f"/v1/servicecloud/{cloud.pk}"
    key = made.split(f"{place}?key=")[1].split('"')[0]
    assert key not in browser.get(page).content.decode()

    def send(text: Any, *, key: str = key) -> Any:
        kind = "text/xml; charset=utf-8" if isinstance(text, str) else "application/json"
        return Client().post(
            f"{place}?key={key}", text if isinstance(text, str) else json.dumps(text), content_type=kind
        )

    before = Spooled.objects.count()
    message = outbound("<sf:Subject>Look</sf:Subject>", "<sf:Subject>There</sf:Subject>")
    for text in (
        message,
        message,
        message.replace("Look", "Changed since"),
    ):  # at least once, with the values of the moment
        answer = send(text)
        assert answer.status_code == 200 and b"<Ack>true</Ack>" in answer.content
    assert Spooled.objects.count() == before + 2
    assert b"<Ack>false</Ack>" in send(message.replace("00D5e000000HEcP", "00D5e000000XXXX")).content
    assert b"<Ack>false</Ack>" in send("<a/>").content
    flow = send({"item": {"type": "message", "id": "m1"}, "external_id": "case-9"})
    assert flow.status_code == 202 and flow.json()["id"].startswith("rpt_")
    assert (
        send([]).status_code == 422
        and send(message, key="guess").status_code == 401
        and send(message, key="").status_code == 401
    )
    rows = browser.get(f"{page}?format=csv").getvalue().decode("utf-8-sig").splitlines()
    assert rows[0].startswith("kind,name") and len(rows) == 3
