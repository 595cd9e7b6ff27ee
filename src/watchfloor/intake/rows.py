"""What a report or an event must look like: checked here once, for the API and for files alike.

A checked row is what the spool keeps: receipt, idempotency key, lane, the bytes as they came and a hash of what they mean.
Pure: what is known (item types, reasons) is given by the caller.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.intake.strict import MAX_VALUE, canonical, row_too_large
from watchfloor.items import domain
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.kernel.ids import new_id

REPORT, EVENT = "report", "event"
RECEIPT = {REPORT: "rpt", EVENT: "evt"}
PLURAL = {REPORT: "reports", EVENT: "events"}
LANE_NEVER_SHED, LANE_ORDINARY = 0, 1
REPORTER_KINDS = ("user", "trusted_flagger", "government", "law_enforcement", "platform", "anonymous")
CHANNELS = (
    "user", "trusted_flagger", "government", "law_enforcement", "platform", "email", "web_form", "api", "import",
)  # fmt: skip
MAX_NOTE = 10_000
_MARKET = re.compile(r"[A-Z]{2,3}(-[A-Z0-9]{1,8})?|[a-z0-9_]{1,12}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.:/-]*", re.IGNORECASE)


class Author(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who made an item; ``type`` may be left out where the platform has one kind of account."""

    id: str
    type: str = ""


class ItemIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item as it looks now."""

    type: str
    id: str
    data: dict[str, Any] = {}
    author: Author | None = None


class Reporter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who reports."""

    kind: str = "anonymous"
    id: str = ""


class ReportRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A report as the API takes it."""

    item: ItemIn
    reason: str
    reporter: Reporter = Reporter()
    channel: str = ""
    note: str = ""
    market: str = ""
    language: str = ""
    surface: str = ""
    reach: int = 0
    reported_at: datetime | None = None
    id: str = ""
    external_id: str = ""


class EventRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A platform event as the API takes it."""

    name: str
    item: ItemIn
    at: datetime | None = None
    data: dict[str, Any] = {}
    market: str = ""
    language: str = ""
    id: str = ""
    external_id: str = ""


ROW: dict[str, type[ReportRow] | type[EventRow]] = {REPORT: ReportRow, EVENT: EventRow}


class Known(msgspec.Struct, frozen=True):
    """What rows may name: item types with their fields; reasons with the lane each goes by; their names elsewhere (atproto)."""

    types: dict[str, list[domain.Field]]
    reasons: dict[str, int]
    aliases: dict[str, str] = {}


class Checked(msgspec.Struct, frozen=True):
    """A row that may be kept. ``id`` is the receipt it will have, unless its key is known already."""

    id: UUID
    kind: str
    source: str
    key: str | None
    hash: bytes
    lane: int
    received_at: datetime
    body: bytes


def check(
    kind: str, value: Any, body: bytes, *, source: str, known: Known, key: str | None = None, where: str = "",
    markets: frozenset[str] | None = None,
) -> Checked:  # fmt: skip
    """Check one decoded row.

    Args:
        kind: ``report`` or ``event``.
        value: the decoded JSON value; ``body`` its bytes as they came.
        key: the idempotency key to use when the row has no ``id`` or ``external_id`` of its own.
        where: place of the row in the input (``reports[3]``), the beginning of the place in every error.
        markets: the row must name one of these (a token's limits); None: any, or none.

    Raises:
        BadInput: what is wrong, where, and how to mend it.
        Forbidden: the row names another market than these, or none.
    """
    if not isinstance(value, dict):
        raise BadInput("wrong_type", f"A {kind} must be a JSON object.", where=where)
    if len(body) > MAX_VALUE:
        raise row_too_large(where, len(body))
    row = parse(kind, value, where)
    meaning = canonical(value, where)
    now = clock.now()
    _check_item(row.item, known, _at(where, "item"))
    _text(row.market, _at(where, "market"), 12, _MARKET, 'Like "DE" or "BR".')
    if markets is not None and row.market not in markets:
        raise Forbidden(
            "outside_limits",
            f"This token is limited to some markets, and this {kind} names "
            + (f"another: {row.market}." if row.market else "none."),
            where=_at(where, "market"),
            hint=f"It may name: {', '.join(sorted(markets)[:20])}.",
        )
    _text(row.language, _at(where, "language"), 12, _LANGUAGE, 'Like "de" or "pt-BR" (BCP 47).')
    lane = LANE_ORDINARY
    if isinstance(row, ReportRow):
        lane = _check_report(row, known, where, now)
    else:
        if not row.name:
            raise BadInput("missing_field", "An event needs a name.", where=_at(where, "name"))
        _text(row.name, _at(where, "name"), 120, _NAME, "Letters, digits and . _ : / -")
        _moment(row.at, _at(where, "at"), now)
        domain.check([], row.data, _at(where, "data"))
    own = row.id or row.external_id
    _text(own, _at(where, "id" if row.id else "external_id"), 200)
    digest = hashlib.sha256(meaning).digest()
    return Checked(new_id(), kind, source, own or key or None, digest, lane, now, body)


def parse(kind: str, value: Any, where: str = "") -> ReportRow | EventRow:
    """The typed row of a decoded value; ``BadInput`` names the first field that does not fit."""
    try:
        return msgspec.convert(value, ROW[kind])
    except msgspec.ValidationError as problem:
        raise _in_words(str(problem), ROW[kind], where) from None


