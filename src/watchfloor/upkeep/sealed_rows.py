"""What is sealed under which key of the installation: every column of the database that holds noise, and by what it opens.

One list for three questions: what a new key must seal anew, whether the keys in the data folder are the ones this database was sealed
under, and which file is missing when they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from django.db.models import Model

from watchfloor.items.media import sealed
from watchfloor.platform import config, sealing

MEDIA: Final = "media.key"
LOOKED_AT: Final = 500  # rows of a column, the newest, that are tried when somebody asks whether a key fits


class Column(msgspec.Struct, frozen=True):
    """A column that holds what a key sealed. ``label``: what a row's value is bound to."""

    model: type[Model]
    field: str
    label: Callable[[Any], str]

    @property
    def tracked(self) -> bool:
        """Whether the ledger keeps a digest of it: then it changes by an event alone."""
        return self.field in getattr(self.model, "private", ())


class Sealer(msgspec.Struct, frozen=True):
    """A key's file, how a line of it becomes a key, and what it seals; ``what`` says it in words."""

    file: str
    what: str
    key: Callable[[str], bytes]
    columns: tuple[Column, ...]

    def ring(self, lines: Sequence[str]) -> tuple[bytes, ...]:
        """The keys of a file's lines."""
        return tuple(self.key(line) for line in lines)


class Fit(msgspec.Struct, frozen=True):
    """Whether a key opens what it should: how many values there are, how many were tried, how many stayed shut."""

    file: str
    what: str
    there: bool
    values: int
    tried: int
    shut: int

    @property
    def says(self) -> str:
        """What is wrong, in a sentence; empty where nothing is."""
        if self.values and not self.there:
            return f"keys/{self.file} is missing: {self.what} ({self.values:,}) cannot be opened without it."
        if self.shut:
            shut = f"{self.shut:,} of {self.tried:,} do not open ({self.what})"
            return f"keys/{self.file} is not the one this database was sealed under: {shut}."
        return ""


@cache
def sealers() -> tuple[Sealer, ...]:
    """Every key that seals something in the database, the media store's first."""
    from watchfloor.cybertip import house
    from watchfloor.cybertip.models import Settings, Tip, TipFile
    from watchfloor.detection.exchanges.models import Exchange
    from watchfloor.detection.streams.models import Watch
    from watchfloor.identity.signon.models import Provider
    from watchfloor.interop.mail.models import MailMessage
    from watchfloor.interop.models import HistorySource
    from watchfloor.interop.senders.models import Sender
    from watchfloor.items.media.models import Media
    from watchfloor.programme.jira.models import Site
    from watchfloor.training.models_records import RecordStore

    def of(file: str, what: str, prefix: str, *columns: Column) -> Sealer:
        return Sealer(file, what, lambda line: sealed.installation_key(prefix + line), columns)

    def mail(part: str, field: str) -> Column:
        return Column(MailMessage, field, lambda row: f"mail:{part}:{row.pk}")

    return (
        of(
            MEDIA, "media, stills of live streams, mails", "",
            Column(Media, "key", lambda row: str(row.pk)), Column(Watch, "key", lambda row: str(row.pk)),
            mail("envelope", "envelope"), mail("raw", "raw"), mail("shown", "shown"),
        ),
        of(
            "cybertip.key", "reports to NCMEC and their credentials", "cybertip:",
            Column(Tip, "content", lambda row: f"tip:{row.pk}"), Column(Tip, "sent", lambda row: f"tip:{row.pk}"),
            Column(TipFile, "sent", lambda row: f"tip:{row.pk}"), Column(Settings, "content", lambda _row: house.LABEL),
        ),
        Sealer(
            "signon.key", "secrets of identity providers", lambda line: sealing.derived("signon.key", line),
            (Column(Provider, "secret", lambda row: f"signon:{row.key}"),),
        ),
        of(
            "senders.key", "secrets of systems that report here", "senders:",
            Column(Sender, "secret", lambda _row: "sender"),
        ),
        of(
            "exchanges.key", "credentials of exchanges of hashes", "exchanges:",
            Column(Exchange, "secret", lambda row: f"exchange:{row.pk}"),
        ),
        of(
            "jira.key", "Jira's token and its webhook's secret", "jira:",
            Column(Site, "token", lambda _row: "jira:token"), Column(Site, "secret", lambda _row: "jira:secret"),
        ),
        of(
            "history.key", "credentials of help desks", "history:",
            Column(HistorySource, "secret", lambda row: f"history:{row.name}"),
            Column(HistorySource, "hook", lambda row: f"history:hook:{row.pk}"),
        ),
        of(
            "records.key", "credentials of learning record stores", "records:",
            Column(RecordStore, "name", lambda _row: "records:name"),
            Column(RecordStore, "secret", lambda _row: "records:secret"),
        ),
    )  # fmt: skip


def opens(rings: Sequence[bytes], column: Column, row: Any) -> bytes | None:
    """The plain value; None when none of these keys opens it."""
    try:
        return sealed.unwrap(rings, bytes(getattr(row, column.field)), column.label(row))
    except sealed.Damaged:
        return None


def fits() -> list[Fit]:
    """Of each key: does it open what lies in the database? No key is made by asking."""
    return [_fit(sealer) for sealer in sealers()]


def wrong() -> list[str]:
    """Sentences about keys that are missing or others; none when all fit."""
    return [each.says for each in fits() if each.says]


def _fit(sealer: Sealer) -> Fit:
    path = config.home() / "keys" / sealer.file
    lines = path.read_text().split() if path.is_file() else []
    rings = sealer.ring(lines)
    values = tried = shut = 0
    for column in sealer.columns:
        rows = column.model._default_manager.filter(**{f"{column.field}__isnull": False})
        values += rows.count()
        if rings:
            for row in rows.order_by("-pk")[:LOOKED_AT]:
                tried += 1
                shut += opens(rings, column, row) is None
    return Fit(sealer.file, sealer.what, bool(lines), values, tried, shut)
