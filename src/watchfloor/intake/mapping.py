"""Which column of a file is which field of a report or event: guessed from names, given by people, applied to rows. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from watchfloor.intake.files import Row, value_at
from watchfloor.intake.rows import EVENT, REPORT, Known
from watchfloor.items import domain
from watchfloor.kernel.errors import BadInput

FIELDS = {
    REPORT: (
        "id", "item.type", "item.id", "item.author.id", "item.author.type", "reason", "reporter.kind", "reporter.id", "channel",
        "note", "market", "language", "surface", "reach", "reported_at",
    ),
    EVENT: ("id", "name", "at", "item.type", "item.id", "item.author.id", "item.author.type", "market", "language"),
}  # fmt: skip
NEEDED = {REPORT: ("item.type", "item.id", "reason"), EVENT: ("name", "item.type", "item.id")}
_SYNONYMS = {
    "id": ("report_id", "event_id", "external_id"),
    "item.type": ("item_type", "type", "content_type", "entity_type"),
    "item.id": ("item_id", "message_id", "post_id", "content_id", "entity_id", "comment_id", "tweet_id"),
    "item.author.id": ("author_id", "user_id", "sender_id", "sender", "author", "creator_id"),
    "reason": ("reason", "report_reason", "category", "violation"),
    "reporter.id": ("reporter_id", "reporter", "reported_by"),
    "reporter.kind": ("reporter_kind", "reporter_type"),
    "note": ("note", "comment", "report_text", "details"),
    "market": ("market", "country", "region"),
    "language": ("language", "lang"),
    "reach": ("reach", "views", "impressions"),
    "reported_at": ("reported_at", "created_at", "timestamp", "date"),
    "name": ("name", "event", "event_name", "action", "action_name"),
    "at": ("at", "timestamp", "time", "occurred_at", "created_at"),
    "item.data.text": ("text", "body", "content", "message", "item_text"),
}
Mapping = dict[str, str]


def parse_pairs(pairs: tuple[str, ...], kind: str, option: str) -> Mapping:
    """``("item.id=message_id",)`` -> ``{"item.id": "message_id"}``; ``BadInput`` for a field that does not exist."""
    result: Mapping = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or not field or not column:
            raise BadInput(
                "bad_mapping", f"{pair!r} is not FIELD=COLUMN.", where=option, hint=f"{option} item.id=message_id"
            )
        if field not in FIELDS[kind] and not re.fullmatch(r"(item\.)?data\.[^.]+(\.[^.]+)*", field):
            raise BadInput(
                "bad_mapping", f"A {kind} has no field {field!r}.", where=option,
                hint="One of: " + ", ".join(FIELDS[kind]) + ", item.data.NAME" + (", data.NAME" if kind == EVENT else ""),
            )  # fmt: skip
        result[field] = column
    return result


def guess(columns: list[str], kind: str) -> Mapping:
    """What the names suggest; each column is used once."""
    plain = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): name for name in reversed(columns)}
    result: Mapping = {}
    for field in (*FIELDS[kind], "item.data.text"):
        for name in (field.replace(".", "_"), *_SYNONYMS.get(field, ())):
            column = plain.get(name)
            if column is not None and column not in result.values():
                result[field] = column
                break
    return result


def is_ready_made(columns: list[str]) -> bool:
    """Whether the rows already have the API's shape and need no mapping."""
    return {"item.type", "item.id"} <= set(columns)


def missing(mapping: Mapping, constants: Mapping, kind: str) -> list[str]:
    """Needed fields that nothing fills."""
    return [field for field in NEEDED[kind] if field not in mapping and field not in constants]


def apply(row: Row, mapping: Mapping, constants: Mapping, known: Known) -> Row:
    """The row in the API's shape. Texts of a CSV become the numbers and truths the item type asks for; empty ones are left out."""
    result: Row = {}
    type_key = str(value_at(row, mapping.get("item.type", "")) or constants.get("item.type", ""))
    kinds = {f"item.data.{field.name}": field.type for field in known.types.get(type_key, [])}
    kinds |= {"reach": "number", "reported_at": "datetime", "at": "datetime"}
    for field, constant in constants.items():
        _put(result, field, _converted(constant, kinds.get(field, "")))
    for field, column in mapping.items():
        value = _converted(value_at(row, column), kinds.get(field, ""))
        if value is None or value == "":
            continue
        if field not in kinds and not field.startswith(("item.data.", "data.")) and isinstance(value, (int, float)):
            value = str(value)  # ids that a Parquet file keeps as numbers
        _put(result, field, value)
    return result


def plain(value: Any) -> Any:
    """Values of Parquet as JSON has them."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _converted(value: Any, kind: str) -> Any:
    value = plain(value)
    if not isinstance(value, str):
        return value
    text = value.strip()
    if kind == "number" and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d{1,18}\.\d{1,18}", text):
        return float(text)
    if kind == "boolean" and text.lower() in {"true", "false", "yes", "no", "1", "0"}:
        return text.lower() in {"true", "yes", "1"}
    return text if kind in domain.FIELD_TYPES and kind != "string" else value


def _put(row: Row, field: str, value: Any) -> None:
    *steps, last = field.split(".")
    for step in steps:
        row = row.setdefault(step, {})
    row[last] = value
