"""Hashes from a plain table (CSV, TSV, JSON lines), with every row that cannot be used named by its line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import click

from watchfloor.cli.text_rows import BadRow, read_rows
from watchfloor.engines.matching.hashes import is_hash
from watchfloor.kernel.errors import BadInput

HASHES = ("pdq", "hash", "pdq_hash", "signal", "signal_value", "indicator", "value", "hex")
NAMES = ("name", "id", "file", "path", "filepath", "key", "label")
_SHOWN = 10


class Known(NamedTuple):
    """A row: its line, what it is called (its line if nothing names it), its 64 digits."""

    line: int
    name: str
    hex: str


def read_hashes(path: Path, column: str | None, bad: list[BadRow]) -> list[Known]:
    """The hashes of a file. The column is the one given, or the first that is called as such columns usually are (``HASHES``).

    A file of one hash a line, without a header, is read as well. Rows without a hash are added to ``bad``.

    Raises:
        BadInput: the file cannot be read, or no column holds hashes.
    """
    header = _header(path)
    if column is None and header and is_hash(header[0].strip()):
        column, names = "1", []
    else:
        lower = {name.strip().lower(): name for name in reversed(header)}
        if column is None:
            column = next((lower[name] for name in HASHES if name in lower), None)
        names = [lower[name] for name in NAMES if name in lower and lower[name] != column]
        if column is None:
            listed = ", ".join(header[:20]) or "none"
            raise BadInput(
                "no_column",
                f"No column of {path} is called as hashes are.",
                hint=f"Name it with --column; there are: {listed}.",
            )
    wanted = [column, *names[:1]]
    made = []
    for row in read_rows(path, wanted, bad):
        digits = row.columns[column].strip().lower()
        if is_hash(digits):
            made.append(Known(row.line, row.columns[names[0]] if names else f"line {row.line}", digits))
        else:
            bad.append(BadRow(path.name, row.line, f"{digits[:70]!r} is not a hash of 64 hexadecimal digits."))
    return made


def tell_bad(bad: list[BadRow]) -> None:
    """The first of the rows that were left out, on standard error."""
    for row in bad[:_SHOWN]:
        click.echo(f"{row.file}:{row.line}: left out: {row.problem}", err=True)
    if len(bad) > _SHOWN:
        click.echo(f"... and {len(bad) - _SHOWN:,} more rows left out", err=True)


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            line = file.readline(1 << 20)
    except OSError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {error.strerror or error}.") from error
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        try:
            first = json.loads(line)
        except ValueError:
            return []
        return list(first) if isinstance(first, dict) else []
    tabs = path.suffix.lower() in (".tsv", ".tab") or "\t" in line
    return next(csv.reader([line], delimiter="\t" if tabs else ","), [])
