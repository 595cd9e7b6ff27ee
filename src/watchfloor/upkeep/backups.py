"""Taking a backup while the floor serves: one snapshot of the database, then the files it speaks of.

Files are only ever added, and a row that names one is committed after it; so every file the snapshot speaks of is there when they are
copied, after it. What was compacted away meanwhile lies in newer files that say so; facts the snapshot lists and a backup lacks are
written anew by ``restoring``. The Merkle root of the snapshot goes into the backup: a restored log must have it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
import psycopg

from watchfloor import __version__
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config
from watchfloor.platform.durable import whole
from watchfloor.upkeep import archive, dumping

FORMAT = 1
DATABASE = "database.dump"
# Made anew from the rest, or of this moment only.
LEFT_OUT = ("pg", "run", "log", "banks-index", "lake/rollups")
NOTE = "log/last-backup"
OPTIONAL = ("media", "lake", "keys")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup begins with."""

    format: int
    version: str
    taken_at: datetime
    events: int
    root: str
    migrations: list[str]
    without: list[str]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken: the ledger's size and root, files beside the database, bytes, and where it lies (``-``: given out)."""

    path: str
    events: int
    root: str
    files: int
    bytes: int
    sealed: bool
    keys: bool


class Watcher(Protocol):
    """Is told what is being done, and of how much."""

    def begin(self, what: str, total: int) -> None: ...

    def step(self, by: int = 1) -> None: ...


def into(folder: Path, *, passphrase: str, without: Collection[str], watch: Watcher) -> Taken:
    """A new file in a folder: there as a whole, or not at all."""
    if folder.exists() and not folder.is_dir():
        raise BadInput("no_folder", f"{folder} is a file.", where="TO", hint="Name a folder, or - for standard output.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(folder)
    path = folder / f"watchfloor-{clock.now():%Y%m%dT%H%M%S}Z.backup"
    with whole(path) as unfinished, open(os.open(unfinished, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        taken = take(out, passphrase=passphrase, without=without, watch=watch)
        out.flush()  # before it is put in its place
    with whole(config.home() / NOTE) as note:
        note.write_text(clock.now().isoformat())
    return msgspec.structs.replace(taken, path=str(path), bytes=path.stat().st_size)


def last() -> datetime | None:
    """When a backup into a folder was taken last."""
    try:
        return datetime.fromisoformat((config.home() / NOTE).read_text())
    except (OSError, ValueError):
        return None


def take(out: archive.Out, *, passphrase: str, without: Collection[str], watch: Watcher) -> Taken:
    """Into a stream; see ``into``."""
    unknown = set(without) - set(OPTIONAL)
    if unknown:
        what = sorted(unknown)[0]
        raise BadInput("unknown_part", f"{what!r} cannot be left out.", where="--without", hint=", ".join(OPTIONAL))
    with archive.Writer(out, passphrase) as writer, psycopg.connect(dumping.dsn(), connect_timeout=10) as snapshot:
        snapshot.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        name, events, tables = snapshot.execute(
            "SELECT pg_export_snapshot(), (SELECT coalesce(max(number) + 1, 0) FROM ledger_leaf), "
            "(SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace)"
        ).fetchone()  # type: ignore[misc]
        applied = snapshot.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
        manifest = Manifest(
            format=FORMAT, version=__version__, taken_at=clock.now(), events=events, root=root_at(events),
            migrations=[row[0] for row in applied], without=sorted(without),
        )  # fmt: skip
        writer.document(archive.BEGIN, manifest)
        watch.begin("Database", tables)
        with dumping.Dump(name) as dump:
            told = 0
            for _ in writer.file(DATABASE, dump.stream):
                snapshot.rollback()  # pg_dump has it by now, and an idle transaction holds up others
                watch.step(dump.tables() - told)
                told = dump.tables()
        _files(writer, without, watch)
    return Taken(
        path="-", events=events, root=manifest.root, files=writer.files - 1, bytes=writer.bytes, sealed=bool(passphrase),
        keys="keys" not in without,
    )  # fmt: skip


def root_at(events: int) -> str:
    """The Merkle root of so many events, as hex."""
    from watchfloor.ledger import store
    from watchfloor.ledger.merkle import Frontier

    return (store.tree().root(events) if events else Frontier().root()).hex()


def _files(writer: archive.Writer, without: Collection[str], watch: Watcher) -> None:
    """Twice round: what was compacted while we copied is found the second time."""
    done: set[str] = set()
    for what in ("Files", "Files that are new"):
        found = [name for name in names(config.home(), without) if name not in done]
        watch.begin(what, len(found))
        for name in found:
            done.add(name)
            with suppress(FileNotFoundError), (config.home() / name).open("rb") as file:
                for _ in writer.file(name, file):
                    pass
            watch.step()


def names(home: Path, without: Collection[str] = ()) -> Iterator[str]:
    """Files of a data folder that a backup keeps, as names below it."""
    left_out = {*LEFT_OUT, *without}
    for folder, folders, files in os.walk(home):
        here = Path(folder).relative_to(home)
        folders[:] = sorted(
            each
            for each in folders
            if (here / each).as_posix() not in left_out and not each.startswith(("pg.new-", "restore."))
        )
        if here != Path():
            yield from (
                (here / file).as_posix()
                for file in sorted(files)
                if not file.endswith(".tmp") and (Path(folder) / file).is_file()
            )


def _sweep(folder: Path) -> None:
    """Remove what backups that were killed left behind."""
    for path in folder.glob("watchfloor-*.tmp"):
        pid = path.suffixes[-2][1:] if len(path.suffixes) > 1 else ""
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            path.unlink(missing_ok=True)
