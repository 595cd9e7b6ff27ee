"""The examples of the documentation are messages, field by field; the schema names them all."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from watchfloor.enforcement import messages

PAGE = (Path(__file__).parents[3] / "docs/reference/webhooks.md").read_text(encoding="utf-8")


def test_every_example_is_a_whole_message_and_nothing_more() -> None:
    examples = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    seen = set()
    for text in examples:
        given = msgspec.json.decode(text)
        message = msgspec.convert(given, messages.Message)
        assert msgspec.to_builtins(message) == given, "no field too many, none too few"
        seen.add(given["type"])
    assert seen == {"action", "notice", "app", "identity", "test"}


def test_every_field_of_an_action_is_explained() -> None:
    table = PAGE.split("## notice")[0]
    for name in messages.ActionMessage.__struct_fields__:
        assert f'"{name}"' in table
    assert {"ActionMessage", "NoticeMessage", "TestMessage", "ItemName"} <= set(messages.schema()["$defs"])
