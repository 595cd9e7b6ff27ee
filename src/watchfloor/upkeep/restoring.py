"""Bringing a backup back into an empty data folder (and an empty database), proved by the Merkle root it was taken with.

A note in the folder says that a restore is under way; while it is there nothing else starts, and the next restore begins from nothing.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.platform import config
from watchfloor.platform.filelock import locked
from watchfloor.platform.postgres import Embedded
from watchfloor.platform.unfinished import NOTE
from watchfloor.upkeep import archive, dumping, sealed_rows
from watchfloor.upkeep.backups import DATABASE, FORMAT, Manifest, Watcher, root_at

PART = "restore.part"


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, and what was checked of it."""

    taken_at: str
    version: str
    events: int
    root: str
    files: int
    facts_written_anew: int
    problems: list[str]


def restore(path: Path, *, passphrase: str, watch: Watcher) -> Restored:
    """Put a backup where nothing is.

    Raises:
        BadInput: the file is no whole backup; nothing was changed.
        Conflict: something is there already, or runs.
    """
    home = config.home()
    with locked(home / "serve.lock", timeout=0):
        manifest = _looked_through(path, passphrase, watch)
        _insist_on_nothing(home)
        (home / NOTE).write_text(f"from {path}\n")
        _sync(home / NOTE)
        files = _laid(path, passphrase, home, manifest, watch)
        _insist_on_known(manifest)
        if dumping.embedded():
            home.chmod(0o711 if os.geteuid() == 0 else 0o700)  # the database may run as another account
            Embedded(home).start()
        elif not dumping.empty():
            raise Conflict("database_in_use", "The database of DATABASE_URL is not empty.", hint="Name an empty one.")
        watch.begin("Database", 1)
        last = [0]

        def loaded(done: int, total: int) -> None:
            if not last[0]:
                watch.begin("Database", total)
            watch.step(done - last[0])
            last[0] = done

        dumping.load(home / PART / DATABASE, loaded)
        shutil.rmtree(home / PART)
        found = _checked(manifest, files, watch)
        from django.db import connections

        connections.close_all()
        if dumping.embedded():
            Embedded(home).stop()  # the folder may be moved to its place now
        os.sync()
        (home / NOTE).unlink()
        return found


def _looked_through(path: Path, passphrase: str, watch: Watcher) -> Manifest:
    """All of it is read before anything is written: a backup that is cut off is refused now."""
    if not path.is_file():
        raise BadInput("no_file", f"There is no file {path}.", where="FROM")
    watch.begin("Looking through the backup", max(1, path.stat().st_size // 1_000_000))
    manifest, dumped, seen = None, False, 0
    for name, number, data in archive.read(path, passphrase):
        if name == archive.BEGIN:
            try:
                manifest = msgspec.json.decode(data, type=Manifest)
            except msgspec.MsgspecError as problem:
                raise archive.damaged(path, str(problem)) from None
        elif manifest is None:
            break
        dumped |= name == DATABASE and number == 0
        before, seen = seen, seen + len(data)
        watch.step(seen // 1_000_000 - before // 1_000_000)
    if manifest is None or not dumped:
        raise archive.damaged(path, "it was not written by watchfloor backup")
    if manifest.format > FORMAT:
        raise BadInput(
            "newer_backup", f"It was written by Watchfloor {manifest.version}.", hint="Install that version."
        )
    return manifest


def _insist_on_nothing(home: Path) -> None:
    """An empty place, or what an unfinished restore left, which goes."""
    if (home / NOTE).exists():
        if dumping.embedded():
            Embedded(home).stop("immediate")
        else:
            dumping.clear()
        for each in home.iterdir():
            if each.is_dir():
                shutil.rmtree(each)
        return
    if (home / "pg").exists() or (home / "keys" / "ledger.key").exists() or (home / "media").exists():
        raise Conflict(
            "home_in_use", f"{home} holds an installation already.",
            hint="Restore into a new folder (WATCHFLOOR_HOME), or move this one away first.",
        )  # fmt: skip
    if not dumping.embedded() and not dumping.empty():
        raise Conflict("database_in_use", "The database of DATABASE_URL is not empty.", hint="Name an empty one.")


def _laid(path: Path, passphrase: str, home: Path, manifest: Manifest, watch: Watcher) -> int:
    watch.begin("Files", max(1, path.stat().st_size // 1_000_000))
    files = seen = 0
    for name, number, data in archive.read(path, passphrase):
        before, seen = seen, seen + len(data)
        watch.step(seen // 1_000_000 - before // 1_000_000)
        if name == archive.BEGIN:
            continue
        place = (home / PART / DATABASE) if name == DATABASE else home / name
        if ".." in Path(name).parts or not place.is_relative_to(home):
            raise archive.damaged(path, f"{name!r} is no place in a data folder")
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(
            os.open(place, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if number == 0 else os.O_APPEND), 0o600), "wb"
        ) as out:
            out.write(data)
        files += number == 0 and name != DATABASE
    return files


def _insist_on_known(manifest: Manifest) -> None:
    """A schema that is newer than this program cannot be served by it."""
    from watchfloor.platform.setup import setup

    setup()
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations or {}}
    known |= {
        f"{app}.{name}" for migration in (loader.disk_migrations or {}).values() for app, name in migration.replaces
    }
    newer = [name for name in manifest.migrations if name not in known]
    if newer:
        raise BadInput(
            "newer_backup", f"It was taken by Watchfloor {manifest.version}, whose schema this one does not know ({newer[0]}).",
            hint="Install that version or a later one, and restore again.",
        )  # fmt: skip


def _checked(manifest: Manifest, files: int, watch: Watcher) -> Restored:
    from django.core.management import call_command

    from watchfloor.insight import facts
    from watchfloor.insight.models import FactFile
    from watchfloor.ledger import store
    from watchfloor.ledger.verify import verify

    call_command("migrate", verbosity=0, interactive=False)
    problems = []
    if root_at(manifest.events) != manifest.root:
        problems.append(f"The log's root at {manifest.events:,} events is not the one the backup was taken with.")
    watch.begin("Checking the ledger", max(1, store.size()))
    done = [0]

    def checked(now: int) -> None:
        watch.step(now - done[0])
        done[0] = now

    problems += sealed_rows.wrong()
    if "keys" in manifest.without:
        problems.append(
            "Checkpoints were not checked: the backup is without keys. Put keys/ back and run watchfloor ledger verify."
        )
    else:
        problems += verify(checked).problems
    listed = FactFile.objects.filter(replaced_at__isnull=True).values_list("path", flat=True)
    anew = 0
    if any(not (facts.folder() / each).is_file() for each in listed):
        watch.begin("Writing facts anew", max(1, store.size()))
        anew = facts.rebuild()
    return Restored(
        taken_at=manifest.taken_at.isoformat(), version=manifest.version, events=manifest.events, root=manifest.root, files=files,
        facts_written_anew=anew, problems=problems,
    )  # fmt: skip


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