def channel_of(row: ReportRow) -> str:
    """The channel given, or the one that goes with the kind of reporter."""
    return row.channel or (row.reporter.kind if row.reporter.kind in CHANNELS else "user")


def _check_report(row: ReportRow, known: Known, where: str, now: datetime) -> int:
    reason = known.aliases.get(row.reason, row.reason)
    if reason not in known.reasons:
        names = ", ".join(sorted(known.reasons)) or "none yet; run watchfloor init"
        raise BadInput(
            "unknown_reason",
            f"There is no reason {row.reason[:60]!r}.",
            where=_at(where, "reason"),
            hint=f"Known reasons: {names}.",
        )
    _one_of(row.reporter.kind, REPORTER_KINDS, _at(where, "reporter.kind"))
    _text(row.reporter.id, _at(where, "reporter.id"), 250)
    if row.channel:
        _one_of(row.channel, CHANNELS, _at(where, "channel"))
    _text(row.note, _at(where, "note"), MAX_NOTE)
    _text(row.surface, _at(where, "surface"), 40)
    if not 0 <= row.reach < 2**53:
        raise BadInput("out_of_range", "The reach must be a whole number from 0 to 2^53.", where=_at(where, "reach"))
    _moment(row.reported_at, _at(where, "reported_at"), now)
    return known.reasons[reason]


def _check_item(item: ItemIn, known: Known, where: str) -> None:
    if item.type not in known.types:
        names = ", ".join(sorted(known.types)) or "none yet; run watchfloor init"
        raise BadInput(
            "unknown_item_type",
            f"There is no item type {item.type[:60]!r}.",
            where=f"{where}.type",
            hint=f"Known types: {names}.",
        )
    if not item.id:
        raise BadInput(
            "missing_field", "The item's id is empty.", where=f"{where}.id", hint="Send the platform's own id."
        )
    _text(item.id, f"{where}.id", 250)
    if item.author is not None:
        if not item.author.id:
            raise BadInput(
                "missing_field", "The author's id is empty.", where=f"{where}.author.id", hint="Or leave author out."
            )
        _text(item.author.id, f"{where}.author.id", 250)
        if item.author.type and item.author.type not in known.types:
            raise BadInput(
                "unknown_item_type", f"There is no item type {item.author.type[:60]!r}.", where=f"{where}.author.type",
                hint="Known types: " + ", ".join(sorted(known.types)) + ".",
            )  # fmt: skip
    domain.check(known.types[item.type], item.data, f"{where}.data")


def _text(value: str, where: str, limit: int, pattern: re.Pattern[str] | None = None, hint: str = "") -> None:
    if len(value) > limit:
        raise BadInput(
            "too_long", f"At most {limit:,} characters are allowed here; this has {len(value):,}.", where=where
        )
    if value and pattern is not None and not pattern.fullmatch(value):
        raise BadInput("bad_format", f"{value!r} does not have the form expected here.", where=where, hint=hint)


def _one_of(value: str, allowed: tuple[str, ...], where: str) -> None:
    if value not in allowed:
        raise BadInput(
            "unknown_value",
            f"{value[:60]!r} is not known here.",
            where=where,
            hint="One of: " + ", ".join(allowed) + ".",
        )


def _moment(value: datetime | None, where: str, now: datetime) -> None:
    if value is None:
        return
    if value.tzinfo is None:
        raise BadInput(
            "bad_time", "The time has no zone.", where=where, hint='End it with "Z" or an offset like "+02:00".'
        )
    if not datetime(1990, 1, 1, tzinfo=UTC) <= value <= now + timedelta(days=1):
        raise BadInput("bad_time", f"{value.isoformat()} lies in the future or before 1990.", where=where)


_TYPES = {
    "str": "a string", "int": "a whole number", "float": "a number", "bool": "true or false", "object": "an object",
    "array": "a list", "null": "null", "datetime": "a time (RFC 3339)",
}  # fmt: skip


def _in_words(text: str, row: type[msgspec.Struct], where: str) -> WatchfloorError:
    """msgspec's ``Expected `str`, got `int` - at `$.item.id` `` as one of our errors."""
    what, _, path = text.partition(" - at `")
    place = _at(where, path.rstrip("`").removeprefix("$").lstrip(".")) if path else where
    if missing := re.fullmatch(r"Object missing required field `(.+)`", what):
        return BadInput("missing_field", f"The field {missing[1]!r} is required.", where=_at(place, missing[1]))
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        return BadInput(
            "unknown_field", f"There is no field {unknown[1][:60]!r} here.", where=place,
            hint="What the platform knows of an item goes into item.data.",
        )  # fmt: skip
    if expected := re.fullmatch(r"Expected `(.+)`, got `(.+)`", what):
        wanted = " or ".join(_TYPES.get(name, name) for name in expected[1].split(" | "))
        return BadInput(
            "wrong_type", f"This must be {wanted}, not {_TYPES.get(expected[2], expected[2])}.", where=place
        )
    if "RFC3339" in what or "datetime" in what:
        return BadInput("bad_time", "This is not a time.", where=place, hint='RFC 3339, like "2026-11-22T09:30:00Z".')
    return BadInput("wrong_type", what.replace("`", "'") + ".", where=place)


def _at(where: str, name: str) -> str:
    if not where or not name:
        return where or name
    return f"{where}{name}" if name.startswith("[") else f"{where}.{name}"
