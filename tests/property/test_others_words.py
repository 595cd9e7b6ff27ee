"""Whatever others send, of any shape: their words are read, or refused in a sentence; nothing else is raised."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchfloor.engines import sml
from watchfloor.intake import cloudevents
from watchfloor.interop.activitypub import flags, signatures
from watchfloor.interop.mastodon import sent
from watchfloor.interop.osprey import shapes
from watchfloor.interop.plain import text_of
from watchfloor.interop.servicecloud import messages
from watchfloor.kernel.errors import BadInput, Forbidden

WORDS = (
    "id", "event", "object", "report.created", "status.created", "target_account", "account", "statuses", "content", "language", "note",
    "media_attachments", "url", "type", "Note", "actor", "specversion", "1.0", "source", "data", "data_base64", "subject", "itemtype",
    "authorid", "datacontenttype", "application/json", "time", "send_time", "2026-01-01T00:00:00Z", "action_id", "action_name", "https://a.example/@b",
)  # fmt: skip
TEXT = st.sampled_from([*WORDS, "http://[", "![a"]) | st.text(max_size=8)
SCALAR = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=6), max_leaves=8
)
THING = st.dictionaries(TEXT, JSON, max_size=8)
ACCOUNT = st.fixed_dictionaries({"id": JSON, "account": JSON})
REPORT = st.fixed_dictionaries(
    {
        "id": JSON, "target_account": ACCOUNT | JSON, "statuses": st.lists(THING, max_size=3) | JSON, "account": JSON, "comment": JSON,
    }
)  # fmt: skip
CLOUD = st.fixed_dictionaries(
    dict.fromkeys(("specversion", "id", "source", "type"), TEXT),
    optional={"data": JSON, "data_base64": JSON, "time": JSON},
)
NAMES, TYPES = sent.Names("account", "post"), flags.Types("account", "post")
MAPPING = shapes.mapping_of("item.type=$.type,item.id=$.id,item.author.id=$.data[0].id,language=$.language")

few = settings(
    max_examples=int(os.environ.get("WATCHFLOOR_WORDS_TRIED", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def tried(work: Any, *arguments: Any, **more: Any) -> None:
    with contextlib.suppress(BadInput, Forbidden):
        work(*arguments, **more)


@few
@given(REPORT | THING, st.sampled_from(sent.EVENTS))
def test_mastodon(found: dict[str, Any], event: str) -> None:
    tried(sent.reports, {"object": found}, NAMES, "spam")
    tried(sent.event, {"event": event, "object": found}, NAMES)
    tried(sent.event, {"event": event, **found}, NAMES)


@few
@given(JSON, JSON)
def test_flags(given_: Any, content: Any) -> None:
    tried(
        flags.rows,
        {"actor": "https://a.example/a", "object": given_, "content": content},
        TYPES,
        reason="other",
        known=lambda url: None,
    )


@few
@given(TEXT)
def test_addresses_headers_and_html(text: str) -> None:
    flags.ids_to_try(text)
    tried(signatures.read, text)
    tried(signatures.read, f'keyId="{text}",headers="{text}",signature="{text}"')
    text_of(text)
    text_of(f"<{text}>{text}</{text}>&{text};")


@few
@given(JSON, CLOUD)
def test_cloud_events(anything: Any, event: dict[str, Any]) -> None:
    for kind in ("report", "event"):
        tried(cloudevents.opened, kind, anything)
        tried(cloudevents.opened, kind, {**event, "specversion": "1.0"})


@few
@given(JSON, THING)
def test_actions_of_osprey(anything: Any, data: dict[str, Any]) -> None:
    tried(shapes.event_of, anything)
    tried(shapes.event_of, {"send_time": anything, "data": {"action_id": anything, "action_name": "a", "data": data}})
    event = sml.event_from({"action_id": 1, "action_name": "a", "data": data, "timestamp": "2026-01-01T00:00:00Z"})
    tried(shapes.row_of, event, MAPPING)


@few
@given(st.text(max_size=60), st.dictionaries(TEXT | st.sampled_from(["Id", "Item_Id__c", "Subject"]), TEXT))
def test_outbound_messages(text: str, case: dict[str, str]) -> None:
    tried(messages.read, text)
    tried(messages.read, f"<a xmlns='{text}'>{text}</a>")
    tried(messages.row_of, {"Id": "5005e0000000001", **case}, reason="other", message="message")
