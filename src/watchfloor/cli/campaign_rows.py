"""Texts and actions from plain files for ``watchfloor campaigns``; every row that cannot be used is named by its line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from watchfloor.cli.text_rows import BadRow, json_lines, read_rows, text_of
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?")
_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_MILLISECONDS = 1e11  # beyond, a number of seconds would lie after the year 5000


class Columns(NamedTuple):
    """Usable rows: their lines, their texts, and the other columns asked for (empty where nothing stands)."""

    lines: list[int]
    texts: list[str]
    others: dict[str, list[str]]


def read_columns(path: Path, text: str, others: list[str], bad: list[BadRow]) -> Columns:
    """The rows with a text. Rows without one, or that cannot be read, are added to ``bad``.

    Raises:
        BadInput: the file cannot be read or has no such column.
    """
    names = list(dict.fromkeys([text, *others]))
    made = Columns([], [], {name: [] for name in names})
    suffix = path.suffix.lower()
    rows: Iterable[tuple[int, dict[str, str]]]
    if suffix in (".parquet", ".pq"):
        rows = ((line, dict(zip(names, row, strict=True))) for line, row in enumerate(_parquet(path, names), 1))
    elif suffix in (".jsonl", ".ndjson", ".json"):
        rows = _objects(path, names, bad)
    else:
        rows = ((row.line, row.columns) for row in read_rows(path, names, bad))
    for line, columns in rows:
        if not columns[text].strip():
            bad.append(BadRow(path.name, line, "has no text"))
            continue
        made.lines.append(line)
        made.texts.append(columns[text])
        for name in names:
            made.others[name].append(columns[name])
    return made


def read_actions(path: Path, account: str, thing: str, time: str, bad: list[BadRow]) -> pl.DataFrame:
    """A table of ``account``, ``object`` and ``time`` (seconds); rows in which one is missing are added to ``bad``.

    Raises:
        BadInput: the file cannot be read or has no such column.
    """
    import polars as pl

    frame = _table(path, [account, thing, time])
    frame = frame.select(account=account, object=thing, given=time).with_row_index("line", offset=2)
    written = pl.col("given").cast(pl.String).str.strip_chars()
    number = written.cast(pl.Float64, strict=False)
    number = pl.when(number.is_finite()).then(number)
    scaled = (
        pl.when(number.abs() > _MILLISECONDS * 1000)
        .then(number / 1e6)
        .when(number.abs() > _MILLISECONDS)
        .then(number / 1e3)
    )
    frame = frame.with_columns(time=scaled.otherwise(number), written=written)
    rest = frame.filter(pl.col("time").is_null() & pl.col("written").is_not_null())["written"].unique()
    if len(rest):
        read = {value: seconds_of(value) for value in rest}
        frame = frame.with_columns(
            time=pl.col("time").fill_null(pl.col("written").replace_strict(read, default=None, return_dtype=pl.Float64))
        )
    empty = pl.col("account", "object").is_null() | (pl.col("account", "object").str.strip_chars() == "")
    frame = frame.with_columns(pl.col("account", "object").cast(pl.String)).with_columns(lacks=pl.any_horizontal(empty))
    for line, lacks, value in (
        frame.filter(pl.col("lacks") | pl.col("time").is_null()).select("line", "lacks", "written").iter_rows()
    ):
        bad.append(
            BadRow(path.name, line, "has no account or object" if lacks else f"{str(value or '')[:40]!r} is no time")
        )
    return frame.filter(~pl.col("lacks") & pl.col("time").is_not_null()).select("account", "object", "time")


def seconds_of(value: str) -> float | None:
    """Seconds since 1970 of a time as people write it: ISO 8601 (UTC where no zone is said), seconds, milli- or microseconds."""
    value = value.strip()
    try:
        number = float(value)
    except ValueError:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(number):
        return None
    return (
        number / 1e6 if abs(number) > _MILLISECONDS * 1000 else number / 1e3 if abs(number) > _MILLISECONDS else number
    )


def span_of(written: str) -> float:
    """Seconds of ``60s``, ``5m``, ``1h``.

    Raises:
        BadInput: it is no such span.
    """
    match = _SPAN.fullmatch(written.strip().lower())
    if match is None:
        raise BadInput("bad_span", f"{written!r} is no span of time.", where="--window", hint="Write 30s, 5m or 1h.")
    return float(match[1]) * _UNITS[match[2] or ""]


def _table(path: Path, names: list[str]) -> pl.DataFrame:
    import polars as pl

    try:
        suffix = path.suffix.lower()
        if suffix in (".parquet", ".pq"):
            lazy = pl.scan_parquet(path)
        elif suffix in (".jsonl", ".ndjson", ".json"):
            lazy = pl.scan_ndjson(path, infer_schema_length=None)
        else:
            with path.open("rb") as file:
                tabs = suffix in (".tsv", ".tab") or b"\t" in file.readline()
            lazy = pl.scan_csv(
                path, infer_schema=False, separator="\t" if tabs else ",", quote_char=None if tabs else '"',
                truncate_ragged_lines=True, encoding="utf8-lossy",
            )  # fmt: skip
        present = lazy.collect_schema().names()
        for name in names:
            if name not in present:
                raise BadInput(
                    "no_column", f"{path} has no column {name!r}.", hint=f"Columns: {', '.join(present[:20])}."
                )
        return lazy.select(pl.col(name).cast(pl.String) for name in dict.fromkeys(names)).collect()
    except OSError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {error.strerror or error}.") from error
    except pl.exceptions.PolarsError as error:
        raise BadInput("unreadable", f"{path} cannot be read: {str(error).splitlines()[0]}") from error


def _parquet(path: Path, names: list[str]) -> list[tuple[str, ...]]:
    return [tuple(value or "" for value in row) for row in _table(path, names).iter_rows()]


def _objects(path: Path, names: list[str], bad: list[BadRow]) -> list[tuple[int, dict[str, str]]]:
    """JSON lines; what an object does not have is empty, and a column that none has is missing."""
    made: list[tuple[int, dict[str, str]]] = []
    present: set[str] = set()
    for line, record in json_lines(path.name, text_of(path), bad):
        present |= record.keys()
        made.append((line, {name: "" if record.get(name) is None else str(record[name]) for name in names}))
    for name in names:
        if made and name not in present:
            raise BadInput("no_column", f"{path} has no {name!r}.", hint=f"It has: {', '.join(sorted(present)[:20])}.")
    return made
