"""Makes a generation: from all facts, or from the generation before and the facts since, whose hours and cases alone are counted anew.

Everything is done by a DuckDB of its own, with a bounded memory and a scratch folder, in portions: facts by hours, relations by a hash
of the case. So a lake that is bigger than memory is rolled up all the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import msgspec

from watchfloor.insight.dialects import DUCK
from watchfloor.insight.dialects.expressions import either
from watchfloor.insight.parts import Part
from watchfloor.insight.relations import RELATIONS
from watchfloor.insight.rollups import shapes
from watchfloor.insight.rollups.shapes import ALWAYS, Table, tables
from watchfloor.insight.rollups.sketch import bucket_sql
from watchfloor.insight.schema import SCHEMA

PORTION = 4_000_000  # facts of which relations are derived at once
HOURS = 2_000_000  # facts that are rolled up at once
MEMORY = "3GB"
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
Progress = Callable[[str, int, int], None]


class FactPart(msgspec.Struct, frozen=True):
    """A fact file, with the hour its rows lie in."""

    path: str
    hour: datetime  # UTC without zone
    rows: int


class Built(msgspec.Struct, frozen=True):
    """What a generation holds; ``late`` are hours of the past that were counted anew."""

    rows: int
    size: int
    late: list[datetime]


def quiet(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@contextmanager
def engine(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB on disk that is thrown away."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    database = duckdb.connect(str(scratch / "build.duckdb"))
    try:
        database.execute(f"SET memory_limit = '{MEMORY}'; SET threads = 2; SET TimeZone = 'UTC'")
        database.execute(f"SET temp_directory = '{scratch}'; SET preserve_insertion_order = false")
        database.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        yield database
    finally:
        database.close()
        shutil.rmtree(scratch, ignore_errors=True)


def from_all(parts: list[FactPart], until: int, folder: Path, progress: Progress = quiet) -> Built:
    """A generation of the facts below leaf ``until``."""
    folder.mkdir(parents=True)
    with engine(folder / "scratch") as db:
        _relations(db, parts, until, folder, progress)
        portions = list(_portions(parts))
        for place, paths in enumerate(portions):
            progress("facts", place, len(portions))
            _load(db, paths, f"leaf < {until}")
            for table in tables():
                if table.source == "facts":
                    _roll(db, table, "portion", "true")
        for table in tables():
            progress(table.name, 0, 1)
            if table.source != "facts":
                _roll(db, table, f"'{folder}/{table.source}.parquet'", "true")
        return _write(db, folder, [], progress)


def from_before(
    before: Path, parts: list[FactPart], since: int, until: int, folder: Path, progress: Progress = quiet
) -> Built:
    """The next generation: ``before`` holds the facts below ``since``; those from there to ``until`` have come since."""
    folder.mkdir(parents=True)
    every = [part.path for part in parts]
    with engine(folder / "scratch") as db:
        _load(db, every, f"leaf >= {since} AND leaf < {until}", "fresh")
        hours = [row[0] for row in db.execute("SELECT DISTINCT date_trunc('hour', moment) FROM fresh").fetchall()]
        newest = db.execute(f"SELECT max(hour) FROM '{before}/facts-moment--all.parquet'").fetchone()
        last = newest[0] if newest and newest[0] else min(hours, default=None)
        db.execute("CREATE TABLE touched_facts AS SELECT DISTINCT date_trunc('hour', moment) AS hour FROM fresh")
        wanted = set(hours)
        _load(db, [part.path for part in parts if part.hour in wanted], f"leaf < {until}")
        _touched_cases(db, before)
        _facts_of_cases(db, every, until)
        for name in RELATIONS:
            progress(name, 0, 1)
            _renew(db, name, before, folder)
        for table in tables():
            progress(table.name, 0, 1)
            if table.source == "facts":
                db.execute(f'CREATE TABLE "touched:{table.name}" AS SELECT hour FROM touched_facts')
                _roll(
                    db,
                    table,
                    "portion",
                    f"date_trunc('hour', {table.clock}) IN (SELECT hour FROM \"touched:{table.name}\")",
                )
            else:
                _touched_hours(db, table, before, folder)
                _roll(
                    db, table, f"'{folder}/{table.source}.parquet'",
                    f'date_trunc(\'hour\', {table.clock}) IN (SELECT hour FROM "touched:{table.name}")',
                )  # fmt: skip
        for table in tables():
            _keep(db, table, before)
        return _write(db, folder, sorted(hour for hour in hours if last and hour < last - timedelta(hours=1)), progress)


def _portions(parts: list[FactPart]) -> Iterator[list[str]]:
    """Files of whole hours, about ``HOURS`` facts at a time."""
    paths: list[str] = []
    rows, hour = 0, None
    for part in sorted(parts, key=lambda each: each.hour):
        if rows >= HOURS and part.hour != hour:
            yield paths
            paths, rows = [], 0
        paths.append(part.path)
        rows, hour = rows + part.rows, part.hour
    if paths:
        yield paths


def file_of(table: Table, names: tuple[str, ...], what: str = "") -> str:
    """The name of a table's file for a set of dimensions."""
    return f"{table.name}--{'-'.join(names) or 'all'}{what}.parquet"


