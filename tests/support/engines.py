"""One definition of a number, asked of three engines: DuckDB, ClickHouse (its engine in process, where chDB is installed), PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection

from watchfloor.insight import lake
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import PLACE, Ask, compile_metrics
from watchfloor.insight.dialects import CLICKHOUSE, POSTGRES
from watchfloor.insight.relations import RELATIONS, written
from watchfloor.insight.schema import SCHEMA

Rows = list[tuple[Any, ...]]


def duckdb(metrics: Sequence[Metric], ask: Ask, file: Path) -> Rows:
    query = compile_metrics(metrics, ask)
    return _plain(lake.run(query.sql, query.values, [str(file)], query.relation))


def clickhouse(metrics: Sequence[Metric], ask: Ask, file: Path) -> Rows:
    query = compile_metrics(metrics, ask, CLICKHOUSE)
    relation = f"({written(query.relation, CLICKHOUSE)})" if query.relation in RELATIONS else "facts"
    session = _session()
    if session.loaded != str(file):
        session.database.query("DROP TABLE IF EXISTS facts")
        session.database.query(f"CREATE TABLE facts ENGINE = Memory AS SELECT * FROM file('{file}', Parquet)")
        session.loaded = str(file)
    found = session.database.query(query.sql.replace(PLACE, relation), "JSONCompact", params=query.values)
    answer = json.loads(str(found))
    kinds = [column["type"] for column in answer["meta"]]
    return _plain(
        [tuple(_typed(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in answer["data"]]
    )


class _Session:
    def __init__(self) -> None:
        from chdb import session

        self.database = session.Session()
        self.loaded = ""


@lru_cache(1)
def _session() -> _Session:
    return _Session()


def _typed(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if "DateTime" in kind:
        return datetime.fromisoformat(value)
    return float(value) if "Int" in kind or "Float" in kind else value


def postgresql(metrics: Sequence[Metric], ask: Ask, file: Path) -> Rows:
    query = compile_metrics(metrics, ask, POSTGRES)
    relation = f"({written(query.relation, POSTGRES)})" if query.relation in RELATIONS else "facts"
    kinds = {
        "Int64": "bigint",
        "Int32": "integer",
        "Int16": "smallint",
        "String": "text",
        "Boolean": "boolean",
        "Float64": "double precision",
    }
    columns = ", ".join(f"{name} {kinds.get(str(kind), 'timestamp')}" for name, kind in SCHEMA.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS facts ({columns})")
        cursor.execute("TRUNCATE facts")
        with cursor.copy(f"COPY facts ({', '.join(SCHEMA)}) FROM STDIN") as copy:
            for row in pl.read_parquet(file).iter_rows():
                copy.write_row(row)
        cursor.execute(query.sql.replace(PLACE, relation), query.values)
        return _plain(cursor.fetchall())


def _plain(rows: Sequence[Sequence[Any]]) -> Rows:
    return [tuple(float(v) if isinstance(v, int) or hasattr(v, "as_tuple") else v for v in row) for row in rows]
