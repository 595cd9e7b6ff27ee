"""The last look: does any table, anywhere, still hold a word that names the person? Every text column is asked, not those we think of.

What is found is counted by place and kept with the proof; on a hold, in a message that still waits for the platform, or in what another
person wrote, a name may rightly stand.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from watchfloor.detection import lakes

SKIPPED = ("law_erasure",)  # the proof itself holds counts only
_COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns AS c
JOIN information_schema.tables AS t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = ANY(%s) ORDER BY 1, 2
"""
TEXTS = ["text", "character varying", "json", "jsonb", "ARRAY", "bytea"]


def in_tables(marks: Iterable[str]) -> dict[str, int]:
    """How many rows of each table hold one of these words."""
    words = sorted(set(marks))
    if not words:
        return {}
    columns: dict[str, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [TEXTS])
        for table, column, kind in cursor.fetchall():
            columns.setdefault(table, []).append((column, kind))
    found = {}
    for table, those in columns.items():
        if table in SKIPPED:
            continue
        asked = sql.SQL(" OR ").join(_says(column, kind) for column, kind in those)
        statement = sql.SQL(
            "SELECT count(*) FROM {table} AS t WHERE EXISTS (SELECT FROM unnest({words}::text[]) AS m WHERE {asked})"
        ).format(table=sql.Identifier(table), words=sql.Literal(words), asked=asked)
        with connection.cursor() as cursor:
            cursor.execute(statement)
            count = int(cursor.fetchone()[0])
        if count:
            found[table] = count
    return found


def in_lake(marks: Iterable[str]) -> int:
    """How many events of the lake hold one of these words, be it that another person's event names them."""
    import polars as pl

    words = sorted(set(marks))
    count = 0
    for each in lakes.files() if words else ():
        frame = pl.read_parquet(each.path, hive_partitioning=False)
        texts = [name for name, kind in frame.schema.items() if kind == pl.String]
        says = [pl.col(name).str.contains_any(words).fill_null(False) for name in texts]
        count += len(frame.filter(pl.any_horizontal(says))) if says else 0
    return count


def _says(column: str, kind: str) -> sql.Composed:
    place = sql.SQL("t.{}").format(sql.Identifier(column))
    if kind == "bytea":
        return sql.SQL("position(convert_to(m, 'UTF8') in {}) > 0").format(place)
    return sql.SQL("strpos({}::text, m) > 0").format(place)
