"""Lists and banks as rules ask them: one list ready to be asked, and lists from plain files.

    lists = frozen({"bad-domains": ("domains", ["example.com"])})
    rules.with_lists(lists).evaluate(event)

Beside rules on plain files, ``lists/NAME.txt`` has one entry a line, ``lists/NAME.csv`` a column ``value`` and, if wanted,
``expires``. What kind a file is stands in a first line ``# kind: domains``, or is seen from the entries.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from watchfloor.engines.nearby.bank import Bank
from watchfloor.engines.nearby.bits import BitIndex
from watchfloor.engines.sml.listkinds import KINDS, MAX_EXAMPLE, Entry, Finder, finder, normal
from watchfloor.kernel.errors import BadInput, NotFound


class ListTable:
    """One version of one list. Indexes are made when first asked for; safe to share between threads."""

    def __init__(
        self, name: str, kind: str, entries: Sequence[Entry], *, version: int = 0, distance: float = 0.5
    ) -> None:
        self.name, self.kind, self.version, self.distance = name, kind, version, distance
        self.entries = entries

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def _finder(self) -> Finder:
        return finder(self.kind, self.entries)

    @cached_property
    def _bank(self) -> Bank:
        return Bank(self.entries)

    @cached_property
    def _bits(self) -> BitIndex:
        return BitIndex(self.entries)

    def find(self, value: str, at: datetime) -> str | None:
        """The entry that covers a value at this time, or None."""
        return self._finder.find(value, at)

    def near_text(self, text: str, distance: float | None, at: datetime) -> tuple[str, float] | None:
        """The nearest example within a distance (0 the same, 1 nothing in common; None: the list's own), or None.

        Raises:
            BadInput: it is no list of texts.
        """
        if self.kind not in ("bank", "texts"):
            raise BadInput("no_bank", f"{self.name} is a list of {self.kind}, not of texts.")
        return self._bank.nearest(text, self.distance if distance is None else distance, at)

    def near_hash(self, digits: str, distance: int, at: datetime) -> tuple[str, int] | None:
        """The nearest hash of the same length within so many bits, or None.

        Raises:
            BadInput: it is no list of hashes.
        """
        if self.kind != "hashes":
            raise BadInput("no_hashes", f"{self.name} is a list of {self.kind}, not of hashes.")
        return self._bits.nearest(digits, distance, at)


class FrozenLists:
    """Lists that never change, in memory."""

    def __init__(self, tables: Iterable[ListTable] = ()) -> None:
        self.tables = {table.name: table for table in tables}

    def table(self, name: str) -> ListTable:
        found = self.tables.get(name)
        if found is None:
            raise no_list(name, self.tables)
        return found


def no_list(name: str, known: Iterable[str]) -> NotFound:
    """The error for a list that is not there."""
    names = ", ".join(sorted(known)[:10])
    return NotFound(
        "no_list", f"there is no list {name!r}", hint=f"There are: {names}." if names else "There are no lists."
    )


def frozen(lists: Mapping[str, tuple[str, Iterable[str | Entry]]]) -> FrozenLists:
    """Lists from values: ``{"bad-domains": ("domains", ["example.com", ("example.org", ends)])}``.

    Raises:
        BadInput: an entry is none of its kind.
    """
    tables = []
    for name, (kind, values) in lists.items():
        pairs = [(each, None) if isinstance(each, str) else each for each in values]
        tables.append(ListTable(name, kind, [(normal(kind, value), ends) for value, ends in pairs]))
    return FrozenLists(tables)


def lists_from_folder(folder: Path) -> FrozenLists:
    """The lists in ``lists/*.txt`` and ``lists/*.csv`` under a folder of rules (or beside one rule file); none is fine.

    Raises:
        BadInput: a file is not UTF-8, names an unknown kind, has a bad entry, or two files give one name.
    """
    place = (folder.parent if folder.is_file() else folder) / "lists"
    tables: dict[str, ListTable] = {}
    for file in sorted([*place.glob("*.txt"), *place.glob("*.csv")]) if place.is_dir() else ():
        if file.stem in tables:
            raise BadInput("twice", f"There are two files for the list {file.stem!r}.", where=str(file))
        tables[file.stem] = _read(file)
    return FrozenLists(tables.values())


def _read(file: Path) -> ListTable:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("not_utf8", f"{file} is not UTF-8 text.", where=str(file)) from None
    lines = text.splitlines()
    options = _options(lines, file)
    rows = _csv_rows(lines, file) if file.suffix == ".csv" else _text_rows(lines)
    kind = options.get("kind") or guess_kind(value for _, value, _ in rows)
    if kind not in KINDS:
        raise BadInput(
            "unknown_kind", f"{kind[:40]!r} is no kind of list.", where=str(file), hint=f"One of: {', '.join(KINDS)}."
        )
    entries: list[Entry] = []
    for number, value, ends in rows:
        try:
            entries.append((normal(kind, value), ends))
        except BadInput as error:
            raise BadInput(error.code, error.message, where=f"{file}:{number}", hint=error.hint) from None
    try:
        distance = float(options.get("distance", "0.5"))
    except ValueError:
        raise BadInput("bad_distance", "The distance is a number from 0 to 1.", where=str(file)) from None
    return ListTable(file.stem, kind, entries, distance=distance)


def _options(lines: list[str], file: Path) -> dict[str, str]:
    """``# kind: domains`` and ``# distance: 0.2`` before the first entry."""
    found = {}
    for line in lines:
        if not line.startswith("#"):
            break
        name, colon, value = line.lstrip("# ").partition(":")
        if colon and name.strip() in ("kind", "distance"):
            found[name.strip()] = value.strip()
    return found


def _text_rows(lines: list[str]) -> list[tuple[int, str, datetime | None]]:
    return [
        (number, line.strip(), None)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith("#")
    ]


def _csv_rows(lines: list[str], file: Path) -> list[tuple[int, str, datetime | None]]:
    skipped = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    csv.field_size_limit(MAX_EXAMPLE * 4)
    reader = csv.DictReader(line + "\n" for line in lines[skipped:])
    if "value" not in (reader.fieldnames or ()):
        raise BadInput("no_column", "A list as CSV needs a column called value.", where=str(file))
    rows = []
    for row in reader:
        if value := (row["value"] or "").strip():
            rows.append(
                (skipped + reader.line_num, value, moment(row.get("expires") or "", f"{file}:{reader.line_num}"))
            )
    return rows


def moment(text: str, where: str = "expires") -> datetime | None:
    """A day or a moment in ISO 8601, in UTC unless it says otherwise; "" is None.

    Raises:
        BadInput: it is neither.
    """
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            "bad_time", f"{text[:40]!r} is no date.", where=where, hint="Such as 2030-12-31 or 2030-12-31T12:00:00Z."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def guess_kind(values: Iterable[str]) -> str:
    """The narrowest kind that all entries are of; texts when there is none."""
    sample = list(values)
    for kind in ("networks", "hashes", "domains"):
        try:
            if sample:
                for value in sample:
                    normal(kind, value)
                return kind
        except BadInput:
            continue
    return "texts"
