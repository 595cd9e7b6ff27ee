"""Rows from files: CSV, JSON lines and Parquet, read one by one so that size does not matter."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from watchfloor.intake import strict
from watchfloor.kernel.errors import BadInput, WatchfloorError

Row = dict[str, Any]
FORMATS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
CHUNK = 2_000


def format_of(path: Path) -> str:
    """``csv``, ``jsonl`` or ``parquet``, by the name's ending."""
    if path.suffix.lower() not in FORMATS:
        raise BadInput(
            "unknown_format",
            f"{path.name} does not end in a known way.",
            where=str(path),
            hint="One of: " + ", ".join(FORMATS),
        )
    return FORMATS[path.suffix.lower()]


def rows(path: Path) -> Iterator[Row | WatchfloorError]:
    """The rows in order; one that cannot be read comes as its error."""
    kind = format_of(path)
    return _csv(path) if kind == "csv" else _jsonl(path) if kind == "jsonl" else _parquet(path)


def columns(path: Path) -> list[str]:
    """The names a mapping may use: the header, or the (dotted) keys of the first hundred rows."""
    if format_of(path) == "parquet":
        import polars as pl

        return list(pl.read_parquet_schema(path))
    found: dict[str, None] = {}
    for number, row in enumerate(rows(path)):
        if number == 100:
            break
        if not isinstance(row, WatchfloorError):
            found.update(dict.fromkeys(_dotted(row)))
    return list(found)


def count(path: Path) -> int:
    """About how many rows there are, for the progress bar."""
    if format_of(path) == "parquet":
        import polars as pl

        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    with path.open("rb") as file:
        lines = sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
    return max(0, lines - (format_of(path) == "csv"))


def fingerprint(path: Path) -> str:
    """Sixteen hex digits of the content's SHA-256: the same file again is recognised, row by row."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def value_at(row: Row, name: str) -> Any:
    """The value of a column; ``a.b`` reaches into objects where no column has that name."""
    if name in row:
        return row[name]
    place: Any = row
    for step in name.split("."):
        if not isinstance(place, dict) or step not in place:
            return None
        place = place[step]
    return place


class Rejects:
    """The file beside the input that takes what was refused and why; made with the first such row."""

    def __init__(self, path: Path) -> None:
        ending = ".csv" if format_of(path) == "csv" else ".jsonl"
        self.path = path.with_name(path.name + ".rejected" + ending)
        self.count = 0
        self._file: IO[str] | None = None
        self._csv: Any = None
        self._columns: list[str] = []

    def add(self, number: int, row: Row | None, error: WatchfloorError) -> None:
        """``number`` counts from 1, without the header."""
        self.count += 1
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
        about = {"row": number, "error": error.message, "where": error.where, "hint": error.hint}
        if self.path.suffix == ".jsonl":
            self._file.write(msgspec.json.encode({**about, "input": row}, enc_hook=str).decode() + "\n")
            return
        if self._csv is None:
            self._columns = list(row or {})
            self._csv = csv.writer(self._file)
            self._csv.writerow([*self._columns, *(f"rejected_{name}" for name in about)])
        self._csv.writerow([*((row or {}).get(name, "") for name in self._columns), *about.values()])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@contextmanager
def rejects(path: Path) -> Iterator[Rejects]:
    """A ``Rejects`` that is closed at the end; an old file of that name is removed first."""
    found = Rejects(path)
    found.path.unlink(missing_ok=True)
    try:
        yield found
    finally:
        found.close()


def _csv(path: Path) -> Iterator[Row | WatchfloorError]:
    csv.field_size_limit(strict.MAX_VALUE)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", restkey="", strict=True)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                yield BadInput("bad_csv", f"This row is not valid CSV: {problem}.")
                continue
            if "" in row or None in row.values():
                yield BadInput("bad_csv", "This row does not have as many fields as the header.")
            else:
                yield row


def _jsonl(path: Path) -> Iterator[Row | WatchfloorError]:
    reader = strict.Reader()
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(strict.MAX_VALUE + 2), b""):
            if len(line) > strict.MAX_VALUE:
                while line and not line.endswith(b"\n"):
                    line = file.readline(strict.MAX_VALUE)
                yield BadInput("row_too_large", f"This line is longer than {strict.MAX_VALUE:,} bytes.")
                continue
            if not line.strip():
                continue
            try:
                value = reader.one(strict.text_of(line))
            except WatchfloorError as problem:
                yield problem
                continue
            yield value if isinstance(value, dict) else BadInput("wrong_type", "This line is not a JSON object.")


def _parquet(path: Path) -> Iterator[Row | WatchfloorError]:
    import polars as pl

    frame = pl.scan_parquet(path)
    for offset in range(0, count(path), CHUNK):
        yield from frame.slice(offset, CHUNK).collect().iter_rows(named=True)


def _dotted(row: Row, prefix: str = "") -> Iterator[str]:
    for key, value in row.items():
        if isinstance(value, dict) and value:
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
