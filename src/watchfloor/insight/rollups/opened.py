"""Stocks without reading every stay: the stays that were open at each midnight are kept as rows, sorted by it.

What was open at a moment was open at the midnight before it and has not ended since, or it began after that midnight. So a question
reads one day's rows of ``open`` for each moment and, unless the moment is a midnight, the stays of that day; whatever the age of the
lake. The columns are those of a stay, so every right, dimension and field can be asked of it, and the answers are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import duckdb
import msgspec

from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import FOLDER, OPEN_THEN, PLACE, Ask, Query, bounds, compile_metrics

OPEN = "open"
DAYS = 70  # of midnights that are kept: a week with the four before it, and as many again
_DAY = timedelta(days=1)
_LAST = "(SELECT date_trunc('day', max(greatest(started, coalesce(ended, started)))) + INTERVAL 1 DAY FROM {spans})"


def write(db: duckdb.DuckDBPyConnection, folder: Path, options: str) -> None:
    """The rows of ``open`` from the stays of a generation; of each midnight one row more that is no stay, so that its day is known."""
    spans = f"'{folder}/spans.parquet'"
    [last] = db.execute(f"SELECT {_LAST.format(spans=spans)}").fetchall()[0]
    last = last or datetime(2000, 1, 1)  # noqa: DTZ001 - inside, the lake speaks UTC without a zone
    first = last - (DAYS - 1) * _DAY
    midnights = f"generate_series(greatest(date_trunc('day', started) + INTERVAL 1 DAY, TIMESTAMP '{first}'), " \
        f"least(coalesce(date_trunc('day', ended), TIMESTAMP '{last}'), TIMESTAMP '{last}'), INTERVAL 1 DAY)"  # fmt: skip
    db.execute(f"""COPY (
        SELECT *, unnest({midnights}) AS bound FROM {spans} WHERE ended IS NULL OR ended >= TIMESTAMP '{first}'
        UNION ALL BY NAME SELECT unnest(generate_series(TIMESTAMP '{first}', TIMESTAMP '{last}', INTERVAL 1 DAY)) AS bound
        ORDER BY bound) TO '{folder}/{OPEN}.parquet' {options}""")


@lru_cache(16)
def kept(folder: Path) -> tuple[datetime, datetime] | None:
    """The first and the last midnight of a generation; a generation is never written again."""
    row = duckdb.execute(f"SELECT min(bound), max(bound) FROM '{folder}/{OPEN}.parquet'").fetchone()
    return (row[0], row[1]) if row and row[0] else None


def stock_query(chosen: Sequence[Metric], ask: Ask, folder: Path) -> Query | None:
    """The query of stocks over the kept midnights; None where a moment lies before the first."""
    known, moments = kept(folder), bounds(ask)
    if known is None or not moments or min(moments) < known[0]:
        return None
    last = known[1]
    bases = sorted({min(_midnight(moment), last) for moment in moments})
    days = ", ".join(f"TIMESTAMP '{base}'" for base in bases)
    of_day = f"least(date_trunc('day', {{0}}), TIMESTAMP '{last}')"
    rows = f"SELECT *, bound AS base FROM {PLACE} WHERE bound IN ({days})"
    if any(moment not in bases for moment in moments):
        since, day = bases[0], of_day.format("started")
        rows += (
            f" UNION ALL BY NAME SELECT *, {day} AS base FROM '{FOLDER}/spans.parquet' "
            f"WHERE started >= TIMESTAMP '{since}' AND {day} IN ({days})"
        )
    plain = compile_metrics(chosen, ask)
    sql = plain.sql.replace(f"{PLACE} AS r", f"({rows}) AS r")
    sql = sql.replace(OPEN_THEN, f"({OPEN_THEN} AND r.base = {of_day.format('moments.t')})")
    return msgspec.structs.replace(plain, sql=sql, relation=OPEN)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
