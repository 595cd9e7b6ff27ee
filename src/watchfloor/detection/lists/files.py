"""Lists as CSV: in, with the good rows taken and a sentence for each bad one; out, in the same columns.

Columns in: ``value``, and if wanted ``reason`` and ``expires`` (ISO 8601); without a head of that kind every line is a value. A file of
plain lines (``#`` begins a remark) is taken too, and so are blocklists of the Fediverse (``blocklists``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from watchfloor.detection.lists import blocklists, reading
from watchfloor.detection.lists.changing import LONGEST_REASON, MOST_ENTRIES, Change, NewEntry, add_many, check
from watchfloor.detection.models_lists import NamedList
from watchfloor.engines.sml.listkinds import normal
from watchfloor.engines.sml.lists import moment
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer

MOST_PROBLEMS = 1_000
COLUMNS = ("value", "reason", "expires", "added_at", "added_by")


class BadRow(msgspec.Struct, frozen=True):
    """A row that was not taken: its line, what stands there, and why in a sentence."""

    line: int
    text: str
    problem: str


class Read(msgspec.Struct, frozen=True):
    """A file read for a list: the rows that can be taken, and those that cannot (``bad_count`` of them; the first are told)."""

    entries: tuple[NewEntry, ...]
    bad: tuple[BadRow, ...]
    bad_count: int


def read(row: NamedList, text: str, *, reason: str = "", expires: datetime | None = None) -> Read:
    """Read CSV or plain lines. Rows without a reason or an end of their own have the ones given.

    Raises:
        BadInput: the file has more rows than a list can hold.
    """
    now = clock.now()
    entries: dict[str, NewEntry] = {}
    bad: list[BadRow] = []
    bad_count = 0
    text = text.removeprefix("\ufeff")
    for line, value, own_reason, own_end in blocklists.rows(text) or _rows(text):
        try:
            end = moment(own_end) or expires
            entry = NewEntry(_as_typed(value), (own_reason.strip() or reason)[:LONGEST_REASON], end)
            check(entry, now)
            entries[normal(row.kind, entry.value)] = entry
        except BadInput as error:
            bad_count += 1
            if len(bad) < MOST_PROBLEMS:
                bad.append(BadRow(line, value[:80], " ".join(part for part in (error.message, error.hint) if part)))
        if len(entries) > MOST_ENTRIES:
            raise BadInput("list_full", f"A list holds at most {MOST_ENTRIES:,} entries.")
    return Read(tuple(entries.values()), tuple(bad), bad_count)


def put_in(w: Writer, name: str, found: Read) -> Change:
    """Put the good rows in as one version."""
    return add_many(w, name, found.entries, how="imported")


def written(row: NamedList, *, version: int | None = None) -> Iterator[str]:
    """The list as CSV, line by line; at a version, or as it stands, ended entries included."""
    entries = reading.standing(row) if version is None else reading.at_version(row, version)
    yield _line(COLUMNS)
    fields = ("value", "reason", "expires_at", "added_at", "added_by")
    for value, reason, expires, added_at, added_by in entries.order_by("value").values_list(*fields).iterator(2_000):
        yield _line((value, reason, expires.isoformat() if expires else "", added_at.isoformat(), added_by))


def _rows(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Line, value, reason and end of each row."""
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    head = [name.strip().lower() for name in next(csv.reader([first]), [])]
    if "value" not in head:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                yield number, line, "", ""
        return
    csv.field_size_limit(200_000)
    reader = csv.reader(_without_remarks(text))
    begun = False
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, "", "", f"no CSV: {error}"
            continue
        if not begun:
            begun = bool(cells)
            continue
        named = dict(zip(head, cells, strict=False))
        if any(cell.strip() for cell in cells):
            yield reader.line_num, named.get("value", ""), named.get("reason", ""), named.get("expires", "")


def _without_remarks(text: str) -> Iterable[str]:
    begun = False
    for line in io.StringIO(text, newline=""):
        if not begun and (line.startswith("#") or not line.strip()):
            yield "\r\n"  # so that the numbers of lines stay
            continue
        begun = True
        yield line


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _number(cell) else cell


def _as_typed(value: str) -> str:
    """The value without the apostrophe that ``_safe`` puts before a formula."""
    value = value.strip()
    return value[1:] if value[:1] == "'" and value[1:2] in ("=", "+", "-", "@") else value


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
