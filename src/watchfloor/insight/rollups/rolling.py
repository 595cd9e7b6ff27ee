"""Adds rows up: a table's hours for every set of dimensions, its values as they are, and of the values a sketch a day.

What a row counts for is worked out once, not once for each set, and a set is added up from the smallest one that has its dimensions.
"""

from __future__ import annotations

import duckdb

from watchfloor.insight.dialects import DUCK
from watchfloor.insight.dialects.expressions import either
from watchfloor.insight.parts import Part
from watchfloor.insight.rollups import shapes
from watchfloor.insight.rollups.shapes import ALWAYS, EVERY, Table
from watchfloor.insight.rollups.sketch import bucket_sql

VALUES, DAYS = "-values", "-days"


def file_of(table: Table, names: tuple[str, ...], what: str = "") -> str:
    """The name of a table's file for a set of dimensions: hours of counts and sums, or ``DAYS`` of sketches; or of all ``VALUES``."""
    return f"{table.name}-{'' if what == VALUES else '-' + ('-'.join(names) or 'all')}{what}.parquet"


def sketched() -> list[tuple[str, ...]]:
    """The sets with sketches, those that others are added up from first."""
    return [names for names in _biggest_first() if names in shapes.SKETCHED]


def roll(db: duckdb.DuckDBPyConnection, table: Table, source: str, condition: str) -> None:
    """Add the rows of a source to the hours of every set of a table, and their values to its values."""
    marks = [f"CASE WHEN {DUCK.write(p.where)} THEN {_worth(p)} END AS {name}" for name, p in table.cells.items()]
    marks += [
        f"CASE WHEN {DUCK.write(p.where)} THEN {bucket_sql(DUCK.write(p.field))} END AS b_{number}"
        for number, p in table.sketches.items()
    ]
    dimensions = ", ".join((*EVERY, ALWAYS))
    db.execute(f"""CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT date_trunc('hour', {table.clock}) AS hour, {dimensions}, {", ".join(marks)} FROM {source}
        WHERE {table.clock} IS NOT NULL AND ({condition}) AND ({DUCK.write(either(table.population()))})""")
    first = ", ".join(
        f"{'count' if p.kind == 'count' else 'sum'}({name})::BIGINT AS {name}" for name, p in table.cells.items()
    )
    again = ", ".join(f"sum({name})::BIGINT AS {name}" for name in table.cells)
    made: dict[tuple[str, ...], int] = {}
    for number, names in enumerate((shapes.USUAL, *_biggest_first())):
        keys = ", ".join((*names, ALWAYS))
        parents = [each for each in made if set(names) <= set(each)]
        parent = min(parents, key=lambda each: made[each]) if parents else None
        rows, columns = ("chosen", first) if parent is None else (f'"made {" ".join(parent)}"', again)
        target = f'"made {" ".join(names)}"'
        db.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT hour, {keys}, {columns} FROM {rows} GROUP BY ALL")
        made[names] = _rows(db, target)
        if number:
            _add(db, file_of(table, names), f"SELECT * FROM {target}")
    for names in made:
        db.execute(f'DROP TABLE "made {" ".join(names)}"')
    for number in table.sketches:
        _add(
            db, file_of(table, (), VALUES),
            f"SELECT hour, {dimensions}, {number}::INTEGER AS sketch, b_{number} AS bucket, 1::INTEGER AS n FROM chosen "
            f"WHERE b_{number} IS NOT NULL",
        )  # fmt: skip
    db.execute("DROP TABLE chosen")


def sketch_days(db: duckdb.DuckDBPyConnection, table: Table, condition: str) -> None:
    """Make the sketches of the days whose hours meet a condition, of the table's values."""
    values = file_of(table, (), VALUES)
    made: list[tuple[str, ...]] = []
    for names in sketched():
        keys = ", ".join((*names, ALWAYS))
        parent = next((each for each in reversed(made) if set(names) <= set(each)), None)
        rows = f'"{values}" WHERE {condition}' if parent is None else f'"{file_of(table, parent, DAYS)}"'
        _add(
            db, file_of(table, names, DAYS),
            f"SELECT date_trunc('day', hour) AS hour, {keys}, sketch, bucket, sum(n)::INTEGER AS n FROM {rows} GROUP BY ALL",
        )  # fmt: skip
        made.append(names)


def _biggest_first() -> list[tuple[str, ...]]:
    return sorted(shapes.SETS, key=lambda names: -len(names))


def _worth(part: Part) -> str:
    return "1::UTINYINT" if part.kind == "count" else f"({DUCK.write(part.field)})"


def _rows(db: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])


def _add(db: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    known = db.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = $name", {"name": name}).fetchone()
    db.execute(f'INSERT INTO "{name}" {sql}' if known else f'CREATE TABLE "{name}" AS {sql}')
