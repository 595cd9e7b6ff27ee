"""PagerDuty's Events API v2 both ways over TLS: their client pages us, we page a stand-in for theirs; and the check of the pager."""

from __future__ import annotations

import json
import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pagerduty
import pytest
from django.core import mail
from django.test import Client
from tests.integration.enforcement.receiver import Receiver
from tests.integration.oncall.conftest import plan
from tests.support.people import actor_of, member, signed_in
from tests.support.tls import certificate

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, calling, checks, firing
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.models import Call, Contact, Page, PagerCheck


def key_for(people: tuple[Any, Any]) -> str:
    """A routing key that pages by the policy ``severe``."""
    plan(people[0].pk, people[1].pk)
    with writing(system("test")) as w:
        _row, key = actions.add_routing_key(w, name="Lake monitor", escalation_policy="severe")
    return key


def test_the_official_client_triggers_acknowledges_and_resolves(people: tuple[Any, Any], tmp_path: Path) -> None:
    key, ours = key_for(people), Client()
    trusted, context = certificate(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # in this thread: the transaction of the test is here
            body = self.rfile.read(int(self.headers["content-length"]))
            found = ours.post(self.path, body, content_type=self.headers["content-type"])
            self.send_response(found.status_code)
            self.send_header("content-type", found["content-type"])
            self.send_header("content-length", str(len(found.content)))
            self.end_headers()
            self.wfile.write(found.content)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    heard: list[Any] = []

    def speak() -> None:
        where = f"https://localhost:{server.server_port}"
        trust = ssl.create_default_context(cafile=str(trusted))
        client = pagerduty.EventsApiV2Client(key, base_url=where, verify=trust, trust_env=False)
        heard.append(client.trigger("The lake's disk is full", "lake-1", severity="critical", dedup_key="disk"))
        heard.append(client.acknowledge("disk"))
        heard.append(client.resolve("disk"))
        heard.append(client.trigger("Clock drifts", "lake-2"))

    thread = threading.Thread(target=speak, daemon=True)
    thread.start()
    server.timeout = 20
    states = []
    for _turn in range(4):
        server.handle_request()
        states.append(list(Page.objects.order_by("raised_at").values_list("state", flat=True)))
    thread.join(20)
    server.server_close()
    assert heard[:3] == ["disk"] * 3 and len(heard[3]) == 32
    assert states == [["raised"], ["acknowledged"], ["resolved"], ["resolved", "raised"]]
    first, second = Page.objects.order_by("raised_at")
    assert (first.about, first.severity, first.escalation_policy) == ("outside", 5, "severe")
    assert (
        first.words == "Lake monitor: The lake's disk is full (lake-1)" and second.severity == 5
    )  # the client's own default


def test_what_the_door_refuses_and_counts(people: tuple[Any, Any]) -> None:
    key, client = key_for(people), Client(enforce_csrf_checks=True)
    good = {
        "routing_key": key, "event_action": "trigger", "dedup_key": "d",
        "payload": {"summary": "s", "source": "x", "severity": "info"},
    }  # fmt: skip

    def send(**more: Any) -> Any:
        return client.post("/v2/enqueue", json.dumps({**good, **more}), content_type="application/json")

    assert [send().status_code, send().status_code] == [202, 202] and Page.objects.get().times == 2
    assert send(event_action="resolve", dedup_key="never seen").json()["status"] == "success"
    for bad in (
        {"routing_key": "0" * 32}, {"routing_key": "short"}, {"event_action": "shout"}, {"payload": {}}, {"payload": None},
        {"dedup_key": "x" * 256}, {"event_action": "resolve", "dedup_key": None}, {"payload": {**good["payload"], "severity": "bad"}},  # type: ignore[dict-item]
    ):  # fmt: skip
        answer = send(**bad)
        assert answer.status_code == 400 and answer.json()["errors"], bad
    assert client.post("/v2/enqueue", b"\xff", content_type="application/json").status_code == 400
    assert client.get("/v2/enqueue").status_code == 405 and Page.objects.count() == 1
    boss = signed_in(member({"oncall.view", "oncall.manage"}, "Boss"))
    made = boss.post("/oncall/setup/outside", {"step": "key", "name": "Second", "escalation_policy": "severe"})
    assert "shown once" in made.content.decode()
    contact = {"step": "contact", "pager": "email", "contact_name": "Night desk", "address": "desk@example.org"}
    assert boss.post("/oncall/setup/outside", {**contact, "address": "no"}).status_code == 422
    assert boss.post("/oncall/setup/outside", contact).status_code == 302
    house = Contact.objects.get(user_id__isnull=True)
    assert "Night desk" in boss.get("/oncall/setup/policy").content.decode()
    assert boss.post("/oncall/setup/outside", {"step": "contact-remove", "id": "x"}).status_code == 404
    assert boss.post("/oncall/setup/outside", {"step": "contact-remove", "id": str(house.pk)}).status_code == 302
    row = actions.outside.RoutingKey.objects.get(name="Lake monitor")
    assert boss.post("/oncall/setup/outside", {"step": "remove", "id": str(row.pk)}).status_code == 302
    assert send().status_code == 400


def test_ours_speaks_tls_and_only_to_whom_it_trusts(
    people: tuple[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    trusted, context = certificate(tmp_path)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    theirs = Receiver()
    theirs.then = 202
    theirs.server.socket = context.wrap_socket(theirs.server.socket, server_side=True)
    settings.PAGERDUTY_EVENTS_URL = f"https://localhost:{theirs.server.server_port}/v2/enqueue"
    with writing(system("test")) as w:
        actions.add_contact(w, user_id=lena.pk, pager="pagerduty", name="duty", address="R" * 32)
        row = actions.page(w, PageIn(key="k", severity=4))
    assert row is not None
    firing.fire_due()
    calling.call_due()
    call = Call.objects.get(pager="pagerduty")
    assert call.state == "pending" and "CERTIFICATE" in call.error.upper() and theirs.requests == []
    monkeypatch.setattr("certifi.where", lambda: str(trusted))
    Call.objects.filter(pk=call.pk).update(next_at=row.raised_at)
    calling.call_due()
    actions.acknowledge(actor_of(lena), row.pk)
    actions.resolve(actor_of(lena), row.pk)
    while calling.call_due():
        pass
    theirs.server.shutdown()
    theirs.server.server_close()
    told = [(each["body"]["event_action"], each["body"]["dedup_key"]) for each in theirs.requests]
    assert [what for what, _key in told] == ["trigger", "acknowledge", "resolve"] and len(
        {key for _what, key in told}
    ) == 1
    assert theirs.requests[0]["body"]["payload"]["severity"] == "error"


def test_a_check_that_nobody_answers_is_said_and_one_that_is_answered_is_not(
    people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    boss = member({"oncall.view", "oncall.manage"}, "Boss")
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    outside = Receiver()
    with writing(system("test")) as w:
        house = actions.add_contact(w, user_id=None, pager="webhook", name="watchdog", address=outside.url)
        actions.save_policy(
            w, key="watchdog", name="Watchdog", steps=[{"targets": [f"contact:{house.pk}"], "wait": 60}]
        )
        with pytest.raises(BadInput):
            checks.save(w, escalation_policy="watchdog", every_minutes=10, answer_minutes=10)
        checks.save(w, escalation_policy="watchdog", every_minutes=60, answer_minutes=10)
    now = clock.now()

    def minutes(number: int) -> PagerCheck:
        with clock.at(now + timedelta(minutes=number)):
            for function in (checks.turn, firing.fire_due, calling.call_due):
                while function():
                    pass
        return PagerCheck.objects.get()

    assert minutes(1).state == "waiting"
    (asked,) = outside.requests
    where = asked["body"]["data"]["answer"].partition("/oncall/")[2]
    program = Client(enforce_csrf_checks=True)
    assert program.post("/oncall/answer/forged").status_code == 404
    assert program.post(f"/oncall/{where}").status_code == program.post(f"/oncall/{where}").status_code == 204
    assert minutes(2).state == "resting" and not mail.outbox and checks.silent() is None
    assert Page.objects.get().state == "resolved"
    assert minutes(62).state == "waiting" and minutes(71).state == "waiting" and not mail.outbox
    program.post(f"/oncall/{where}")  # an old answer is none
    assert minutes(73).state == "silent"
    (said,) = mail.outbox
    assert said.to == [boss.email] and "nobody answered the check" in said.subject
    for page in ("/oncall", "/oncall/incidents", "/oncall/setup/outside"):
        assert "Nobody has answered the check of the pager since" in signed_in(boss).get(page).content.decode(), page
    assert minutes(122).state == "silent" and minutes(133).state == "silent" and len(mail.outbox) == 1  # said once
    assert minutes(183).state == "silent"
    again = outside.requests[-1]["body"]["data"]["answer"].partition("/oncall/")[2]
    program.post(f"/oncall/{again}")
    assert minutes(184).state == "resting" and checks.silent() is None
    states = [event.data["state"] for event in Event.objects.filter(type="pager_check.done").order_by("ordinal")]
    assert states == ["waiting", "resting", "waiting", "silent", "waiting", "silent", "waiting", "resting"]
    outside.server.shutdown()
    outside.server.server_close()
    sequencer.catch_up()
    assert [each for each in rebuild.check().differences if each.table.startswith("oncall")] == []
