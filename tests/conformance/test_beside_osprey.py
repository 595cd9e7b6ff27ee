"""Beside Osprey: its topic is read, the same rules run, its sink's form comes out; or its actions become events of the floor."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from watchfloor.engines import sml
from watchfloor.interop.osprey import beside, shapes
from watchfloor.kernel.errors import BadInput

RULES = """
Text: str = JsonData(path='$.text')
UserId: Entity[str] = EntityJson(type='User', path='$.user_id', coerce_type=True)
Hello = Rule(when_all=[StringToLower(s=Text) == 'hello'], description='says hello')
WhenRules(rules_any=[Hello], then=[DeclareVerdict(verdict='reject'), LabelAdd(entity=UserId, label='greeter')])
"""
MAPPING = "item.type=post, item.id=$.post_id, item.author.id=$.user_id, language=$.lang"


def message(number: int, text: str, **more: Any) -> dict[str, Any]:
    data = {"text": text, "user_id": f"u{number}", "post_id": number, "lang": "en", **more}
    action = {"action_id": str(number), "action_name": "create_post", "data": data}
    return {"send_time": "2026-03-01T12:00:00.123456789Z", "data": action}


def test_the_form_of_osprey_in_and_out() -> None:
    rules = sml.compile_rules({"main.sml": RULES})
    event = shapes.event_of(message(7, "Hello"))
    assert shapes.features_of(event, rules.evaluate(event)) == {
        "__action_id": 7, "__timestamp": "2026-03-01T12:00:00.123456+00:00", "__error_count": 0, "__verdicts": ["reject"],
        "__entity_label_mutations": ["User/greeter/0"], "Text": "Hello", "UserId": "u7", "Hello": True,
    }  # fmt: skip
    quiet = shapes.event_of(
        {
            "action_id": 8,
            "action_name": "create_post",
            "timestamp": "2026-03-01T12:00:00+00:00",
            "data": {"text": "Bye", "user_id": "u"},
        }
    )
    found = shapes.features_of(quiet, rules.evaluate(quiet))
    assert "__verdicts" not in found and found["Hello"] is False
    recorded = Path(__file__).with_name("osprey_answers.jsonl").read_text("utf-8").splitlines()
    for line in recorded[:20]:  # what Osprey itself said of rules and events
        case = json.loads(line)
        compiled = sml.compile_rules(case["sources"])
        for record, answer in list(zip(case["events"], case["answers"], strict=True))[:3]:
            action = shapes.event_of({"send_time": record["timestamp"], "data": record})
            made = json.loads(json.dumps(shapes.features_of(action, compiled.evaluate(action))))
            assert {name: value for name, value in made.items() if not name.startswith("__")} == answer["features"]
            assert sorted(made.get("__verdicts", [])) == answer["verdicts"]


@pytest.mark.parametrize(
    "bad",
    [
        [],
        {},
        {"send_time": "x", "data": {}},
        {"send_time": "2026-01-01T00:00:00Z", "data": []},
        message(1, "x")["data"] | {"action_id": "a"},
    ],
)
def test_what_is_no_action_is_said(bad: Any) -> None:
    with pytest.raises(BadInput):
        shapes.event_of(bad)


def test_an_action_is_an_event_by_its_mapping() -> None:
    row = shapes.row_of(shapes.event_of(message(7, "Hello")), shapes.mapping_of(MAPPING))
    assert row["item"]["type"] == "post" and row["item"]["id"] == "7" and row["item"]["author"] == {"id": "u7"}
    assert (row["id"], row["name"], row["language"], row["data"]["text"]) == ("osprey-7", "create_post", "en", "Hello")
    with pytest.raises(BadInput, match=r"has no item\.id"):
        shapes.row_of(shapes.event_of(message(7, "Hello", post_id=None)), shapes.mapping_of(MAPPING))
    for bad in ("", "item.type=post", "item.type=post,item.id", "colour=$.x,item.id=$.a", "item.type=post,item.id=$["):
        with pytest.raises(BadInput):
            shapes.mapping_of(bad)


def test_the_topics_of_kafka() -> None:
    confluent_kafka = pytest.importorskip("confluent_kafka", reason="pip install confluent-kafka")
    from watchfloor.cli.rules.files import as_json

    host = confluent_kafka.Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1, "log_level": 0})
    servers = ",".join(f"{each.host}:{each.port}" for each in host.list_topics(timeout=10).brokers.values())
    sender = confluent_kafka.Producer({"bootstrap.servers": servers, "log_level": 0})
    for body in (json.dumps(message(1, "Hello")), "no json", json.dumps(message(2, "Bye")), "[]"):
        sender.produce("osprey.actions_input", body, partition=0)
    assert sender.flush(10) == 0
    stop = threading.Event()

    class Ends(beside.KafkaEnds):
        def done(self) -> None:
            super().done()
            if written:
                stop.set()

        def put(self, lines: Any) -> None:
            super().put(lines)
            written.extend(lines)

    written: list[bytes] = []
    ends = Ends(servers, source="osprey.actions_input", sink="watchfloor.execution_results", group="watchfloor")
    assert beside.run(ends, beside.judging(sml.compile_rules({"main.sml": RULES}), ends, as_json), stop) == (2, 2)
    ends.close()
    part = confluent_kafka.TopicPartition
    reader = confluent_kafka.Consumer({"bootstrap.servers": servers, "group.id": "watchfloor", "log_level": 0})
    reader.assign([part("watchfloor.execution_results", number, 0) for number in range(4)])
    seen: list[dict[str, Any]] = []
    while len(seen) < 2:
        seen += [json.loads(each.value()) for each in reader.consume(10, 0.2) if each.error() is None]
    assert sorted((each["__action_id"], each["Hello"]) for each in seen) == [(1, True), (2, False)]
    assert reader.committed([part("osprey.actions_input", 0)], timeout=10)[0].offset == 4  # the position was told
    reader.close()


def test_actions_by_http_and_onto_the_floor(transactional_db: None) -> None:
    from django.test import Client
    from tests.support.intake import REPORT_ONLY, TOKEN, floor

    from watchfloor.intake.models import Spooled

    floor()

    def send(body: Any, *, token: str = TOKEN, kind: str = "application/json", mapping: str = MAPPING) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client().post(
            "/v1/osprey/actions",
            raw,
            content_type=kind,
            headers={"Authorization": f"Bearer {token}"},
            query_params={"mapping": mapping},
        )

    answer = send([message(1, "Hello"), {"no": "action"}, message(2, "Bye")])
    assert answer.status_code == 202 and [each["status"] for each in answer.json()["results"]] == [
        "accepted",
        "rejected",
        "accepted",
    ]
    lines = b"\n".join(json.dumps(message(n, "Hello")).encode() for n in (1, 3)) + b"\n{\n"
    again = send(lines, kind="application/x-ndjson").json()
    assert (again["accepted"], again["rejected"]) == (2, 1) and again["results"][0]["id"] == answer.json()["results"][
        0
    ]["id"]
    assert Spooled.objects.filter(kind="event", source="chirp").count() == 3
    beside.telling(MAPPING, "osprey")(
        [
            shapes.event_of(message(1, "Hello")),
            shapes.event_of(message(9, "x", user_id="u" * 300)),
            shapes.event_of(message(4, "x")),
        ]
    )
    assert Spooled.objects.filter(kind="event", source="osprey").count() == 2
    assert [send(each).status_code for each in (b"", b"{", [7])] == [422, 400, 422] and send(
        [], mapping=""
    ).status_code == 422
    assert (
        send(message(1, "x"), token=REPORT_ONLY).status_code == 403
        and send(message(1, "x"), token="nobody").status_code == 401
    )
