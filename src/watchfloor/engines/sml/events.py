"""Events from decoded JSON: Osprey's shape (``action_id, action_name, timestamp, data``) or a plain object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from watchfloor.engines.sml.outcome import Event
from watchfloor.kernel.clock import now
from watchfloor.kernel.errors import BadInput

_decode_event: Callable[[bytes], Event] = msgspec.json.Decoder(Event).decode
_decode_any: Callable[[bytes], Any] = msgspec.json.Decoder().decode


def event_from_json(line: bytes, *, default_id: int = 0, default_name: str = "event") -> Event:
    """An event of a JSON text; see ``event_from``. The usual shape is read in one step.

    Raises:
        BadInput: it is not JSON, no object, or a field of Osprey's shape is wrong.
    """
    try:
        event = _decode_event(line)
        if event.timestamp.tzinfo is not None:
            return event
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass  # the slower way says what is wrong, and takes the other shapes
    try:
        record = _decode_any(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput("not_json", f"{error}.") from None
    except RecursionError:
        raise BadInput("not_json", "The JSON is nested too deeply.") from None
    return event_from(record, default_id=default_id, default_name=default_name)


def event_from(record: Any, *, default_id: int = 0, default_name: str = "event") -> Event:
    """An event of a decoded JSON value.

    An object with ``data`` and ``action_name`` is in Osprey's shape; any other object is itself the data, with
    ``default_id`` and
    ``default_name``, and with its own ``timestamp`` where that is a moment. Times without a zone are UTC; no time
    means now.

    Raises:
        BadInput: it is no object, or a field of Osprey's shape is wrong.
    """
    if not isinstance(record, dict):
        raise BadInput("bad_event", "An event is a JSON object.")
    if "data" not in record or "action_name" not in record:
        moment = _moment(record.get("timestamp"))
        return Event(default_id, default_name, moment or now(), record)
    data, name = record["data"], record["action_name"]
    if not isinstance(data, dict):
        raise BadInput("bad_event", "The event's data must be a JSON object.", where="data")
    if not isinstance(name, str):
        raise BadInput("bad_event", "The event's action_name must be a text.", where="action_name")
    secret = record.get("secret", {})
    if not isinstance(secret, dict):
        raise BadInput("bad_event", "The event's secret must be a JSON object.", where="secret")
    return Event(_number(record, default_id), name, _stated_moment(record), data, secret)


def _number(record: Mapping[str, Any], default_id: int) -> int:
    try:
        return int(record.get("action_id", default_id))
    except (TypeError, ValueError):
        raise BadInput("bad_event", "The event's action_id must be a whole number.", where="action_id") from None


def _stated_moment(record: Mapping[str, Any]) -> datetime:
    if "timestamp" not in record:
        return now()
    moment = _moment(record["timestamp"])
    if moment is None:
        raise BadInput(
            "bad_event",
            "The event's timestamp must be a moment in ISO 8601.",
            where="timestamp",
            hint="2026-03-01T12:00:00Z",
        )
    return moment


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
