"""What the platform says is in force beside what we say: found, explained, mended, accepted, gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from standardwebhooks import Webhook
from tests.integration.enforcement.receiver import Receiver

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEXT = START + timedelta(hours=6)


@pytest.fixture(autouse=True)
def private_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")


@pytest.fixture
def platform(world: World) -> Iterator[Receiver]:
    from watchfloor.enforcement import endpoints
    from watchfloor.ledger.writer import writing

    receiver = Receiver()
    with writing("user:ada") as w:
        endpoints.add(w, name="platform", url=receiver.url, topics=("action",))
    yield receiver
    receiver.close()


def decide(world: World, item: str, *keys: str, author: str = "ann"):
    with clock.at(START):
        return world.decide(world.post(item, author), "other.community", keys)[0]


def deliver(moment: datetime) -> None:
    from watchfloor.enforcement import delivery

    with clock.at(moment):
        while delivery.deliver_due():
            pass


def in_force(receiver: Receiver) -> list[dict[str, Any]]:
    """What a platform that keeps the last message of each effect has in force."""
    effects: dict[tuple[str, str, str], dict[str, Any]] = {}
    for request in receiver.requests:
        body = request["body"]
        key = (body["item"]["type"], body["item"]["id"], body["effect"])
        if body["undo"]:
            effects.pop(key, None)
        elif body["kind"] not in ("warn", "stop_stream"):
            effects[key] = {"item": body["item"], "effect": body["effect"], "until": body["until"]}
    return list(effects.values())


def push(lines: list[dict[str, Any]], moment: datetime = NEXT):
    from watchfloor.enforcement import reconciling

    with clock.at(moment):
        return reconciling.push("token:platform", [json.dumps(line).encode() for line in lines], "ndjson")


def drifts(**filters: Any) -> list[Any]:
    from watchfloor.enforcement.models import Drift

    return list(Drift.objects.filter(**filters).order_by("external_id", "effect"))


def answer(row: Any, what: str, note: str = "", moment: datetime = NEXT) -> None:
    from watchfloor.enforcement import repairing
    from watchfloor.ledger.writer import writing

    with clock.at(moment), writing("user:ada") as w:
        repairing.answer(w, row.pk, what, note=note)


def test_a_platform_that_did_what_it_was_told_agrees(world: World, platform: Receiver) -> None:
    fell = decide(world, "p1", "remove")
    decide(world, "p2", "label", "age_gate", "warn")
    decide(world, "p3", "suspend_7d", author="ben")
    with clock.at(START):
        world.reverse(fell)
    deliver(START)
    run = push(in_force(platform))
    assert (run.state, run.theirs, run.ours, run.missing, run.extra, run.different) == ("done", 3, 3, 0, 0, 0)
    assert drifts() == []


def test_missing_extra_and_different_are_found_with_their_reasons(world: World, platform: Receiver) -> None:
    from watchfloor.ledger.models import Outbox

    fell = decide(world, "p1", "remove")
    decide(world, "p2", "remove")
    decide(world, "p3", "suspend_7d", author="ben")
    decide(world, "p4", "remove", author="carl")
    with clock.at(START):
        world.reverse(fell)
    deliver(START)
    from watchfloor.enforcement.models import Action

    Action.objects.filter(item__external_id="p4").update(state="dead")
    Outbox.objects.filter(payload__item__id="p4").update(state="dead")
    theirs = [
        {"item": {"type": "post", "id": "p1"}, "effect": "remove", "until": None},
        {"item": {"type": "account", "id": "ben"}, "effect": "suspend", "until": "2026-03-05T12:00:00Z"},
        {"item": {"type": "post", "id": "never-seen"}, "effect": "remove"},
    ]
    run = push(theirs)
    assert (run.missing, run.extra, run.different) == (2, 2, 1)
    assert [(row.external_id, row.kind, row.why) for row in drifts()] == [
        ("ben", "different", "until"), ("never-seen", "extra", "never"), ("p1", "extra", "ended"),
        ("p2", "missing", "lost"), ("p4", "missing", "given_up"),
    ]  # fmt: skip
    assert {row.policy_key for row in drifts()} == {"other", ""}


def test_told_again_it_is_mended_and_the_next_list_says_so(world: World, platform: Receiver) -> None:
    fell = decide(world, "p1", "remove")
    decide(world, "p2", "remove")
    decide(world, "p3", "suspend_7d", author="ben")
    with clock.at(START):
        world.reverse(fell)
    deliver(START)
    push([
        {"item": {"type": "post", "id": "p1"}, "effect": "remove"},
        {"item": {"type": "account", "id": "ben"}, "effect": "suspend", "until": None},
        {"item": {"type": "link", "id": "l1"}, "effect": "age_gate"},
    ])  # fmt: skip
    before = len(platform.requests)
    keys = {request["headers"]["webhook-id"] for request in platform.requests}
    for row in drifts():
        answer(row, "send")
    deliver(NEXT)
    sent = {request["body"]["item"]["id"]: request for request in platform.requests[before:]}
    assert {name: (request["body"]["kind"], request["body"]["undo"]) for name, request in sent.items()} == {
        "p1": ("restore", True), "p2": ("remove", False), "ben": ("suspend_7d", False), "l1": ("lift_age_gate", True),
    }  # fmt: skip
    assert not keys & {request["headers"]["webhook-id"] for request in sent.values()}, "keys the platform does not know"
    assert sent["l1"]["body"]["origin"] == "reconciliation" and sent["l1"]["body"]["action_id"] is None
    assert {row.state for row in drifts()} == {"sent"}
    run = push(in_force(platform), NEXT + timedelta(hours=1))
    assert (run.missing, run.extra, run.different) == (0, 0, 0)
    assert {row.state for row in drifts()} == {"gone"}


def test_what_is_still_so_is_open_again_and_what_was_accepted_rests_until_it_changes(
    world: World, platform: Receiver
) -> None:
    decide(world, "p1", "remove")
    decide(world, "p2", "suspend_7d", author="ben")
    deliver(START)
    line = {"item": {"type": "account", "id": "ben"}, "effect": "suspend", "until": "2026-04-01T00:00:00Z"}
    push([line])
    ben, lost = drifts()
    with pytest.raises(BadInput, match="Say why"):
        answer(ben, "accept")
    answer(ben, "accept", "They asked for it themselves.")
    answer(lost, "send")
    deliver(NEXT)
    push([line], NEXT + timedelta(hours=1))
    ben, lost = drifts()
    assert (ben.state, ben.times, lost.state, lost.times) == ("accepted", 2, "open", 2)
    push([line | {"until": "2026-05-01T00:00:00Z"}], NEXT + timedelta(hours=2))
    assert [row.state for row in drifts()] == ["open", "open"]


def test_what_is_on_its_way_or_new_is_no_difference(world: World, platform: Receiver) -> None:
    decide(world, "p1", "remove")
    run = push([])
    assert (run.missing, run.in_flight) == (0, 1), "it has not been delivered"
    deliver(NEXT - timedelta(minutes=1))
    assert push([]).missing == 0, "it was confirmed after the list may have been made"
    assert push([], NEXT + timedelta(hours=1)).missing == 1


def test_ours_may_change_between_the_list_and_the_answer(world: World, platform: Receiver) -> None:
    decision = decide(world, "p1", "remove")
    deliver(START)
    push([])
    [row] = drifts()
    with clock.at(NEXT):
        world.reverse(decision)
    with pytest.raises(Conflict, match="not in force"):
        answer(row, "send")


@pytest.mark.parametrize(
    ("form", "lines", "where"),
    [
        ("ndjson", [b'{"item": {"type": "post", "id": "p1"}, "effect": "remove"}', b"{"], "line 2"),
        ("ndjson", [b'{"item": {"type": "post", "id": ""}, "effect": "remove"}'], "line 1"),
        (
            "ndjson",
            [b'{"item": {"type": "post", "id": "p"}, "effect": "remove", "until": "2026-01-01T00:00:00"}'],
            "line 1",
        ),
        ("csv", [b"item_type,effect\n", b"post,remove\n"], "line 1"),
        ("csv", [b"item_type,item_id,effect,until\n", b"post,p1,remove,soon\n"], "line 2"),
        ("csv", [b"item_type,item_id,effect\n", b"post,\xff,remove\n"], "line 2"),
    ],
)
def test_a_list_that_cannot_be_read_says_where_and_changes_nothing(
    world: World, form: Any, lines: Any, where: str
) -> None:
    from watchfloor.enforcement import reconciling
    from watchfloor.enforcement.models import Reconciliation, Said

    with pytest.raises(BadInput) as caught:
        reconciling.push("token:platform", lines, form)
    assert caught.value.where == where
    run = Reconciliation.objects.get()
    assert run.state == "failed" and where in run.error and Said.objects.count() == 0 and drifts() == []


def test_csv_without_an_end_compares_only_what_is_there(world: World, platform: Receiver) -> None:
    from watchfloor.enforcement import reconciling

    decide(world, "p1", "suspend_7d")
    deliver(START)
    lines = [b"\xef\xbb\xbfitem_type,item_id,effect,since\r\n", b'account,"ann",suspend,2026-03-01T12:00:00Z\r\n']
    with clock.at(NEXT):
        run = reconciling.push("token:platform", lines, "csv")
    assert (run.missing, run.extra, run.different) == (0, 0, 0)


def test_the_platform_is_asked_page_by_page_and_knows_who_asks(world: World, platform: Receiver) -> None:
    from watchfloor.enforcement import endpoints, reconciling
    from watchfloor.enforcement.models import Endpoint, Reconciliation
    from watchfloor.ledger.writer import writing

    for number in range(5):
        decide(world, f"p{number}", "remove", author=f"author{number}")
    deliver(START)
    endpoint = Endpoint.objects.get()
    effects, asked = in_force(platform), []

    class Inventory(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["authorization"])
            moment = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
            signed = Webhook(endpoint.secrets[0]).sign(self.headers["webhook-id"], moment, self.path)
            if signed not in self.headers["webhook-signature"].split():
                self.send_error(401)
                return
            at = int(parse_qs(urlsplit(self.path).query).get("cursor", ["0"])[0])
            page = {"effects": effects[at : at + 2], "next": str(at + 2) if at + 2 < len(effects) else None}
            body = json.dumps(page).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Inventory)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        with writing("user:ada") as w:
            url = f"http://127.0.0.1:{server.server_port}/in-force?v=1"
            endpoints.set_inventory(w, endpoint, url=url, token="t0ken", hours=6)
        with clock.at(NEXT):
            assert reconciling.pull_due() == 1 and reconciling.pull_due() == 0
        run = Reconciliation.objects.get()
        assert (run.state, run.how, run.theirs, run.ours, run.missing + run.extra) == ("done", "pull", 5, 5, 0)
        assert asked == ["Bearer t0ken"] * 3
        Endpoint.objects.update(secrets=["whsec_AAAA"])
        with clock.at(NEXT + timedelta(hours=7)):
            assert reconciling.pull_due() == 1
        assert Reconciliation.objects.latest("began_at").error.endswith("The platform answered 401.")
    finally:
        server.shutdown()
        server.server_close()
