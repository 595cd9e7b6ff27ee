"""Short secrets at rest (credentials of providers): AES-256-GCM under a key of their own in the data folder."""

from __future__ import annotations

import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchfloor.kernel.errors import Conflict
from watchfloor.platform import config

NONCE = 12


def seal(text: str, *, key: str, label: str) -> bytes:
    """The text as it may be stored; it opens only under the same ``label``. ``key``: a name like ``"signon.key"``."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(ring(key)[0]).encrypt(nonce, text.encode(), label.encode())


def opened(data: bytes | memoryview | None, *, key: str, label: str) -> str:
    """The text again, empty where there is none. Raises ``Conflict`` when another installation's key sealed it, or it was changed."""
    if data is None:
        return ""
    raw = bytes(data)
    for each in ring(key):
        try:
            return AESGCM(each).decrypt(raw[:NONCE], raw[NONCE:], label.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise Conflict(
        "sealed_otherwise", f"This secret was sealed under another keys/{key}.", hint="Type it in again, or restore the key."
    )  # fmt: skip


@cache
def ring(name: str) -> tuple[bytes, ...]:
    """The keys of a file: the first seals; while it is being replaced the ones before it still open."""
    return tuple(derived(name, each) for each in config.secrets_of(name))


def derived(name: str, secret: str) -> bytes:
    """The 32-byte key of one line of a key's file."""
    info = b"watchfloor sealing: " + name.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
