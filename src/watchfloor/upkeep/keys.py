"""A new key for the media store: every medium's own key is wrapped anew, the files themselves stay as they are.

The key's file lists both keys while this goes on, the new one first: whatever was wrapped opens, whenever it is killed, and the next run
goes on. The old key is dropped when a last look finds that everything opens under the new one alone.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from watchfloor.items.media import sealed
from watchfloor.kernel.errors import Conflict
from watchfloor.platform import config
from watchfloor.platform.durable import whole
from watchfloor.platform.filelock import locked
from watchfloor.upkeep.backups import Watcher

MEDIA = "media.key"
AT_ONCE = 500
WHAT = {
    "django.key": "sessions and signed addresses; a new one signs everybody out",
    "ledger.key": "the ledger's checkpoints",
    "installation.id": "the ledger's name",
    MEDIA: "the media store; watchfloor keys rotate makes a new one",
    "media-urls.key": "addresses under which media are shown for two minutes",
    "exchanges.key": "credentials of exchanges of hashes",
    "jira.key": "Jira's credentials",
    "cybertip.key": "reports to NCMEC and their credentials",
    "records.key": "credentials of learning record stores",
    "history.key": "credentials of help desks",
    "item-keys": "hashes by which items are found to have something in common",
    "reporters": "hashes of reporters",
    "restrictions": "hashes of who is restricted",
    "campaign-keys": "hashes in campaigns",
}


class Key(msgspec.Struct, frozen=True):
    """One key's file."""

    name: str
    made: datetime
    rotating: bool
    what: str


class Rotated(msgspec.Struct, frozen=True):
    """What was wrapped anew; ``went_on``: an earlier rotation had been cut off."""

    name: str
    wrapped: int
    went_on: bool


def listed() -> list[Key]:
    """The keys there are; nothing of what is in them."""
    folder = config.home() / "keys"
    return [
        Key(
            path.name,
            datetime.fromtimestamp(path.stat().st_mtime, UTC),
            len(path.read_text().split()) > 1,
            WHAT.get(path.name, ""),
        )
        for path in sorted(folder.iterdir() if folder.is_dir() else [])
        if path.is_file() and not path.name.endswith(".tmp")
    ]


def rotate(watch: Watcher) -> Rotated:
    """A new key for the media store.

    Raises:
        Conflict: the floor runs; processes that know the old key only must end first.
    """
    with locked(config.home() / "serve.lock", timeout=0):
        _insist_on_alone()
        known = config.secrets_of(MEDIA)
        went_on = len(known) > 1
        if not went_on:
            known = (secrets.token_urlsafe(48), *known)
            _write(known)
        rings = tuple(sealed.installation_key(each) for each in known)
        wrapped = sum(_wrap(model, rings, watch) for model in _models())
        left = sum(_wrap(model, rings, watch) for model in _models())
        if left:
            raise Conflict(
                "keys_in_use",
                f"{left} keys were wrapped by somebody meanwhile.",
                hint="Stop every role and run it again.",
            )
        _write(known[:1])
        return Rotated(MEDIA, wrapped, went_on)


def _models() -> list[Any]:
    from watchfloor.detection.streams.models import Watch
    from watchfloor.items.media.models import Media

    return [Media, Watch]


def _wrap(model: Any, rings: tuple[bytes, ...], watch: Watcher) -> int:
    """Wrap what is not yet under the newest key; how many were."""
    rows = model.objects.filter(key__isnull=False).order_by("pk")
    watch.begin(f"Keys of {model._meta.verbose_name_plural}", max(1, rows.count()))
    done, after = 0, None
    while True:
        with transaction.atomic():
            here = rows if after is None else rows.filter(pk__gt=after)
            some = list(here.select_for_update().only("pk", "key")[:AT_ONCE])
            if not some:
                return done
            for row in some:
                try:
                    sealed.unwrap(rings[0], bytes(row.key), str(row.pk))
                except sealed.Damaged:
                    plain = sealed.unwrap(rings, bytes(row.key), str(row.pk))
                    model.objects.filter(pk=row.pk).update(key=sealed.wrap(rings[0], plain, str(row.pk)))
                    done += 1
            after = some[-1].pk
            watch.step(len(some))


def _write(known: tuple[str, ...]) -> None:
    path = config.home() / "keys" / MEDIA
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
