"""On-call from outside: the JSON API, the commands, a signed webhook and PagerDuty's events to a server that listens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from standardwebhooks import Webhook
from tests.integration.enforcement.receiver import Receiver
from tests.integration.oncall.conftest import plan
from tests.support.people import actor_of

from watchfloor.cli.oncall import oncall
from watchfloor.identity import actions as identity
from watchfloor.identity.domain import system
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, calling, firing
from watchfloor.oncall.contracts import PageIn
from watchfloor.oncall.models import Call, Page

KEY = "R" * 32


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Receiver]:
    """A server on loopback that answers 202, as PagerDuty does."""
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    found = Receiver()
    found.then = 202
    settings.PAGERDUTY_EVENTS_URL = found.url
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_the_api(client: Any, people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    may = ["oncall.view", "oncall.page", "oncall.answer"]
    with writing(system("test")) as w:
        _row, secret = identity.create_token(w, system("test"), name="Monitor", source="monitor", permissions=may)
    bearer = {"headers": {"Authorization": f"Bearer {secret}"}, "content_type": "application/json"}
    (on,) = client.get("/v1/oncall", **bearer).json()["schedules"]
    assert (on["schedule"], on["on"], on["person"]) == ("leads", "Lena Lead", str(lena.pk))
    body = {"key": "disk-full", "severity": 4, "words": "The disk of the lake is full"}
    first, again = (client.post("/v1/oncall/pages", json.dumps(body), **bearer).json() for _turn in range(2))
    assert (first["id"], again["times"]) == (again["id"], 2)
    assert client.post("/v1/oncall/pages", json.dumps({**body, "key": "x", "severity": 9}), **bearer).status_code == 422
    taken = client.post(f"/v1/oncall/pages/{first['id']}/acknowledge", **bearer).json()
    assert taken["state"] == "acknowledged"
    assert client.post(f"/v1/oncall/pages/{first['id']}/resolve", **bearer).json()["state"] == "resolved"
    assert client.get("/v1/oncall/pages?state=raised", **bearer).json() == {"pages": []}
    actions.open_incident(actor_of(lena), title="x", severity=3)
    assert client.get("/v1/oncall/incidents", **bearer).json()["incidents"][0]["number"] == 1


def test_the_commands(people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchfloor.console.prepare.django", lambda **more: None)  # it is up
    plan(people[0].pk, people[1].pk, severity=3)

    def run(*argv: str) -> Any:
        return json.loads(CliRunner().invoke(oncall, [*argv, "--json"], catch_exceptions=False).output)

    assert run("now")["schedules"][0]["on"] == "Lena Lead"
    made = run("page", "Look at the lake")
    assert made["state"] == "raised" and run("ack", made["id"])["state"] == "acknowledged"
    assert [row["id"] for row in run("pages", "--state", "acknowledged")["pages"]] == [made["id"]]
    with pytest.raises(Conflict):
        run("page", "small", "--severity", "1")


def test_those_outside_hear_of_a_page_and_of_its_end(listener: Receiver, people: tuple[Any, Any]) -> None:
    lena, omar = people
    plan(lena.pk, omar.pk)
    with writing(system("test")) as w:
        hook = actions.add_contact(w, user_id=lena.pk, pager="webhook", name="phone", address=listener.url)
        actions.add_contact(w, user_id=lena.pk, pager="pagerduty", name="duty", address=KEY)
        for channel in ("slack", "teams"):
            actions.add_contact(w, user_id=lena.pk, pager=channel, name=channel, address=listener.url)
        row = actions.page(w, PageIn(key="k", severity=5, words="what the reporter wrote"))
    assert row is not None
    listener.behave = [500]  # the first try fails and is made again later
    firing.fire_due()
    while calling.call_due():
        pass
    Call.objects.filter(state="pending").update(next_at=row.raised_at)
    while calling.call_due():
        pass
    actions.acknowledge(actor_of(lena), row.pk)
    actions.resolve(actor_of(lena), row.pk)
    while calling.call_due():
        pass
    heard = [(each["headers"], each["body"]) for each in listener.requests]
    duty = [body for _headers, body in heard if "routing_key" in body]
    assert {body["routing_key"] for body in duty} == {KEY} and len({body["dedup_key"] for body in duty}) == 1
    assert [body["event_action"] for body in duty][-2:] == ["acknowledge", "resolve"]
    assert duty[0]["payload"]["severity"] == "critical" and "reporter wrote" not in str(heard)
    assert [body["text"][:9] for _headers, body in heard if "blocks" in body][-2:] == ["Acknowled", "Resolved."]
    assert sum("attachments" in body for _headers, body in heard) >= 3
    signed = [(headers, body) for headers, body in heard if str(body.get("type")).startswith("page.")]
    for each in listener.requests:
        if str(each["body"].get("type")).startswith("page."):
            Webhook(hook.secret).verify(each["raw"], each["headers"])
    assert [body["type"] for _headers, body in signed][-2:] == ["page.acknowledge", "page.resolve"]
    keys = [headers["webhook-id"] for headers, body in signed if body["type"] == "page.trigger"]
    assert len(set(keys)) == 1  # the same however often it was tried
    assert Call.objects.filter(state="pending").count() == 0 and Page.objects.get().state == "resolved"
