"""Labelled texts from a plain file (CSV, TSV or JSON lines), with every row that cannot be used named by its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from watchfloor.cli.label_words import Meaning, meaning
from watchfloor.engines.textmodels.protocol import Example
from watchfloor.kernel.errors import BadInput


class BadRow(NamedTuple):
    """A row that was left out: file, line (from 1), and what is wrong with it."""

    file: str
    line: int
    problem: str


class Row(NamedTuple):
    """A usable row: its line and its columns as text."""

    line: int
    columns: dict[str, str]


def text_of(path: Path) -> str:
    """A file as text; what is no UTF-8 in it becomes marks.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {error.strerror or error}.") from error


def json_lines(name: str, text: str, bad: list[BadRow]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of JSON lines with their line numbers; a line that holds none goes to ``bad``, an empty one is left out."""
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            record = msgspec.json.decode(raw)
        except msgspec.DecodeError as error:
            bad.append(BadRow(name, line, f"is no JSON: {error}"))
            continue
        if isinstance(record, dict):
            yield line, record
        else:
            bad.append(BadRow(name, line, "is no JSON object"))


def read_rows(path: Path, wanted: list[str], bad: list[BadRow]) -> Iterator[Row]:
    """The rows of a file with the wanted columns; others are added to ``bad``.

    A column is named as in the header, or by its number from 1 for files without a header line. Tab-separated files know no
    quoting (IANA text/tab-separated-values); comma-separated ones follow RFC 4180.

    Raises:
        BadInput: the file cannot be read or has no such column.
    """
    text = text_of(path)
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        yield from _json_rows(path.name, text, wanted, bad)
    else:
        tabs = path.suffix.lower() in (".tsv", ".tab") or "\t" in text.partition("\n")[0]
        yield from _separated_rows(path.name, text, tabs, wanted, bad)


def _separated_rows(name: str, text: str, tabs: bool, wanted: list[str], bad: list[BadRow]) -> Iterator[Row]:
    csv.field_size_limit(1 << 27)
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.reader(stream)
    places: list[int] | None = None
    if all(column.isdecimal() and int(column) > 0 for column in wanted):
        places = [int(column) - 1 for column in wanted]
    try:
        for cells in reader:
            line = reader.line_num
            if not cells:
                continue
            if places is None:
                places = _header_places(name, [cell.strip() for cell in cells], wanted)
                continue
            if max(places) >= len(cells):
                bad.append(BadRow(name, line, f"has {len(cells)} columns, too few"))
                continue
            yield Row(line, {column: cells[place] for column, place in zip(wanted, places, strict=True)})
    except csv.Error as error:
        raise BadInput("bad_csv", f"{name} is not well-formed: {error}.", where=f"{name}:{reader.line_num}") from error


def _header_places(name: str, header: list[str], wanted: list[str]) -> list[int]:
    for column in wanted:
        if column not in header:
            raise BadInput(
                "no_column",
                f"{name} has no column {column!r}; it has {', '.join(header[:20])}.",
                hint="Name columns as in the first line, or all by number (from 1) if the file has no header line.",
            )
    return [header.index(column) for column in wanted]


def _json_rows(name: str, text: str, wanted: list[str], bad: list[BadRow]) -> Iterator[Row]:
    for line, record in json_lines(name, text, bad):
        if any(column not in record for column in wanted):
            record = flat(record)
        missing = [column for column in wanted if record.get(column) is None]
        if missing:
            bad.append(BadRow(name, line, f"has no {missing[0]!r}"))
            continue
        yield Row(line, {column: _as_text(record[column]) for column in wanted})


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def columns_of(path: Path) -> list[str]:
    """The names of a file's columns, or their numbers where the first line is taken for data: see ``read_rows``.

    Raises:
        BadInput: the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            first = stream.readline()
            if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
                names: dict[str, None] = {}
                for line in [first, *stream]:
                    try:
                        record = msgspec.json.decode(line)
                    except msgspec.DecodeError:
                        continue
                    if isinstance(record, dict):
                        names.update(dict.fromkeys(flat(record)))
                return list(names)
    except OSError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {error.strerror}.") from error
    tabs = path.suffix.lower() in (".tsv", ".tab") or "\t" in first
    return [cell.strip() for cell in next(csv.reader([first], delimiter="\t" if tabs else ","), [])]


def read_loose(path: Path, names: list[str], needed: str, bad: list[BadRow]) -> Iterator[Row]:
    """Rows with whatever columns they have; only the ``needed`` one must be there. Missing ones are empty."""
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        for line, record in json_lines(path.name, text_of(path), bad):
            columns = flat(record)
            if columns.get(needed) is None:
                bad.append(BadRow(path.name, line, f"has no {needed!r}"))
                continue
            yield Row(line, {name: "" if value is None else _as_text(value) for name, value in columns.items()})
    else:
        yield from read_rows(path, names, bad)


def flat(record: dict[str, object]) -> dict[str, object]:
    """A record with what is inside its objects beside it, named ``outer.inner``; lists are left as they are."""
    plain: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            plain.update({f"{name}.{inner}": each for inner, each in flat(value).items()})
        else:
            plain[name] = value
    return plain


def read_examples(
    paths: list[Path], *, text: str, label: str, group: str | None, positive: str | None, bad: list[BadRow]
) -> tuple[list[Example], Meaning]:
    """All labelled texts of the files, in order, and how the labels were read.

    ``group="file"`` groups by file, unless a column has that name.
    """
    by_file = group == "file"
    wanted = [text, label] + ([group] if group and not by_file else [])
    rows = [(path.name, row) for path in paths for row in read_rows(path, wanted, bad)]
    if not rows:
        raise BadInput("no_rows", "No row of the file can be used.", hint="Check the names of the columns.")
    meant = meaning([row.columns[label] for _, row in rows], positive)
    examples: list[Example] = []
    for name, row in rows:
        truth = meant.truth(row.columns[label])
        if truth is None:
            bad.append(
                BadRow(name, row.line, f"has the label {row.columns[label][:40]!r}, which is neither yes nor no")
            )
        elif not row.columns[text].strip():
            bad.append(BadRow(name, row.line, "has no text"))
        else:
            place = name if by_file else row.columns[group] if group else ""
            examples.append(Example(row.columns[text], truth, place))
    return examples, meant
