"""Reports and events over the real app into the real database: receipts, batches, keys."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import pytest
from tests.support.intake import REPORT_ONLY, Client, FloorMade, event, report

from watchfloor.identity.domain import system
from watchfloor.intake.models import Spooled
from watchfloor.kernel.ids import decode
from watchfloor.ledger.writer import writing
from watchfloor.policy.models import Reason


def test_a_report_is_in_the_spool_when_it_is_acknowledged(run: Any) -> None:
    answer = run(lambda client: client.reports(report()))
    assert answer.status == 202
    row = Spooled.objects.get()
    assert answer.json == {"id": answer.json["id"], "status": "accepted"}
    assert decode("rpt", answer.json["id"]) == row.id
    assert (row.kind, row.source, row.lane, row.state, row.key) == ("report", "chirp", 1, "waiting", None)
    assert json.loads(bytes(row.body)) == report()


def test_reasons_by_atproto_name_are_known(run: Any) -> None:
    answer = run(lambda client: client.reports(report(reason="com.atproto.moderation.defs#reasonSpam")))
    assert answer.status == 202


def test_child_safety_and_threats_to_life_go_by_the_lane_that_is_never_shed(run: Any) -> None:
    with writing(system("test")) as w:
        threat = w.create(Reason, key="threat", name="It threatens somebody", policy_key="spam")
        w.event(FloorMade(), threat)
    run(lambda client: client.reports([report(1, reason="csam"), report(2, reason="threat"), report(3)]))
    assert sorted(Spooled.objects.values_list("lane", flat=True)) == [0, 0, 1]


def test_an_event_has_a_receipt_of_its_own_kind(run: Any) -> None:
    answer = run(lambda client: client.events(event(id="e-1")))
    assert answer.json["id"].startswith("evt_")
    assert Spooled.objects.get().key == "e-1"


@pytest.mark.parametrize("shape", ["array", "object", "ndjson", "gzip", "chunks"])
def test_batches_in_every_shape(run: Any, shape: str) -> None:
    rows = [report(number) for number in range(5)]
    more: dict[str, Any] = {}
    body: Any = rows
    if shape == "object":
        body = {"reports": rows}
    elif shape == "ndjson":
        body = b"\n".join(json.dumps(row).encode() for row in rows) + b"\n\n"
        more["headers"] = {"content-type": "application/x-ndjson"}
    elif shape == "gzip":
        body = gzip.compress(json.dumps(rows).encode())
        more["headers"] = {"content-encoding": "gzip"}
    elif shape == "chunks":
        data = json.dumps(rows).encode()
        more["chunks"] = [data[:7], b"", data[7:500], data[500:]]
    answer = run(lambda client: client.reports(body, **more))
    assert answer.status == 202, answer.body
    assert (answer.json["accepted"], answer.json["rejected"]) == (5, 0)
    assert {decode("rpt", result["id"]) for result in answer.json["results"]} == set(
        Spooled.objects.values_list("id", flat=True)
    )


def test_bad_rows_cost_only_themselves(run: Any) -> None:
    rows = [report(1), report(2, reason="nonsense"), 7, report(3)]
    answer = run(lambda client: client.reports(rows))
    assert answer.status == 202
    assert [result["status"] for result in answer.json["results"]] == ["accepted", "rejected", "rejected", "accepted"]
    error = answer.json["results"][1]["error"]
    assert (error["code"], error["where"]) == ("unknown_reason", "reports[1].reason")
    assert "csam, spam" in error["hint"]
    assert Spooled.objects.count() == 2


def test_the_same_key_and_body_give_the_same_receipt(run: Any) -> None:
    async def work(client: Client) -> list[Any]:
        key = {"idempotency-key": "k-1"}
        spaced = json.dumps(dict(reversed(report().items())), indent=2).encode()
        first = await client.reports(report(), headers=key)
        return [first, await client.reports(report(), headers=key), await client.reports(spaced, headers=key)]

    answers = run(work)
    assert [answer.status for answer in answers] == [202] * 3
    assert len({answer.json["id"] for answer in answers}) == 1
    assert [answer.json.get("duplicate") for answer in answers] == [None, True, True]
    assert Spooled.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(run: Any) -> None:
    async def work(client: Client) -> list[Any]:
        first = await client.reports(report(1, id="r-1"))
        second = await client.reports(report(2, id="r-1"))
        batch = await client.reports([report(2, id="r-1"), report(3, id="r-3"), report(1, id="r-1")])
        return [first, second, batch]

    first, second, batch = run(work)
    assert second.status == 409
    assert second.error["code"] == "key_reused" and first.json["id"] in second.error["message"]
    assert [result["status"] for result in batch.json["results"]] == ["rejected", "accepted", "accepted"]
    assert batch.json["results"][2] == {"index": 2, "id": first.json["id"], "status": "accepted", "duplicate": True}


def test_a_key_repeated_within_a_batch(run: Any) -> None:
    answer = run(lambda client: client.reports([report(1, id="x"), report(1, id="x"), report(2, id="x")]))
    statuses = [result["status"] for result in answer.json["results"]]
    assert sorted(statuses) in (["accepted", "accepted", "rejected"], ["accepted", "rejected", "rejected"])
    assert Spooled.objects.count() == 1


def test_a_batch_with_a_header_key_can_be_sent_again(run: Any) -> None:
    async def work(client: Client) -> list[Any]:
        rows = [report(number) for number in range(3)]
        return [await client.reports(rows, headers={"idempotency-key": "b"}) for _ in range(2)]

    first, second = run(work)
    assert [row["id"] for row in first.json["results"]] == [row["id"] for row in second.json["results"]]
    assert Spooled.objects.count() == 3


def test_a_report_and_an_event_may_have_the_same_id(run: Any) -> None:
    async def work(client: Client) -> list[int]:
        return [(await client.reports(report(id="1"))).status, (await client.events(event(id="1"))).status]

    assert run(work) == [202, 202]


def test_fifty_at_once_with_one_key_make_one_row_and_one_receipt(run: Any) -> None:
    async def work(client: Client) -> list[Any]:
        return await asyncio.gather(*(client.reports(report(id="same")) for _ in range(50)))

    answers = run(work)
    assert {answer.status for answer in answers} == {202}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum(not answer.json.get("duplicate") for answer in answers) == 1
    assert Spooled.objects.count() == 1


def test_tokens_open_only_what_they_name(run: Any) -> None:
    async def work(client: Client) -> list[Any]:
        return [await client.reports(report(), token=REPORT_ONLY), await client.events(event(), token=REPORT_ONLY)]

    allowed, refused = run(work)
    assert (allowed.status, refused.status) == (202, 403)
    assert refused.error["hint"] == "It needs event.submit."
