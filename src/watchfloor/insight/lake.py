"""DuckDB over the fact files: one embedded engine in each process, and answers kept until the next export.

What is known of a file (80 kB) is not kept: most are read into the table once, and an export comes every two seconds.

Up to ``HOT_ROWS`` facts are held in the process as a compressed table that each export only adds to, with the derived relations
beside it; a bigger lake is read from its Parquet files, of the asked hours only where the query allows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from django.db.models import Sum

from watchfloor.insight import facts, stopping
from watchfloor.insight.compile import FOLDER, PLACE, Query
from watchfloor.insight.models import FactFile
from watchfloor.insight.relations import RELATIONS
from watchfloor.insight.rollups import generations
from watchfloor.insight.schema import NOTHING
from watchfloor.kernel.remembered import RememberedBy

HOT_ROWS = 1_000_000
_KEEP = 512
_THREADS = 2


def _read_rows(_leaf: int) -> int:
    rows: int | None = FactFile.objects.filter(replaced_at__isnull=True).aggregate(n=Sum("rows"))["n"]
    return rows or 0


_rows = RememberedBy(_read_rows, seconds=10)


class _Lake:
    """The process's engine and what it holds."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.readers = ThreadPoolExecutor(_THREADS, "lake")
        self.database = duckdb.connect(":memory:")
        self.database.execute(f"SET threads = {_THREADS}; SET memory_limit = '2GB'; SET TimeZone = 'UTC'")
        # The files are ours alone; nothing may be fetched or installed by a query.
        self.database.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        self.database.execute("ATTACH ':memory:' AS hot (COMPRESS)")
        self.database.execute(f"CREATE TABLE hot.facts AS {NOTHING}")
        self.loaded = 0  # facts of leaves below this are in hot.facts
        self.derived: set[str] = set()
        self.answers: OrderedDict[Any, list[tuple[Any, ...]]] = OrderedDict()

    def warm(self, leaf: int) -> bool:
        """Bring hot.facts up to ``leaf``; False when the lake is too big to be held."""
        if leaf == self.loaded:
            return True
        fresh = FactFile.objects.filter(replaced_at__isnull=True, last__gte=self.loaded, first__lt=leaf)
        if _rows(leaf) > HOT_ROWS or leaf < self.loaded:
            self.cool()
            return False
        files = [str(facts.folder() / path) for path in fresh.values_list("path", flat=True)]
        if files:
            self.database.execute(
                "INSERT INTO hot.facts BY NAME SELECT * FROM read_parquet($files, hive_partitioning = false) "
                "WHERE leaf >= $since AND leaf < $until",
                {"files": files, "since": self.loaded, "until": leaf},
            )
        self.loaded = leaf
        self.derived.clear()
        return True

    def derive(self, name: str) -> None:
        """Make a derived relation's table, once for each state of the facts."""
        if name not in self.derived:
            self.database.execute(
                f"CREATE OR REPLACE TABLE hot.{name} AS WITH facts AS (SELECT * FROM hot.facts) {RELATIONS[name]}"
            )
            self.derived.add(name)

    def cool(self) -> None:
        """Hold nothing."""
        if self.loaded:
            for name in self.derived:
                self.database.execute(f"DROP TABLE hot.{name}")
            self.database.execute("DELETE FROM hot.facts")
            self.derived.clear()
            self.loaded = 0


_guard = threading.Lock()
_lake: _Lake | None = None


def lake() -> _Lake:
    """The process's engine, made when first asked for."""
    global _lake
    with _guard:
        if _lake is None:
            _lake = _Lake()
        return _lake


class State(msgspec.Struct, frozen=True):
    """Which facts an answer is of: those below ``leaf``; held by the process, or with roll-ups in ``folder``, or neither."""

    leaf: int
    hot: bool
    folder: Path | None = None


def state() -> State:
    """What answers are made from now."""
    leaf = facts.exported_leaf()
    here = lake()
    with here.lock:
        if here.warm(leaf):
            return State(leaf, True)
    return _cold(leaf)


def _read_cold(leaf: int) -> State:
    made = generations.current()
    return State(leaf, False) if made is None else State(made.leaf, False, generations.folder() / made.path)


_cold = RememberedBy(_read_cold, seconds=2)


def answer(
    query: Query, start: datetime | None = None, end: datetime | None = None, of: State | None = None
) -> list[tuple[Any, ...]]:
    """The query's rows. ``start`` and ``end`` (UTC without zone) prune files, unless the query needs the whole history."""
    of = of or state()
    key = _key(query, of)
    here = lake()
    with here.lock:
        if key in here.answers:
            here.answers.move_to_end(key)
            return here.answers[key]
        hot = of.hot and here.warm(of.leaf)
        if hot and query.relation in RELATIONS:
            here.derive(query.relation)
        cursor = here.database.cursor()
        if hot:  # read under the lock: the tables must stand still
            name = query.relation if query.relation in RELATIONS else "facts"
            rows = stopping.fetch(cursor, query.sql.replace(PLACE, f"hot.{name}"), query.values)
    if not hot:
        rows = _from_files(query, start, end, of)
    with here.lock:
        here.answers[key] = rows
        while len(here.answers) > _KEEP:
            here.answers.popitem(last=False)
    return rows


def side_by_side(queries: Sequence[Query], of: State) -> None:
    """Read of roll-ups what is not kept yet, several at a time: most of such a query's time is spent on one processor."""
    here = lake()
    with here.lock:
        missing = {key: query for query in queries if (key := _key(query, of)) not in here.answers}
    if len(missing) > 1:
        found = list(here.readers.map(lambda query: _from_files(query, None, None, of), missing.values()))
        with here.lock:
            here.answers.update(zip(missing, found, strict=True))
            while len(here.answers) > _KEEP:
                here.answers.popitem(last=False)


def _key(query: Query, of: State) -> Any:
    return of, query.relation, query.sql, repr(query.values)


def _from_files(query: Query, start: datetime | None, end: datetime | None, of: State) -> list[tuple[Any, ...]]:
    """From roll-ups, from a relation they keep, or from facts, all of the same state."""
    if of.folder is not None and query.relation != "facts":
        name = query.relation.removeprefix("rollup:").removesuffix(".parquet")
        source = f"'{of.folder / name}.parquet'"
        text = query.sql.replace(PLACE, source).replace(FOLDER, str(of.folder))
        return lake().database.cursor().execute(text, query.values).fetchall()
    since = None if query.relation in RELATIONS or start is None else start.replace(tzinfo=UTC)
    until = None if query.relation in RELATIONS or end is None else end.replace(tzinfo=UTC)
    return run(query.sql, query.values, facts.files(since, until), query.relation, below=of.leaf)


def run(
    sql: str, values: dict[str, Any], files: Sequence[str], relation: str = "facts", below: int | None = None
) -> list[tuple[Any, ...]]:
    """Run SQL that speaks of ``facts`` (or of ``{relation}``) over these files, up to leaf ``below``."""
    source = "SELECT * FROM read_parquet($files, hive_partitioning = false)" if files else NOTHING
    source += f" WHERE leaf < {int(below)}" if files and below is not None else ""
    given = {**values, "files": list(files)} if files else values
    text = sql.replace(PLACE, f"({RELATIONS.get(relation, 'SELECT * FROM facts')})")
    return stopping.fetch(lake().database.cursor(), f"WITH facts AS ({source}) {text}", given)


def forget() -> None:
    """Drop what is held and every kept answer (after a rebuild, and between tests)."""
    here = lake()
    _cold.forget()
    _rows.forget()
    with here.lock:
        here.cool()
        here.answers.clear()
