"""DuckDB over the fact files: one embedded engine in each process, the files of the asked hours, answers kept by exported leaf."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from watchfloor.insight import facts
from watchfloor.insight.compile import Query
from watchfloor.insight.schema import SCHEMA

_KEEP = 512
_lock = threading.Lock()
_engine: duckdb.DuckDBPyConnection | None = None
_answers: OrderedDict[Any, list[tuple[Any, ...]]] = OrderedDict()
_SQL_TYPES = {"Int64": "BIGINT", "Int32": "INTEGER", "Int16": "SMALLINT", "String": "VARCHAR"}


def engine() -> duckdb.DuckDBPyConnection:
    """A cursor of the process's engine: cheap, and safe in its own thread."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = duckdb.connect(":memory:")
            # The files are ours alone; nothing may be fetched, installed or attached by a query.
            _engine.execute("SET threads = 2; SET memory_limit = '1GB'; SET enable_object_cache = true")
            _engine.execute("SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false")
        return _engine.cursor()


def answer(query: Query, start: datetime | None = None, end: datetime | None = None) -> list[tuple[Any, ...]]:
    """The query's rows. ``start`` and ``end`` (UTC without zone) prune files, unless the query needs the whole history."""
    leaf = facts.exported_leaf()
    key = (leaf, query.sql, repr(query.values))
    with _lock:
        if key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    since = None if query.whole or start is None else start.replace(tzinfo=UTC)
    until = None if query.whole or end is None else end.replace(tzinfo=UTC)
    rows = run(query.sql, query.values, facts.files(since, until))
    with _lock:
        _answers[key] = rows
        while len(_answers) > _KEEP:
            _answers.popitem(last=False)
    return rows


def run(sql: str, values: dict[str, Any], files: Sequence[str]) -> list[tuple[Any, ...]]:
    """Run SQL that speaks of ``facts`` over these files."""
    if files:
        text = f"WITH facts AS (SELECT * FROM read_parquet($files)) {sql}"
        return engine().execute(text, {**values, "files": list(files)}).fetchall()
    columns = ", ".join(f"NULL::{sql_type(kind)} AS {name}" for name, kind in SCHEMA.items())
    return engine().execute(f"WITH facts AS (SELECT * FROM (SELECT {columns}) WHERE false) {sql}", values).fetchall()


def sql_type(kind: Any) -> str:
    """DuckDB's name of a column's type."""
    return _SQL_TYPES.get(str(kind), "TIMESTAMP")


def forget() -> None:
    """Drop kept answers (for tests, and after a rebuild)."""
    with _lock:
        _answers.clear()
