"""CloudEvents 1.0 on ``/v1/reports`` and ``/v1/events``: an envelope that many brokers and clouds speak, opened into rows of our own.

Three forms come over HTTP: structured (the whole event is the body), a batch of those, and binary (the body is the data, the attributes are
headers ``ce-...``). ``source`` and ``id`` together name an event for ever, so they are its idempotency key, unless the row inside has an
``id`` of its own. The data are a row as the API takes it; for events they may also be what is known of the item, which ``subject`` and the
extension ``itemtype`` then name. Pure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from watchfloor.intake import strict
from watchfloor.intake.http import HttpError
from watchfloor.intake.rows import EVENT
from watchfloor.kernel.errors import BadInput, WatchfloorError

STRUCTURED, BATCH, BINARY = "structured", "batch", "binary"
_MEDIA: Final = "application/cloudevents"
_FORMS: Final = {"application/cloudevents+json": STRUCTURED, "application/cloudevents-batch+json": BATCH}
_REQUIRED: Final = ("specversion", "id", "source", "type")
_NAME: Final = re.compile(r"[a-z0-9]{1,40}")
_LONGEST_KEY: Final = 180
_PASSED_ON: Final = ("market", "language")  # extensions that are fields of a row


def form_of(headers: Mapping[str, str]) -> str:
    """Which of the three forms a request has; empty for everything that is no CloudEvent."""
    if "ce-specversion" in headers:
        return BINARY
    media = headers.get("content-type", "")
    if media[: len(_MEDIA)].lower() != _MEDIA:
        return ""
    name = media.partition(";")[0].strip().lower()
    if name not in _FORMS:
        raise HttpError(
            415, "unsupported_media_type", f"The event format {name[:60]!r} is not read here.",
            hint="Send application/cloudevents+json, application/cloudevents-batch+json, or the binary mode.",
        )  # fmt: skip
    return _FORMS[name]


def handshake(headers: Mapping[str, str]) -> dict[str, str] | None:
    """What a sender is told that asks with OPTIONS whether it may deliver here (CloudEvents web hooks, section 4); None for others.

    It may ask: each delivery needs its token all the same.
    """
    origin = headers.get("webhook-request-origin")
    if origin is None:
        return None
    found = {"allow": "POST", "webhook-allowed-origin": origin[:200]}
    return found | ({"webhook-allowed-rate": "*"} if "webhook-request-rate" in headers else {})


def rows(
    kind: str, form: str, headers: Mapping[str, str], body: bytes, limit: int
) -> Iterator[tuple[Any, str] | WatchfloorError]:
    """(row, idempotency key) of each event, or what is wrong with it. Raises where the document as a whole cannot be read."""
    reader = strict.Reader()
    if form == BATCH:
        yield from _batch(kind, reader, body, limit)
        return
    if len(body) > strict.MAX_VALUE:
        raise strict.row_too_large("", len(body))
    value = reader.one(strict.text_of(body))
    yield opened(kind, _of_headers(headers, value) if form == BINARY else value)


def opened(kind: str, event: Any, where: str = "") -> tuple[dict[str, Any], str]:
    """The row inside of an event, and its key.

    Raises:
        BadInput: it is no CloudEvent of version 1.0, or its data are no JSON object.
    """
    if not isinstance(event, dict):
        raise BadInput("wrong_type", "A CloudEvent must be a JSON object.", where=where)
    for name in _REQUIRED:
        if not isinstance(event.get(name), str) or not event[name]:
            raise BadInput("missing_field", f"A CloudEvent needs the attribute {name!r}.", where=_at(where, name))
    if event["specversion"] != "1.0":
        raise BadInput(
            "unknown_version", "Only version 1.0 of CloudEvents is read here.", where=_at(where, "specversion")
        )
    bad = next((name for name in event if not _NAME.fullmatch(name) and name != "data_base64"), None)
    if bad is not None:
        raise BadInput(
            "bad_name", f"{bad[:60]!r} is no name of an attribute.", where=where, hint="Small letters and digits."
        )
    return _row(kind, event, _data(event, where)), _key(event)


def _row(kind: str, event: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    time = {"at" if kind == EVENT else "reported_at": event["time"]} if event.get("time") else {}
    passed = {name: event[name] for name in _PASSED_ON if event.get(name)}
    if kind != EVENT or "item" in data:
        name = {"name": event["type"]} if kind == EVENT else {}
        return {**name, **time, **passed, **data}
    item: dict[str, Any] = {"type": event.get("itemtype") or "", "id": event.get("subject") or "", "data": data}
    if event.get("authorid"):
        item["author"] = {"id": event["authorid"]} | ({"type": event["authortype"]} if event.get("authortype") else {})
    return {"name": event["type"], **time, **passed, "item": item}


def _data(event: dict[str, Any], where: str) -> dict[str, Any]:
    media = str(event.get("datacontenttype") or "application/json").partition(";")[0].strip().lower()
    if not (media.endswith(("/json", "+json"))):
        raise BadInput(
            "unsupported_data", f"Data of the type {media[:60]!r} are not read here.",
            where=_at(where, "datacontenttype"), hint="Send application/json.",
        )  # fmt: skip
    data = event.get("data")
    if "data_base64" in event:
        if data is not None:
            raise BadInput("two_data", "Send data or data_base64, not both.", where=_at(where, "data_base64"))
        try:
            raw = base64.b64decode(event["data_base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise BadInput("bad_base64", "This is no base64.", where=_at(where, "data_base64")) from None
        data = strict.Reader().one(strict.text_of(raw, where), where)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise BadInput("wrong_type", "The data must be a JSON object.", where=_at(where, "data"))
    return data


def _key(event: dict[str, Any]) -> str:
    """The same for the same source and id, and never for two different pairs."""
    key = f"ce:{len(event['source'])}:{event['source']}:{event['id']}"
    if len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable():
        return key
    return "ce:" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _batch(kind: str, reader: strict.Reader, body: bytes, limit: int) -> Iterator[tuple[Any, str] | WatchfloorError]:
    for index, (_, value) in enumerate(reader.array(strict.text_of(body), "events", limit)):
        try:
            yield value if isinstance(value, WatchfloorError) else opened(kind, value, f"events[{index}]")
        except BadInput as problem:
            yield problem


def _of_headers(headers: Mapping[str, str], data: Any) -> dict[str, Any]:
    event = {name[3:]: _text(value) for name, value in headers.items() if name.startswith("ce-")}
    event.pop("data", None)
    event.pop("data_base64", None)
    return {**event, "datacontenttype": headers.get("content-type", "application/json"), "data": data}


def _text(value: str) -> str:
    """A header's value: quotes are taken off, then the percent encoding (HTTP binding, section 3.1.3.2)."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return unquote(value, errors="replace")


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
