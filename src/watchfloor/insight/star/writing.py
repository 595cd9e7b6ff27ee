"""The star as folders of Parquet: ``DIR/TABLE/part.parquet`` for names, ``DIR/TABLE/date=2026-11-19/part.parquet`` for measures.

``DIR/manifest.json`` says how far the export is, table by table: killed anywhere, the next one goes on with the table it was at. An
export on top of an earlier one writes again only the days of rows that facts since then could have changed. Every file is wholly
there or not at all, so a reader may read while it is written.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight import facts, rights
from watchfloor.insight.compile import used
from watchfloor.insight.schema import DIGEST as FACTS
from watchfloor.insight.schema import NOTHING
from watchfloor.insight.star import making
from watchfloor.insight.star.declaration import Table, quoted
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.platform.durable import whole
from watchfloor.platform.filelock import locked

MANIFEST: Final = "manifest.json"
PERMISSION: Final = "insight.sql"
FORMAT: Final = "watchfloor-star-1"
Tick = Callable[[str, int, int], None]  # table, done, of


class TableDone(msgspec.Struct, kw_only=True):
    """One table as it lies there."""

    kind: str
    doc: str
    columns: list[dict[str, str]]
    leaf: int = 0  # facts below this are in it
    rows: int = 0
    files: dict[str, int] = {}  # path below the folder -> rows


class Manifest(msgspec.Struct, kw_only=True):
    """What lies in a folder. ``written``: files that the last run wrote."""

    format: str = FORMAT
    digest: str
    rights: str
    since: str = ""
    made_at: str = ""
    leaf: int = 0
    written: int = 0
    tables: dict[str, TableDone] = {}


def export(actor: Actor, folder: Path, *, since: date | None = None, tick: Tick | None = None) -> Manifest:
    """Write the star that ``actor`` may see into ``folder``, or bring it up to date.

    Raises:
        Forbidden: the actor may not ask in SQL anywhere.
        BadInput: the folder holds something else.
    """
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "This needs insight.sql.")
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST).exists())):
        raise BadInput(
            "not_empty", f"{folder} holds something else.", where="DIR", hint="Name a new or an empty folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock", timeout=0):
        return _Export(actor, folder, since, tick or (lambda _table, _done, _of: None)).run()


class _Export:
    def __init__(self, actor: Actor, folder: Path, since: date | None, tick: Tick) -> None:
        self.folder, self.since, self.tick = folder, since, tick
        self.allowed, values = rights.condition(actor, PERMISSION)
        self.leaf, self.files = facts.exported_leaf(), facts.files()
        self.values: dict[str, Any] = {**values, "salt": making.salt(), "leaf": self.leaf, "files": self.files}
        self.known = making.known()
        self.manifest = self._begin(repr((self.allowed, sorted(values.items()))))
        self.database = duckdb.connect(":memory:")
        self.database.execute("SET threads = 2; SET memory_limit = '2GB'; SET TimeZone = 'UTC'")
        self.database.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")

    def run(self) -> Manifest:
        """All tables, one after another; after each the manifest says so."""
        self.manifest.written = 0
        self._save()  # from here on the folder is known to be ours
        tables = list(making.TABLES.values())
        for place, table in enumerate(tables):
            self.tick(table.name, place, len(tables))
            if not table.measures:
                self._names(table)
            elif self._measures(table):
                self._save()
        self.manifest.leaf, self.manifest.made_at = self.leaf, clock.now().astimezone(UTC).isoformat(timespec="seconds")
        self._save()
        self.database.close()
        return self.manifest

    def _begin(self, limits: str) -> Manifest:
        since = self.since.isoformat() if self.since else ""
        digest = f"{making.DIGEST}-{FACTS}"
        fresh = Manifest(digest=digest, rights=msgspec.json.encode(limits).decode(), since=since)
        path = self.folder / MANIFEST
        if not path.exists():
            return fresh
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise BadInput("bad_manifest", f"{path} cannot be read.", where="DIR", hint="Name a new folder.") from None
        same = (found.digest, found.rights, found.since) == (fresh.digest, fresh.rights, fresh.since)
        if same and all(each.leaf <= self.leaf for each in found.tables.values()):
            return found
        for name in found.tables:  # other columns, other rights, another span, or facts that were made anew
            if name in making.TABLES:
                shutil.rmtree(self.folder / name, ignore_errors=True)
        return fresh

    def _save(self) -> None:
        with whole(self.folder / MANIFEST) as path:
            path.write_bytes(msgspec.json.format(msgspec.json.encode(self.manifest), indent=1))

    def _done(self, table: Table) -> TableDone:
        found = self.manifest.tables.get(table.name)
        if found is None:
            columns = [{"name": each.name, "type": each.type, "doc": each.doc} for each in table.columns]
            kind = "measures" if table.measures else "names"
            found = self.manifest.tables[table.name] = TableDone(kind=kind, doc=table.doc, columns=columns)
        return found

    def _facts(self) -> str:
        if not self.files:
            return NOTHING
        return "SELECT * FROM read_parquet($files, hive_partitioning = false) WHERE leaf < $leaf"

    def _run(self, sql: str) -> Any:
        return self.database.execute(sql, used(sql, self.values))

    def _make(self, table: Table, more: str = "") -> None:
        sql = making.made(table, self.allowed, self.known, more)
        self._run(f"CREATE OR REPLACE TABLE made AS WITH facts AS ({self._facts()}) SELECT * FROM ({sql})")

    def _names(self, table: Table) -> None:
        done = self._done(table)
        self._make(table)
        path = f"{table.name}/part.parquet"
        done.rows = self._write(path, "SELECT * FROM made ORDER BY 1, 2")
        done.files, done.leaf = {path: done.rows}, self.leaf

    def _measures(self, table: Table) -> bool:
        done = self._done(table)
        if done.leaf == self.leaf and done.files:
            return False
        self._make(table, "r.leaf AS _leaf")
        days = self._days(table, done)
        own = ", ".join(each.name for each in table.columns)
        for day in days:
            path = f"{table.name}/date={day[:4]}-{day[4:6]}-{day[6:]}/part.parquet"
            rows = self._write(path, f"SELECT {own} FROM made WHERE date_key = {int(day)} ORDER BY _leaf")
            if rows:
                done.files[path] = rows
            else:
                done.files.pop(path, None)
                (self.folder / path).unlink(missing_ok=True)
        done.files = dict(sorted(done.files.items()))
        done.rows, done.leaf = sum(done.files.values()), self.leaf
        return True

    def _days(self, table: Table, done: TableDone) -> list[str]:
        """The days to write: all at first; then those that have, or had, a row of something that newer facts speak of."""
        first = f"{self.since:%Y%m%d}" if self.since else "0"
        if not done.files:
            found = self.database.execute("SELECT DISTINCT date_key FROM made").fetchall()
        else:
            newer = f"SELECT * FROM ({self._facts()}) WHERE leaf >= {int(done.leaf)}"
            touched = " OR ".join(f"{own} IN (SELECT {of} FROM ({newer}))" for own, of in table.ids)
            there = ", ".join(quoted(str(self.folder / path)) for path in done.files)
            found = self._run(
                f"SELECT date_key FROM made WHERE _leaf >= {int(done.leaf)} OR {touched} UNION "
                f"SELECT date_key FROM read_parquet([{there}], hive_partitioning = false) WHERE {touched}"
            ).fetchall()
        return sorted(str(row[0]) for row in found if row[0] is not None and row[0] >= int(first))

    def _write(self, path: str, sql: str) -> int:
        """One file; the rows in it. Nothing is written where there are none, but of a table of names."""
        rows = self.database.execute(f"SELECT count(*) FROM ({sql})").fetchone()
        if rows and rows[0]:
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)  # for whoever may read the folder above
            with whole(self.folder / path) as unfinished:
                self.database.execute(f"COPY ({sql}) TO {quoted(str(unfinished))} (FORMAT parquet, COMPRESSION zstd)")
            self.manifest.written += 1
        return int(rows[0]) if rows else 0


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest as others read it."""
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    return found


def day_of(text: str) -> date:
    """A day somebody wrote.

    Raises:
        BadInput: it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadInput("bad_date", f"{text[:40]!r} is no day.", where="--since", hint="Like 2026-11-19.") from None
