"""New keys for what is sealed: media, mails, reports to NCMEC and credentials are sealed anew; the media's files stay as they are.

A key's file lists both keys while this goes on, the new one first: whatever was sealed opens, whenever it is killed, and the next run
goes on. The old key is dropped when a last look finds that everything opens under the new one alone. What no key opens is left as it
is and counted: it did not open before.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from watchfloor.identity.domain import system
from watchfloor.identity.events import SecretsResealed
from watchfloor.items.media import sealed
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import writing
from watchfloor.platform import config
from watchfloor.platform.durable import whole
from watchfloor.platform.filelock import locked
from watchfloor.upkeep.backups import Watcher
from watchfloor.upkeep.sealed_rows import Column, Sealer, opens, sealers

AT_ONCE = 500
ACTOR = "keys"
WHAT = {
    "django.key": "sessions and signed addresses; a new one signs everybody out",
    "ledger.key": "the ledger's checkpoints",
    "installation.id": "the ledger's name",
    "media-urls.key": "addresses under which media are shown for two minutes",
    "mail-names.key": "hashes by which people who write are known again",
    "atproto.key": "signs labels for clients of the AT Protocol",
    "atproto-session.key": "sessions of clients of the AT Protocol",
    "training.key": "hashes of people in learning records",
    "interop.key": "hashes of what websites asked about",
    "star.key": "hashes of people in the star schema",
    "item-keys": "hashes by which items are found to have something in common",
    "reporters": "hashes of reporters",
    "restrictions": "hashes of who is restricted",
    "campaign-keys": "hashes in campaigns",
}


class Key(msgspec.Struct, frozen=True):
    """One key's file; ``seals``: ``watchfloor keys rotate`` makes a new one."""

    name: str
    made: datetime
    rotating: bool
    what: str
    seals: bool


class Rotated(msgspec.Struct, frozen=True):
    """What was sealed anew; ``went_on``: an earlier rotation had been cut off; ``shut``: opened under no key, as before."""

    name: str
    wrapped: int
    went_on: bool
    shut: int = 0


def listed() -> list[Key]:
    """The keys there are; nothing of what is in them."""
    folder = config.home() / "keys"
    seals = {each.file: each.what for each in sealers()}
    return [
        Key(
            path.name,
            datetime.fromtimestamp(path.stat().st_mtime, UTC),
            len(path.read_text().split()) > 1,
            seals.get(path.name) or WHAT.get(path.name, ""),
            path.name in seals,
        )
        for path in sorted(folder.iterdir() if folder.is_dir() else [])
        if path.is_file() and not path.name.endswith(".tmp")
    ]


def rotate(watch: Watcher, names: Sequence[str] = ()) -> list[Rotated]:
    """New keys for what these seal (all of them unless told); one that never sealed anything is not made.

    Raises:
        BadInput: there is no such key, or it seals nothing.
        Conflict: the floor runs; processes that know the old keys only must end first.
    """
    known = {each.file: each for each in sealers()}
    for name in names:
        if name not in known:
            raise BadInput(
                "unknown_key", f"{name[:60]!r} seals nothing.", where="NAME", hint=f"One of: {', '.join(known)}."
            )
    with locked(config.home() / "serve.lock", timeout=0):
        _insist_on_alone()
        return [
            _rotated(sealer, watch)
            for file, sealer in known.items()
            if (not names or file in names) and (config.home() / "keys" / file).is_file()
        ]


def _rotated(sealer: Sealer, watch: Watcher) -> Rotated:
    lines = config.secrets_of(sealer.file)
    went_on = len(lines) > 1
    if not went_on:
        lines = (secrets.token_urlsafe(48), *lines)
        _write(sealer.file, lines)
    rings = sealer.ring(lines)
    done = [_again(sealer, column, rings, watch) for column in sealer.columns]
    left = [_again(sealer, column, rings, watch) for column in sealer.columns]
    if any(wrapped for wrapped, _shut in left):
        raise Conflict(
            "keys_in_use",
            f"{sum(wrapped for wrapped, _shut in left)} secrets were sealed by somebody meanwhile.",
            hint="Stop every role and run it again.",
        )
    _write(sealer.file, lines[:1])
    return Rotated(sealer.file, sum(wrapped for wrapped, _shut in done), went_on, sum(shut for _, shut in left))


def _again(sealer: Sealer, column: Column, rings: tuple[bytes, ...], watch: Watcher) -> tuple[int, int]:
    """Seal what is not yet under the newest key: how many were, and how many no key opens."""
    rows = column.model._default_manager.filter(**{f"{column.field}__isnull": False}).order_by("pk")
    watch.begin(f"{sealer.file}: {column.model._meta.verbose_name_plural}", max(1, rows.count()))
    done = shut = 0
    after = None
    while True:
        with transaction.atomic():
            here = rows if after is None else rows.filter(pk__gt=after)
            some = list(here.select_for_update()[:AT_ONCE])
            if not some:
                return done, shut
            changed = []
            for row in some:
                if opens(rings[:1], column, row) is not None:
                    continue
                plain = opens(rings[1:], column, row)
                if plain is None:
                    shut += 1
                else:
                    changed.append((row, sealed.wrap(rings[0], plain, column.label(row))))
            _put(sealer, column, changed)
            done += len(changed)
            after = some[-1].pk
            watch.step(len(some))


def _put(sealer: Sealer, column: Column, changed: list[tuple[Any, bytes]]) -> None:
    if not changed:
        return
    if not column.tracked:
        for row, value in changed:
            column.model._default_manager.filter(pk=row.pk).update(**{column.field: value})
        return
    with writing(system(ACTOR)) as w:
        for row, value in changed:
            w.update(row, **{column.field: value})
        w.event(SecretsResealed(what=sealer.file, rows=len(changed)), changed[0][0])


def _write(name: str, known: tuple[str, ...]) -> None:
    path = config.home() / "keys" / name
    with whole(path) as unfinished:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(known))


def _insist_on_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        others = cursor.fetchone()[0]
    if others:
        raise Conflict(
            "floor_runs", f"{others} connections to the database are open.", hint="Stop serve and every role first."
        )
