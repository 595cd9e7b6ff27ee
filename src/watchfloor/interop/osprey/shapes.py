"""Osprey's two forms: an action as its Kafka input has it, and the features that its sinks write. Pure.

In: ``{"send_time": "...", "data": {"action_id": 1, "action_name": "...", "data": {...}}}``; a bare action is taken, too. Out: one flat
object of all features, with ``__action_id``, ``__timestamp``, ``__error_count`` and, where there are any, ``__verdicts`` and
``__entity_label_mutations`` (``Type/label/0`` put on, ``/1`` taken off).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from watchfloor.engines import sml
from watchfloor.engines.sml.paths import PathError, parse_path
from watchfloor.kernel.errors import BadInput

STATUS: Final = {"added": 0, "removed": 1}
FIELDS: Final = ("item.type", "item.id", "item.author.id", "item.author.type", "market", "language")
_FINE: Final = re.compile(r"(\.\d{6})\d+")  # Go writes nanoseconds
Step = str | int
Places = Mapping[str, tuple[Step, ...] | str]  # field -> a path into the data, or the word itself


def event_of(record: Any) -> sml.Event:
    """The action in a message. Raises ``BadInput`` that says what is missing."""
    if not isinstance(record, dict):
        raise BadInput("bad_action", "An action must be a JSON object.")
    if "send_time" in record:
        inner = record.get("data")
        if not isinstance(inner, dict):
            raise BadInput("bad_action", "The message's data must be an action.", where="data")
        record = {**inner, "timestamp": record["send_time"]}
    for name in ("action_id", "action_name", "data"):
        if name not in record:
            raise BadInput("missing_field", f"An action needs {name!r}.", where=name)
    stamp = record.get("timestamp")
    if isinstance(stamp, str):
        record = {**record, "timestamp": _FINE.sub(r"\1", stamp, count=1)}
    return sml.event_from(record)


def features_of(event: sml.Event, outcome: sml.Outcome) -> dict[str, Any]:
    """What a sink of Osprey writes for this event."""
    made: dict[str, Any] = {
        "__action_id": event.action_id, "__timestamp": event.timestamp.isoformat(), "__error_count": len(outcome.errors),
    }  # fmt: skip
    verdicts = [each.verdict for each in outcome.effects if isinstance(each, sml.VerdictEffect)]
    labels = [
        f"{each.entity.type}/{each.label}/{STATUS[each.status]}"
        for each in outcome.effects
        if isinstance(each, sml.LabelEffect)
    ]
    if verdicts:
        made["__verdicts"] = verdicts
    if labels:
        made["__entity_label_mutations"] = labels
    return {**made, **outcome.features}


def mapping_of(text: str) -> Places:
    """``item.type=post, item.id=$.post.id`` as fields and where they come from: a path into the action's data, or the word itself."""
    found: dict[str, tuple[Step, ...] | str] = {}
    for part in text.split(","):
        field, sign, place = (each.strip() for each in part.partition("="))
        if not field and not sign:
            continue
        if field not in FIELDS or not place:
            raise BadInput(
                "bad_mapping",
                f"{part.strip()[:60]!r} is no FIELD=PATH.",
                where="mapping",
                hint="Fields: " + ", ".join(FIELDS) + ".",
            )
        try:
            found[field] = parse_path(place) if place.startswith("$") else place
        except PathError as problem:
            raise BadInput("bad_mapping", f"{place[:60]!r} is no path: {problem}.", where="mapping") from None
    missing = [name for name in ("item.type", "item.id") if name not in found]
    if missing:
        raise BadInput(
            "bad_mapping",
            f"The mapping does not say {missing[0]}.",
            where="mapping",
            hint="item.type=post,item.id=$.post.id",
        )
    return found


def row_of(event: sml.Event, mapping: Places) -> dict[str, Any]:
    """The action as an event of ours: its data are the item's and the event's, its number the idempotency key."""
    item: dict[str, Any] = {"data": event.data}
    row: dict[str, Any] = {
        "id": f"osprey-{event.action_id}", "name": event.action_name, "at": event.timestamp.isoformat(), "item": item,
        "data": event.data,
    }  # fmt: skip
    for field, place in mapping.items():
        value = place if isinstance(place, str) else _at(event.data, place)
        if value is None or isinstance(value, (dict, list, bool)):
            if field in ("item.type", "item.id"):
                raise BadInput("missing_field", f"The action has no {field}.", where=field)
            continue
        if field.startswith("item.author."):
            item.setdefault("author", {})[field.removeprefix("item.author.")] = str(value)
        elif field.startswith("item."):
            item[field.removeprefix("item.")] = str(value)
        else:
            row[field] = str(value)
    if "id" not in item.get("author", {"id": ""}):
        del item["author"]
    return row


def _at(data: Any, path: tuple[Step, ...]) -> Any:
    for step in path:
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and -len(data) <= step < len(data):
            data = data[step]
        else:
            return None
    return data
