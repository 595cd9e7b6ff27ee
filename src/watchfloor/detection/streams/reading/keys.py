"""Segments of HLS that are encrypted as a whole: AES-128 in CBC mode, filled up by PKCS #7 (RFC 8216, section 4.3.2.4)."""

from __future__ import annotations

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from watchfloor.items.media.fetch import Refused

BLOCK = 16  # bytes


def decrypted(data: bytes, key: bytes, iv: bytes) -> bytes:
    """The plain bytes.

    Raises:
        Refused: the key is none, or not of this segment.
    """
    if len(key) != BLOCK:
        raise Refused(
            "bad_key", "What lies where its key should be is no key. Keys behind a sign-in cannot be fetched."
        )
    if len(data) % BLOCK or not data:
        raise Refused("bad_key", "A segment is not encrypted as the playlist says.")
    reading = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    unpadding = padding.PKCS7(BLOCK * 8).unpadder()
    try:
        return unpadding.update(reading.update(data) + reading.finalize()) + unpadding.finalize()
    except ValueError:
        raise Refused("bad_key", "A segment cannot be decrypted with the key the playlist names.") from None
