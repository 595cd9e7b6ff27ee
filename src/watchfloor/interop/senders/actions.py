"""The verbs of senders: named, given another secret, turned off and on."""

from __future__ import annotations

import re
import secrets
from functools import cache
from typing import Final
from uuid import UUID

from django.db.models import F

from watchfloor.interop.senders.events import SenderSaved
from watchfloor.interop.senders.models import Sender
from watchfloor.items.media import sealed
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.platform import config
from watchfloor.policy import queries as policies

HOST: Final = re.compile(
    r"(?=.{1,200}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(:[0-9]{1,5})?"
)
ORGANISATION: Final = re.compile(r"00D[A-Za-z0-9]{12}([A-Za-z0-9]{3})?")
ANYBODY: Final = "*"  # every instance of the Fediverse


def save(
    w: Writer, *, kind: str, name: str, address: str, secret: str = "", reason_key: str = ""
) -> tuple[Sender, str]:
    """Name a system; with its secret, which is made here where it is not theirs to make.

    A server of Mastodon makes its own once it has the address, so it may be given later; until then nothing of it is taken in.

    Raises:
        BadInput: a name that is taken, an address that is none, a secret that is missing.
    """
    name, address, secret = name.strip(), address.strip(), secret.strip()
    if kind not in Sender.Kind.values:
        raise BadInput("unknown_kind", "Choose what kind of system it is.", where="kind")
    if not name or len(name) > 60:
        raise BadInput("bad_name", "Write a name of 1 to 60 characters.", where="name")
    if Sender.objects.filter(kind=kind, name=name).exists():
        raise BadInput("name_taken", "There is a system of this kind and name already.", where="name")
    if reason_key:
        policies.reason(reason_key)
    if kind == Sender.Kind.SALESFORCE:
        if address and not ORGANISATION.fullmatch(address):
            raise BadInput("bad_address", "This is no id of an organisation: it begins with 00D.", where="address")
        secret = secret or secrets.token_urlsafe(32)
    else:
        address = address.lower().removeprefix("https://").rstrip("/")
        if not HOST.fullmatch(address) and not (kind == Sender.Kind.FEDIVERSE and address == ANYBODY):
            raise BadInput("bad_address", "Write the server's host name, like social.example.", where="address")
    if secret and not 8 <= len(secret) <= 200:
        raise BadInput("bad_secret", "A secret has 8 to 200 characters.", where="secret")
    row = w.create(
        Sender, kind=kind, name=name, address=address, reason_key=reason_key, made_by=w.actor, made_at=clock.now(),
        secret=seal(secret) if secret else None,
    )  # fmt: skip
    w.event(SenderSaved(kind=kind, enabled=True), row)
    return row, secret


def turn(w: Writer, sender_id: UUID, *, on: bool) -> Sender:
    """Off: nothing of it is taken in. On: again."""
    row = Sender.objects.select_for_update().filter(pk=sender_id).first()
    if row is None:
        raise NotFound("no_sender", "There is no such system.")
    if row.on != on:
        w.update(row, on=on)
        w.event(SenderSaved(kind=row.kind, enabled=on), row)
    return row


def change_secret(w: Writer, sender_id: UUID, secret: str) -> tuple[Sender, str]:
    """Another secret; the former one proves nothing from now on. Made here where it is not theirs to make."""
    row = Sender.objects.select_for_update().filter(pk=sender_id).exclude(kind=Sender.Kind.FEDIVERSE).first()
    if row is None:
        raise NotFound("no_sender", "There is no such system.")
    secret = secret.strip() or (secrets.token_urlsafe(32) if row.kind == Sender.Kind.SALESFORCE else "")
    if not 8 <= len(secret) <= 200:
        raise BadInput("bad_secret", "Paste the signing secret that Mastodon shows for the webhook.", where="secret")
    w.update(row, secret=seal(secret))
    w.event(SenderSaved(kind=row.kind, enabled=row.on), row)
    return row, secret


def took(row: Sender) -> None:
    """A call of it was taken in."""
    Sender.objects.filter(pk=row.pk).update(used_at=clock.now(), used=F("used") + 1)


def failed(row: Sender, why: str) -> None:
    """A call of it could not be used: its page says why."""
    words = why.replace("\x00", "").encode("utf-8", "replace").decode()
    Sender.objects.filter(pk=row.pk).update(failed_at=clock.now(), last_error=words[:300])


def seal(secret: str) -> bytes:
    """At rest: AES-256-GCM under ``keys/senders.key``."""
    return sealed.wrap(_keys()[0], secret.encode(), "sender")


def opened(row: Sender | None) -> str:
    """The secret of a sender that may send; empty for every other, with the same work."""
    if row is None or row.secret is None:
        return ""
    return sealed.unwrap(_keys(), bytes(row.secret), "sender").decode()


def sender(kind: str, sender_id: UUID) -> Sender | None:
    """A system of this kind that may send now."""
    return Sender.objects.filter(pk=sender_id, kind=kind, on=True).first()


def source(row: Sender) -> str:
    """What its reports are filed under."""
    return f"{row.kind}-{row.pk.hex[:12]}"


@cache
def _keys() -> tuple[bytes, ...]:
    return sealed.ring(config.secrets_of("senders.key"), "senders:")
