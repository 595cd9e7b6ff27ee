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
from watchfloor.insight.relations import DECISIVE, RELATIONS
from watchfloor.insight.rollups import opened, shapes
from watchfloor.insight.rollups.rolling import DAYS, VALUES, file_of, roll, sketch_days, sketched
from watchfloor.insight.rollups.shapes import Table, tables
from watchfloor.insight.schema import NOTHING

PORTION = 4_000_000  # facts of which relations are derived at once
HOURS = 2_000_000  # facts that are rolled up at once
MEMORY = "3GB"
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
KEPT = "kept.parquet"
# A reader skips groups of rows by what it asks for: stays that were over by then.
_ORDER = {"spans": " ORDER BY ended NULLS LAST", "solves": " ORDER BY moment"}
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
        db.execute(f'CREATE TABLE "{KEPT}" AS SELECT * FROM {_files([])}')
        _again(db, folder)
        portions = list(_portions(parts)) or [[]]
        for place, paths in enumerate(portions):
            progress("facts", place, len(portions))
            _load(db, paths, f"leaf < {until}")
            for table in tables():
                if table.source == "facts":
                    roll(db, table, "portion", "true")
            db.execute(f'INSERT INTO "{KEPT}" SELECT * FROM portion WHERE {DUCK.write(shapes.kept())}')
        for table in tables():
            progress(table.name, 0, 1)
            if table.source != "facts":
                roll(db, table, f"'{folder}/{table.source}.parquet'", "true")
            if table.sketches:
                sketch_days(db, table, "true")
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
        _again(db, folder)
        for table in tables():
            progress(table.name, 0, 1)
            if table.source == "facts":
                db.execute(f'CREATE TABLE "touched:{table.name}" AS SELECT hour FROM touched_facts')
                roll(
                    db,
                    table,
                    "portion",
                    f"date_trunc('hour', {table.clock}) IN (SELECT hour FROM \"touched:{table.name}\")",
                )
            else:
                _touched_hours(db, table, before, folder)
                roll(
                    db, table, f"'{folder}/{table.source}.parquet'",
                    f'date_trunc(\'hour\', {table.clock}) IN (SELECT hour FROM "touched:{table.name}")',
                )  # fmt: skip
        for table in tables():
            _keep(db, table, before)
        db.execute(f"""CREATE TABLE "{KEPT}" AS SELECT * FROM '{before}/{KEPT}'
            UNION ALL BY NAME SELECT * FROM fresh WHERE {DUCK.write(shapes.kept())}""")
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


