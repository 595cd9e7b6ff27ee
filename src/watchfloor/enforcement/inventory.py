"""The platform's list of what is in force there: read from lines (NDJSON, CSV) or asked of it page by page.

A line names an item by the platform's own names and an ``effect`` (see messages.ActionMessage); ``since`` and ``until`` are RFC 3339.
A list that has no ``until`` at all is not compared in how long things last.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import msgspec

from watchfloor.enforcement import sending
from watchfloor.enforcement.models import Endpoint
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import encode, new_id

MOST_LINES = 2_000_000
MOST_PAGES = 20_000
LONGEST_LINE = 4_000
CSV_COLUMNS = ("item_type", "item_id", "effect")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One effect on one item, as the platform says. ``until`` UNSET: it does not say how long."""

    type: str
    id: str
    effect: str
    since: datetime | None = None
    until: datetime | msgspec.UnsetType | None = msgspec.UNSET


class ItemName(msgspec.Struct, frozen=True):
    """An item by the platform's own names."""

    type: str
    id: str


class Said(msgspec.Struct, frozen=True):
    """A line as JSON has it."""

    item: ItemName
    effect: str
    since: datetime | None = None
    until: datetime | msgspec.UnsetType | None = msgspec.UNSET


class Page(msgspec.Struct, frozen=True):
    """An answer of the platform: ``next`` is the ``cursor`` of the page that follows, null on the last one."""

    effects: list[Said]
    next: str | None = None
    as_of: datetime | None = None


def read(lines: Iterable[bytes], form: Literal["ndjson", "csv"]) -> Iterator[Line]:
    """The lines of a list; ``BadInput`` names the first that cannot be read, and how to mend it."""
    found = _ndjson(lines) if form == "ndjson" else _csv(lines)
    for number, line in enumerate(found, 1):
        if number > MOST_LINES:
            raise BadInput("too_many", f"A list has at most {MOST_LINES:,} lines.", where=f"line {number}")
        yield line


def pages(endpoint: Endpoint) -> Iterator[Page]:
    """Ask the platform, page by page. Raises ``BadInput`` for whatever it answers that is no such page."""
    cursor, seen = "", set[str]()
    for _ in range(MOST_PAGES):
        url = endpoint.inventory_url
        if cursor:
            url += ("&" if urlsplit(url).query else "?") + urlencode({"cursor": cursor})
        raw = sending.get(url, key=encode("rec", new_id()), secrets=endpoint.secrets, token=endpoint.inventory_token)
        try:
            page = msgspec.json.decode(raw, type=Page)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadInput(
                "bad_inventory", f"The platform's list cannot be read: {error}", where=cursor or "first page"
            ) from None
        for place, said in enumerate(page.effects):
            _checked(_line(said), f"effects[{place}]")
        yield page
        if not page.next:
            return
        if page.next in seen:
            raise BadInput(
                "bad_inventory", "The platform's list goes in a circle: a cursor came twice.", where=page.next[:60]
            )
        seen.add(page.next)
        cursor = page.next
    raise BadInput("too_many", f"The platform's list has more than {MOST_PAGES:,} pages.")


def lines_of(page: Page) -> list[Line]:
    """The lines of an answer."""
    return [_line(said) for said in page.effects]


def _line(said: Said) -> Line:
    return Line(type=said.item.type, id=said.item.id, effect=said.effect, since=said.since, until=said.until)


def _ndjson(lines: Iterable[bytes]) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(Said)
    for number, raw in enumerate(lines, 1):
        where = f"line {number}"
        if len(raw) > LONGEST_LINE:
            raise BadInput("bad_line", f"A line has at most {LONGEST_LINE:,} bytes.", where=where)
        if not raw.strip():
            continue
        try:
            yield _checked(_line(decoder.decode(raw)), where)
        except msgspec.DecodeError as error:
            hint = 'Like {"item": {"type": "post", "id": "p1"}, "effect": "remove", "until": null}.'
            raise BadInput("bad_line", f"This line cannot be read: {error}", where=where, hint=hint) from None


def _csv(lines: Iterable[bytes]) -> Iterator[Line]:
    rows = csv.DictReader(_texts(lines))
    missing = [name for name in CSV_COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise BadInput(
            "bad_head", f"The head lacks {', '.join(missing)}.", where="line 1",
            hint="item_type,item_id,effect,since,until; the last two may be left out.",
        )  # fmt: skip
    says_until = "until" in (rows.fieldnames or ())
    for row in rows:
        where = f"line {rows.line_num}"
        until: Any = _moment(row["until"], where) if says_until else msgspec.UNSET
        line = Line(
            type=row["item_type"] or "", id=row["item_id"] or "", effect=row["effect"] or "",
            since=_moment(row.get("since"), where), until=until,
        )  # fmt: skip
        yield _checked(line, where)


def _texts(lines: Iterable[bytes]) -> Iterator[str]:
    for number, raw in enumerate(lines, 1):
        try:
            yield io.IncrementalNewlineDecoder(None, translate=True).decode(
                raw.decode("utf-8-sig" if number == 1 else "utf-8")
            )
        except UnicodeDecodeError:
            raise BadInput("bad_line", "This line is not UTF-8.", where=f"line {number}") from None


def _moment(text: str | None, where: str) -> datetime | None:
    if not text or not text.strip():
        return None
    try:
        return msgspec.convert(text.strip(), datetime)
    except msgspec.ValidationError:
        raise BadInput(
            "bad_moment", f"{text[:40]!r} is no moment.", where=where, hint="RFC 3339, like 2026-03-01T12:00:00Z."
        ) from None


def _checked(line: Line, where: str) -> Line:
    if not (0 < len(line.type) <= 60 and 0 < len(line.id) <= 250 and 0 < len(line.effect) <= 120):
        raise BadInput(
            "bad_line",
            "A type of up to 60, an id of up to 250 and an effect of up to 120 characters are needed.",
            where=where,
        )
    for moment in (line.since, line.until):
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise BadInput("bad_moment", "A moment needs its zone.", where=where, hint="Like 2026-03-01T12:00:00Z.")
    return line
