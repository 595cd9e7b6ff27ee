"""The catalogue over plain fact files (Parquet or CSV), without a server or a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec

from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import NONE, PLACE, Ask, compile_metrics, groups, timed
from watchfloor.insight.dialects import DUCK
from watchfloor.insight.parts import parts_of
from watchfloor.insight.relations import written
from watchfloor.insight.schema import SCHEMA
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

TYPES = {
    "Int64": "BIGINT",
    "Int32": "INTEGER",
    "Int16": "SMALLINT",
    "String": "VARCHAR",
    "Boolean": "BOOLEAN",
    "Float64": "DOUBLE",
}
NEEDED = ("moment", "type")


class Line(msgspec.Struct, frozen=True):
    """One slice (and interval): each metric's value, None where there is nothing to divide by. ``at`` is UTC."""

    at: datetime | None
    names: dict[str, str]
    values: dict[str, float | None]


def compute(
    files: Sequence[Path],
    metrics: Sequence[Metric],
    *,
    by: tuple[str, ...] = (),
    start: datetime | None = None,
    end: datetime | None = None,
    interval: str = "",
    where: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Line]:
    """Metrics over ``[start, end)``, or over all that the files hold; one line for each slice and interval.

    The columns are those of a fact (``schema.SCHEMA``); only ``moment`` (UTC) and ``type`` must be there, others are null when they are
    missing. Without ``leaf`` the order of moments is the order of events.

    Raises:
        BadInput: a file cannot be read, a column that must be there is missing, or a name is not known.
    """
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    _load(database, files)
    first, last = database.execute("SELECT min(moment), max(moment) FROM facts").fetchall()[0]
    if first is None:
        return []
    begin = start or first.replace(minute=0, second=0, microsecond=0)
    until = end or last.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    asof = max(until, clock.now().astimezone(UTC).replace(tzinfo=None)) if end is None else until
    ask = Ask(start=begin, end=until, asof=asof, interval=interval, by=by, where=where or {})
    found: dict[tuple[object, ...], dict[str, float | None]] = {}
    width = len(by) + timed(ask)
    for group in groups(metrics):
        query = compile_metrics(group, ask)
        relation = f"({written(query.relation, DUCK)})"
        for row in database.execute(query.sql.replace(PLACE, relation), query.values).fetchall():
            found.setdefault(tuple(row[:width]), {}).update(_values(group, row[width:]))
    nothing = {
        metric.key: 0.0 if metric.kind in ("count", "difference", "distinct", "stock_count") else None
        for metric in metrics
    }
    return [
        Line(
            key[0] if timed(ask) else None,  # type: ignore[arg-type]
            dict(zip(by, (str(name) for name in key[width - len(by) :]), strict=True)),
            {**nothing, **values},
        )
        for key, values in sorted(found.items(), key=lambda item: tuple(map(str, item[0])))
    ]


def _values(group: Sequence[Metric], row: Sequence[float | None]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    place = 0
    for metric in group:
        above = row[place]
        if parts_of(metric)[1]:
            below = row[place + 1]
            found[metric.key] = float(above or 0) / float(below) if below else None
            place += 2
        else:
            found[metric.key] = None if above is None else float(above)
            place += 1
    return found


def _load(database: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    for number, path in enumerate(files):
        reader = "read_parquet" if path.suffix.lower() in (".parquet", ".pq") else "read_csv"
        more = "" if reader == "read_parquet" else ", all_varchar = true, header = true"
        try:
            source = f"{reader}($path{more})"
            given = {
                row[0] for row in database.execute(f"DESCRIBE SELECT * FROM {source}", {"path": str(path)}).fetchall()
            }
            missing = [name for name in NEEDED if name not in given]
            if missing:
                raise BadInput(
                    "no_column",
                    f"{path.name} has no column {missing[0]!r}.",
                    where="FILE",
                    hint="Facts have: " + ", ".join(SCHEMA),
                )
            columns = [_column(name, str(kind), given) for name, kind in SCHEMA.items()]
            head = "CREATE TABLE facts AS" if number == 0 else "INSERT INTO facts BY NAME"
            database.execute(f"{head} SELECT {', '.join(columns)} FROM {source}", {"path": str(path)})
        except duckdb.Error as problem:
            raise BadInput(
                "bad_file", f"{path.name} cannot be read: {str(problem).splitlines()[0]}", where="FILE"
            ) from None


def _column(name: str, kind: str, given: set[str]) -> str:
    if name == "leaf" and "leaf" not in given:
        return "row_number() OVER (ORDER BY CAST(moment AS TIMESTAMP)) AS leaf"
    if name not in given:
        return f"CAST(NULL AS {TYPES.get(kind, 'TIMESTAMP')}) AS {name}"
    source = f"nullif({name}, '')" if kind == "String" else name
    return f"CAST({source} AS {TYPES.get(kind, 'TIMESTAMP')}) AS {name}"


__all__ = ["NONE", "Line", "compute"]
