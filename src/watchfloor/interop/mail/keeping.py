"""A mail is kept before it is acknowledged: sealed, in one statement, with fsync. The same mail again is the same row."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from watchfloor.intake.store import own_connection
from watchfloor.interop.mail import sealing
from watchfloor.interop.mail.addresses import in_force
from watchfloor.interop.mail.domain.parsing import MOST_BYTES
from watchfloor.interop.mail.models import MailMessage
from watchfloor.interop.mail.settings import Settings, current
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Overloaded
from watchfloor.kernel.ids import encode, new_id
from watchfloor.kernel.remembered import Remembered

INSERT = """
INSERT INTO interop_mail_message
  (id, received_at, how, relayed, digest, bytes, envelope, raw, state, attempts, begun, error, kind, address, clearance, reporter,
   reporter_kind, proof, proof_how, silent)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'waiting', 0, 0, '', '', %s, '', '', '', '', '', '')
ON CONFLICT (digest) DO NOTHING
"""
KNOWN = "SELECT id FROM interop_mail_message WHERE digest = %s"


class TooLarge(BadInput):
    """More bytes than are taken."""

    status = 413


class Kept(msgspec.Struct, frozen=True):
    """The receipt of a mail."""

    id: UUID
    duplicate: bool

    @property
    def text(self) -> str:
        """``mail_…``."""
        return encode("mail", self.id)


def _waiting() -> int:
    most = current().queue + 1
    return MailMessage.objects.filter(pk__in=MailMessage.objects.filter(state="waiting").values("pk")[:most]).count()


waiting = Remembered(_waiting, seconds=1)


def check(recipients: Sequence[str]) -> str:
    """The address that takes mail to these; ``BadInput`` where none does."""
    for each in recipients:
        found, _tag = in_force().address_for(each)
        if found is not None:
            return found.address
    raise BadInput("no_such_address", "Nobody takes mail at this address.", where="to",
                   hint="Addresses are made under Settings, Mail.")  # fmt: skip


def keep(
    raw: bytes,
    *,
    recipients: Sequence[str],
    sender: str | None,
    peer: str,
    how: str,
    relayed: bool,
    settings: Settings | None = None,
    connections: Connections | None = None,
) -> Kept:
    """Durable when this returns.

    Args:
        sender: of the envelope; "" is the null sender, None where nobody told.
        relayed: whether what the mail says our server found of its sender may be believed.

    Raises:
        BadInput: it can never be taken. Overloaded: it may be sent again.
    """
    if not raw.strip():
        raise BadInput("empty_mail", "This mail is empty.")
    if len(raw) > MOST_BYTES:
        raise TooLarge(
            "too_large", f"A mail may have at most {MOST_BYTES // 1_000_000} MB; this has {len(raw):,} bytes."
        )
    address = check(recipients)
    if waiting() >= (settings or current()).queue:
        raise Overloaded("More mail has come in than is worked right now.", retry_after=60)
    envelope = msgspec.json.encode({"from": sender, "to": list(recipients)[:50], "peer": peer})
    hashed = hashlib.sha256(msgspec.json.encode([sender, sorted(recipients)]) + b"\0")
    hashed.update(raw)  # in two steps: a mail is large, and many come at once
    digest = hashed.digest()
    row_id = new_id()
    values = [
        row_id, clock.now(), how, relayed, digest, len(raw), sealing.seal(envelope, f"envelope:{row_id}"),
        sealing.seal(raw, f"raw:{row_id}"), address,
    ]  # fmt: skip
    known = _stored(values, digest, connections)
    if known is None:
        return Kept(row_id, False)
    return Kept(known, True)


def _stored(values: list[Any], digest: bytes, connections: Connections | None) -> UUID | None:
    """Put it into the table; the id it has already, or None where it is new. A connection that turns out dead is made anew once."""
    for last in (False, True):
        connection, fresh = None, True
        try:
            connection, fresh = (own_connection(), True) if connections is None else connections.mine()
            if connection.execute(INSERT, values).rowcount:
                return None
            known = connection.execute(KNOWN, [digest]).fetchone()
        except psycopg.Error as problem:
            if connection is not None:
                connection.close()
            if fresh or last:
                raise Overloaded("The database could not store this right now.", retry_after=30) from problem
        else:
            if known is None:
                raise Overloaded("The mail went away while it was stored.", retry_after=5)
            return UUID(str(known[0]))
        finally:
            if connections is None and connection is not None:
                connection.close()
    raise AssertionError("one of the two has returned")


class Connections:
    """A connection for each thread of a role, kept between mails; whoever made this closes them."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._all: list[psycopg.Connection[Any]] = []

    def mine(self) -> tuple[psycopg.Connection[Any], bool]:
        """This thread's, and whether it was made just now."""
        found = getattr(self._local, "connection", None)
        if found is not None and not found.closed:
            return found, False
        made = own_connection()
        self._local.connection = made
        self._all.append(made)
        return made, True

    def close(self) -> None:
        """All of them."""
        for each in self._all:
            each.close()
