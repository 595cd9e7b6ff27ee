"""Mails at rest, and the names of people who write: sealed under the installation's key, known again by keyed digests alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q

from watchfloor.interop.mail.models import MailMessage
from watchfloor.items.media import sealed
from watchfloor.items.media.options import installation_secrets
from watchfloor.kernel.ids import decode, encode
from watchfloor.platform import config

PROVED, UNPROVED = "mail:", "mail-unproved:"
TOKEN = 12  # hex digits that make a plus address ours


def seal(data: bytes, label: str) -> bytes:
    """Bytes as they may lie in the database; ``label`` is bound to them."""
    return sealed.wrap(_keys()[0], data, f"mail:{label}")


def opened(data: bytes | memoryview | None, label: str) -> bytes:
    """The bytes again; none where they were forgotten."""
    return b"" if data is None else sealed.unwrap(_keys(), bytes(data), f"mail:{label}")


def raw_of(row: MailMessage) -> bytes:
    """The mail as it came."""
    return opened(row.raw, f"raw:{row.pk}")


def envelope_of(row: MailMessage) -> dict[str, Any]:
    """Who handed it in, from and to: ``{"from", "to", "peer"}``."""
    data = opened(row.envelope, f"envelope:{row.pk}")
    return msgspec.json.decode(data) if data else {}


def shown_of(row: MailMessage) -> dict[str, Any]:
    """What people may see of it."""
    data = opened(row.shown, f"shown:{row.pk}")
    return msgspec.json.decode(data) if data else {}


def key_of(text: str, what: str) -> bytes:
    """A keyed digest by which an address or an id is known again, and nothing can be guessed from."""
    return hmac.new(_names(), f"{what}\0{text.strip().lower()}".encode(), hashlib.sha256).digest()


def reporter_id(address: str, *, proved: bool) -> str:
    """Under which name a sender reports: another one where nobody proved that it is they."""
    return (PROVED if proved else UNPROVED) + key_of(address, "sender").hex()[:24]


def token_of(message_id: UUID) -> str:
    """The secret part of an address that answers to this mail come back to."""
    name = encode("mail", message_id).partition("_")[2]
    return f"{name}-{key_of(name, 'token').hex()[:TOKEN]}"


def from_token(token: str) -> UUID | None:
    """The mail of such an address; None when it was cut, changed or made up."""
    name, _, proof = token.lower().rpartition("-")
    if not name or not hmac.compare_digest(proof.encode(), key_of(name, "token").hex()[:TOKEN].encode()):
        return None
    try:
        return decode("mail", f"mail_{name}")
    except Exception:  # not an id at all
        return None


def _keys() -> tuple[bytes, ...]:
    return sealed.ring(installation_secrets())


def _names() -> bytes:
    """The key of the digests: one of its own, which stays when the installation's is changed, or nobody would be known again."""
    return config.secrets_of("mail-names.key", first=_first_name_key)[0].encode()


def _first_name_key() -> str:
    """Mails that were worked before there was a key of their own were digested under the installation's."""
    worked = MailMessage.objects.filter(Q(own_id__isnull=False) | Q(shown__isnull=False))
    return installation_secrets()[-1] if worked.exists() else secrets.token_urlsafe(48)