def _relations(
    db: duckdb.DuckDBPyConnection, parts: list[FactPart], until: int, folder: Path, progress: Progress
) -> None:
    """The derived relations, by portions of cases (of decisions by their own name: an appeal may name no case)."""
    portions = max(1, -(-sum(part.rows for part in parts) // PORTION))
    paths = [part.path for part in parts]
    cases = _parted(db, paths, until, "coalesce(case_id, job_id)", portions, folder / "scratch" / "cases")
    for place, files in enumerate(cases):
        progress("relations", place, portions)
        _load(db, files, f"leaf < {until}", "history")
        for name, sql in RELATIONS.items():
            head = f"CREATE TABLE {name} AS" if place == 0 else f"INSERT INTO {name}"
            if name != "decisions":
                db.execute(f"{head} WITH facts AS (SELECT * FROM history) {sql}")
    db.execute("DROP TABLE history")
    shutil.rmtree(folder / "scratch" / "cases", ignore_errors=True)
    decisions = _parted(
        db, paths, until, "coalesce(decision_id, case_id)", portions, folder / "scratch" / "decisions", DECISIVE
    )
    for place, files in enumerate(decisions):
        progress("decisions", place, portions)
        head = "CREATE TABLE decisions AS" if place == 0 else "INSERT INTO decisions"
        db.execute(
            f"{head} WITH facts AS (SELECT * FROM {_files(files)} WHERE leaf < {until}) {RELATIONS['decisions']}",
            _given(files),
        )
    shutil.rmtree(folder / "scratch" / "decisions", ignore_errors=True)
    for name in RELATIONS:
        db.execute(f"COPY (SELECT * FROM {name}{_ORDER.get(name, '')}) TO '{folder}/{name}.parquet' {_PARQUET}")
        db.execute(f"DROP TABLE {name}")


def _parted(
    db: duckdb.DuckDBPyConnection,
    paths: list[str],
    until: int,
    key: str,
    portions: int,
    target: Path,
    wanted: str = "true",
) -> list[list[str]]:
    """The files of each portion, put apart in one pass: to read all facts for each would cost the square of their number."""
    if portions == 1:
        return [paths]
    # Rows wait in memory until so many are of one portion; with many portions what waits would not fit, and be written twice.
    db.execute(f"SET partitioned_write_flush_threshold = {max(1, PORTION // (8 * portions))}")
    db.execute(
        f"""COPY (SELECT *, hash({key}) % {portions} AS portion FROM {_files(paths)} WHERE leaf < {until} AND {wanted})
        TO '{target}' (FORMAT parquet, PARTITION_BY (portion))""",
        _given(paths),
    )
    return [sorted(map(str, (target / f"portion={place}").glob("*.parquet"))) for place in range(portions)]


def _again(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The rows of relations in which something stands again that a number counts but once."""
    for (source, _), once in shapes.ONCE.items():
        db.execute(f"""COPY (SELECT * FROM '{folder}/{source}.parquet' WHERE NOT ({DUCK.write(once)}))
            TO '{folder}/{shapes.again_of(source)}.parquet' {_PARQUET}""")


def _files(paths: list[str]) -> str:
    return "read_parquet($files, hive_partitioning = false)" if paths else f"({NOTHING})"


def _given(paths: list[str]) -> dict[str, list[str]] | None:
    return {"files": paths} if paths else None


def _load(db: duckdb.DuckDBPyConnection, paths: list[str], condition: str, name: str = "portion") -> None:
    db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {_files(paths)} WHERE {condition}", _given(paths))


def _touched_cases(db: duckdb.DuckDBPyConnection, before: Path) -> None:
    """Cases that something new was said of, by their own name or by that of a decision."""
    db.execute(f"""CREATE TABLE touched AS
        SELECT case_id FROM fresh WHERE case_id IS NOT NULL
        UNION SELECT case_id FROM '{before}/decisions.parquet' WHERE decision_id IN (SELECT decision_id FROM fresh)
        UNION SELECT case_id FROM '{before}/jobs.parquet' WHERE job_id IN (SELECT job_id FROM fresh)""")


def _facts_of_cases(db: duckdb.DuckDBPyConnection, paths: list[str], until: int) -> None:
    """All facts that relations of the touched cases are derived from."""
    db.execute(
        f"""CREATE TABLE facts AS SELECT * FROM {_files(paths)} WHERE leaf < {until}
        AND case_id IN (SELECT case_id FROM touched)""",
        _given(paths),
    )
    db.execute(
        f"""INSERT INTO facts SELECT * FROM {_files(paths)} WHERE leaf < {until}
        AND (case_id IS NULL OR case_id NOT IN (SELECT case_id FROM touched))
        AND type IN ('appeal.filed', 'decision.superseded')
        AND decision_id IN (SELECT decision_id FROM facts WHERE type = 'decision.made')""",
        _given(paths),
    )


def _renew(db: duckdb.DuckDBPyConnection, name: str, before: Path, folder: Path) -> None:
    """A relation with the touched cases' rows exchanged; what they were is kept for a moment, for its hours."""
    old = f"'{before}/{name}.parquet'"
    db.execute(f'CREATE TABLE "old:{name}" AS SELECT * FROM {old} WHERE case_id IN (SELECT case_id FROM touched)')
    db.execute(
        f'CREATE TABLE "new:{name}" AS SELECT * FROM ({RELATIONS[name]}) WHERE case_id IN (SELECT case_id FROM touched)'
    )
    db.execute(f"""COPY (SELECT * FROM {old} WHERE case_id IS NULL OR case_id NOT IN (SELECT case_id FROM touched)
        UNION ALL BY NAME SELECT * FROM "new:{name}"{_ORDER.get(name, "")}) TO '{folder}/{name}.parquet' {_PARQUET}""")


def _touched_hours(db: duckdb.DuckDBPyConnection, table: Table, before: Path, folder: Path) -> None:
    hour = f"date_trunc('hour', {table.clock}) AS hour"
    db.execute(f"""CREATE TABLE "touched:{table.name}" AS SELECT {hour} FROM "old:{table.source}" WHERE {table.clock} IS NOT NULL
        UNION SELECT {hour} FROM "new:{table.source}" WHERE {table.clock} IS NOT NULL""")


def _keep(db: duckdb.DuckDBPyConnection, table: Table, before: Path) -> None:
    """The hours of the generation before that nothing touched; then the days with hours that something did."""
    touched = f'SELECT hour FROM "touched:{table.name}"'
    days = f"SELECT date_trunc('day', hour) FROM \"touched:{table.name}\""
    hourly = [file_of(table, names) for names in shapes.SETS]
    if table.sketches:
        hourly.append(file_of(table, (), VALUES))
    for name in hourly:
        db.execute(f"INSERT INTO \"{name}\" BY NAME SELECT * FROM '{before}/{name}' WHERE hour NOT IN ({touched})")
    if table.sketches:
        sketch_days(db, table, f"date_trunc('day', hour) IN ({days})")
        for name in (file_of(table, names, DAYS) for names in sketched()):
            db.execute(f"INSERT INTO \"{name}\" BY NAME SELECT * FROM '{before}/{name}' WHERE hour NOT IN ({days})")


def _write(db: duckdb.DuckDBPyConnection, folder: Path, late: list[datetime], progress: Progress) -> Built:
    names = [
        name
        for (name,) in db.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%.parquet'").fetchall()
    ]
    opened.write(db, folder, _PARQUET)
    rows = 0
    for place, name in enumerate(names):
        progress("files", place, len(names))
        order = (
            "moment"
            if name == KEPT
            else "sketch, hour"
            if name.endswith((f"{VALUES}.parquet", f"{DAYS}.parquet"))
            else "hour"
        )
        db.execute(f"COPY (SELECT * FROM \"{name}\" ORDER BY {order}) TO '{folder}/{name}' {_PARQUET}")
        rows += db.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
    return Built(rows, sum(path.stat().st_size for path in folder.glob("*.parquet")), late)