def _relations(
    db: duckdb.DuckDBPyConnection, parts: list[FactPart], until: int, folder: Path, progress: Progress
) -> None:
    portions = max(1, -(-sum(part.rows for part in parts) // PORTION))
    paths = [part.path for part in parts]
    for name, sql in RELATIONS.items():
        for place in range(portions):
            progress(name, place, portions)
            key = "coalesce(decision_id, case_id)" if name == "decisions" else "coalesce(case_id, job_id)"
            facts = f"SELECT * FROM read_parquet($files, hive_partitioning = false) WHERE leaf < {until}"
            if portions > 1:
                facts += f" AND hash({key}) % {portions} = {place}"
            head = f"CREATE TABLE {name} AS" if place == 0 else f"INSERT INTO {name}"
            db.execute(f"{head} WITH facts AS ({facts}) {sql}", {"files": paths} if paths else None)
        db.execute(f"COPY (SELECT * FROM {name}) TO '{folder}/{name}.parquet' {_PARQUET}")
        db.execute(f"DROP TABLE {name}")


def _load(db: duckdb.DuckDBPyConnection, paths: list[str], condition: str, name: str = "portion") -> None:
    if not paths:
        columns = ", ".join(f"NULL::{_DUCK.get(str(kind), 'TIMESTAMP')} AS {column}" for column, kind in SCHEMA.items())
        db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM (SELECT {columns}) WHERE false")
        return
    db.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM read_parquet($files, hive_partitioning = false) WHERE {condition}",
        {"files": paths},
    )


_DUCK = {"Int64": "BIGINT", "Int32": "INTEGER", "Int16": "SMALLINT", "String": "VARCHAR", "Boolean": "BOOLEAN"}


def _touched_cases(db: duckdb.DuckDBPyConnection, before: Path) -> None:
    """Cases that something new was said of, by their own name or by that of a decision."""
    db.execute(f"""CREATE TABLE touched AS
        SELECT case_id FROM fresh WHERE case_id IS NOT NULL
        UNION SELECT case_id FROM '{before}/decisions.parquet' WHERE decision_id IN (SELECT decision_id FROM fresh)
        UNION SELECT case_id FROM '{before}/jobs.parquet' WHERE job_id IN (SELECT job_id FROM fresh)""")


def _facts_of_cases(db: duckdb.DuckDBPyConnection, paths: list[str], until: int) -> None:
    """All facts that relations of the touched cases are derived from."""
    db.execute(
        f"""CREATE TABLE facts AS SELECT * FROM read_parquet($files, hive_partitioning = false) WHERE leaf < {until}
        AND case_id IN (SELECT case_id FROM touched)""",
        {"files": paths},
    )
    db.execute(
        f"""INSERT INTO facts SELECT * FROM read_parquet($files, hive_partitioning = false) WHERE leaf < {until}
        AND (case_id IS NULL OR case_id NOT IN (SELECT case_id FROM touched))
        AND type IN ('appeal.filed', 'decision.superseded')
        AND decision_id IN (SELECT decision_id FROM facts WHERE type = 'decision.made')""",
        {"files": paths},
    )


def _renew(db: duckdb.DuckDBPyConnection, name: str, before: Path, folder: Path) -> None:
    """A relation with the touched cases' rows exchanged; what they were is kept for a moment, for its hours."""
    old = f"'{before}/{name}.parquet'"
    db.execute(f'CREATE TABLE "old:{name}" AS SELECT * FROM {old} WHERE case_id IN (SELECT case_id FROM touched)')
    db.execute(
        f'CREATE TABLE "new:{name}" AS SELECT * FROM ({RELATIONS[name]}) WHERE case_id IN (SELECT case_id FROM touched)'
    )
    db.execute(f"""COPY (SELECT * FROM {old} WHERE case_id IS NULL OR case_id NOT IN (SELECT case_id FROM touched)
        UNION ALL BY NAME SELECT * FROM "new:{name}") TO '{folder}/{name}.parquet' {_PARQUET}""")


def _touched_hours(db: duckdb.DuckDBPyConnection, table: Table, before: Path, folder: Path) -> None:
    hour = f"date_trunc('hour', {table.clock}) AS hour"
    db.execute(f"""CREATE TABLE "touched:{table.name}" AS SELECT {hour} FROM "old:{table.source}" WHERE {table.clock} IS NOT NULL
        UNION SELECT {hour} FROM "new:{table.source}" WHERE {table.clock} IS NOT NULL""")


def _roll(db: duckdb.DuckDBPyConnection, table: Table, source: str, condition: str) -> None:
    """Add the rows of a source to every set of a table.

    What a row counts for is worked out once, not once for each set; and the sets of the usual dimensions are added up from one cube of
    them all, where that is smaller: what happens to a case in an hour mostly has the same dimensions.
    """
    wanted = DUCK.write(either(table.population()))
    marks = [f"CASE WHEN {DUCK.write(p.where)} THEN {_worth(p)} END AS {name}" for name, p in table.cells.items()]
    marks += [
        f"CASE WHEN {DUCK.write(p.where)} THEN {bucket_sql(DUCK.write(p.field))} END AS b_{number}"
        for number, p in table.sketches.items()
    ]
    every = ", ".join((*sorted({*shapes.USUAL, *(name for names in shapes.SETS for name in names)}), ALWAYS))
    db.execute(f"""CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT date_trunc('hour', {table.clock}) AS hour, {every}, {", ".join(marks)} FROM {source}
        WHERE {table.clock} IS NOT NULL AND ({condition}) AND ({wanted})""")
    counted = ", ".join(
        f"{'count' if p.kind == 'count' else 'sum'}({name})::BIGINT AS {name}" for name, p in table.cells.items()
    )
    summed = ", ".join(f"sum({name})::BIGINT AS {name}" for name in table.cells)
    usual = ", ".join((*shapes.USUAL, ALWAYS))
    db.execute(f"CREATE OR REPLACE TEMP TABLE cube AS SELECT hour, {usual}, {counted} FROM chosen GROUP BY ALL")
    smaller = _rows(db, "cube") < 0.7 * _rows(db, "chosen")
    for names in shapes.SETS:
        keys = ", ".join((*names, ALWAYS))
        from_cube = smaller and set(names) <= set(shapes.USUAL)
        columns, rows = (summed, "cube") if from_cube else (counted, "chosen")
        _add(db, file_of(table, names), f"SELECT hour, {keys}, {columns} FROM {rows} GROUP BY ALL")
        for number in table.sketches if names in shapes.SKETCHED else ():
            _add(
                db, file_of(table, names, "-sketch"),
                f"SELECT hour, {keys}, {number}::INTEGER AS sketch, b_{number} AS bucket, count(*) AS n FROM chosen "
                f"WHERE b_{number} IS NOT NULL GROUP BY ALL",
            )  # fmt: skip
    db.execute("DROP TABLE chosen")
    db.execute("DROP TABLE cube")


def _worth(part: Part) -> str:
    return "1::UTINYINT" if part.kind == "count" else f"({DUCK.write(part.field)})"


def _rows(db: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0])


def _add(db: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    known = db.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = $name", {"name": name}).fetchone()
    db.execute(f'INSERT INTO "{name}" {sql}' if known else f'CREATE TABLE "{name}" AS {sql}')


def _keep(db: duckdb.DuckDBPyConnection, table: Table, before: Path) -> None:
    """The hours of the generation before that nothing touched."""
    for names in shapes.SETS:
        for what in ("", "-sketch") if table.sketches and names in shapes.SKETCHED else ("",):
            name = file_of(table, names, what)
            db.execute(f"""INSERT INTO "{name}" BY NAME SELECT * FROM '{before}/{name}'
                WHERE hour NOT IN (SELECT hour FROM "touched:{table.name}")""")


def _write(db: duckdb.DuckDBPyConnection, folder: Path, late: list[datetime], progress: Progress) -> Built:
    names = [
        name
        for (name,) in db.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%.parquet'").fetchall()
    ]
    rows = 0
    for place, name in enumerate(names):
        progress("files", place, len(names))
        db.execute(f"COPY (SELECT * FROM \"{name}\" ORDER BY hour) TO '{folder}/{name}' {_PARQUET}")
        rows += db.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
    return Built(rows, sum(path.stat().st_size for path in folder.glob("*.parquet")), late)
