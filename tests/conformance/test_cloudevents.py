"""The CloudEvents SDK, unmodified, writes what intake reads: structured, batch and binary; the same source and id are one report."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.intake import Client, event, floor, report

from watchfloor.intake.asgi import Intake
from watchfloor.intake.committer import Committer
from watchfloor.intake.models import Spooled


def test_the_sdk_speaks_to_intake(transactional_db: None) -> None:
    pytest.importorskip("cloudevents", reason="pip install cloudevents")
    import asyncio

    from cloudevents.core.bindings import http as binding
    from cloudevents.core.v1.event import CloudEvent

    floor()
    app = Intake(Committer())

    def made(name: str, data: Any, **more: Any) -> Any:
        attributes = {
            "id": name, "source": "//plaza.example/Ünï", "type": "org.plaza.reported", "specversion": "1.0",
            "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "datacontenttype": "application/json", **more,
        }  # fmt: skip
        return CloudEvent(attributes=attributes, data=data)

    async def sent(message: Any, to: str = "reports") -> Any:
        headers = {name.lower(): value for name, value in message.headers.items()}
        return await Client(app).post(f"/v1/{to}", message.body, headers=headers)

    async def work() -> None:
        structured = await sent(binding.to_structured_event(made("1", report())))
        assert structured.status == 202, structured.body
        again = await sent(binding.to_binary_event(made("1", report())))  # the other form of the same event
        assert again.json == {**structured.json, "duplicate": True}
        other = await sent(binding.to_structured_event(made("1", report(note="other words"))))
        assert (other.status, other.error["code"]) == (409, "key_reused")
        elsewhere = await sent(binding.to_structured_event(made("1", report(), source="//other.example")))
        assert elsewhere.status == 202 and elsewhere.json["id"] != structured.json["id"]

        item = made("2", {"text": "hello"}, subject="p-7", itemtype="post", authorid="a-1", language="de")
        binary = await sent(binding.to_binary_event(item), "events")
        assert binary.status == 202, binary.body
        whole = await sent(binding.to_structured_event(made("3", event())), "events")
        assert whole.status == 202

        envelopes = [json.loads(binding.to_structured_event(made(str(n), report(n))).body) for n in (4, 5)]
        envelopes.insert(1, {**envelopes[0], "id": ""})
        headers = {"content-type": "application/cloudevents-batch+json; charset=UTF-8"}
        batch = await Client(app).reports(envelopes, headers=headers)
        assert [row["status"] for row in batch.json["results"]] == ["accepted", "rejected", "accepted"]
        assert batch.json["results"][1]["error"]["where"] == "events[1].id"
        assert (await Client(app).reports([], headers=headers)).json["accepted"] == 0

        good = envelopes[0]
        for bad in (
            {**good, "specversion": "0.3"}, {**good, "data": "text"}, {**good, "data_base64": "!"}, [good], {**good, "Bad_Name": 1},
            {**good, "data": None, "data_base64": "eyI="}, {**good, "datacontenttype": "text/plain"}, {**good, "time": "noon", "id": "9"},
        ):  # fmt: skip
            answer = await Client(app).reports(bad, headers={"content-type": "application/cloudevents+json"})
            assert answer.status in (400, 422), answer.body
        odd = {**good, "id": "nul\x00 and \ud800", "data": None, "data_base64": "e30="}
        answer = await Client(app).post("/v1/events", odd, headers={"content-type": "application/cloudevents+json"})
        assert answer.status == 422
        asked = await Client(app).post(
            "/v1/events", b"", method="OPTIONS", token=None, headers={"webhook-request-origin": "x.example"}
        )
        assert (asked.status, asked.headers["webhook-allowed-origin"]) == (200, "x.example")

    try:
        asyncio.run(work())
    finally:
        app.close()
    bodies = [json.loads(bytes(row.body)) for row in Spooled.objects.filter(kind="event").order_by("received_at")]
    assert bodies[0] == {
        "name": "org.plaza.reported", "at": "2026-01-02T03:04:05Z", "language": "de",
        "item": {"type": "post", "id": "p-7", "data": {"text": "hello"}, "author": {"id": "a-1"}},
    }  # fmt: skip
    assert bodies[1] == event()
    assert Spooled.objects.filter(kind="report").count() == 4
