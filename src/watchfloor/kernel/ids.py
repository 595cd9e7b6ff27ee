"""Identifiers: time-ordered UUIDs inside, typed readable strings outside.

Inside the database an identifier is a UUID version 7 (RFC 9562, section 5.7): it sorts by time of creation, so
indexes stay compact, and can be made before the row is written, so a retry writes the same row.
Outside it is a TypeID (``case_01jq...``): the kind, then the UUID in Crockford's base 32, 26 characters.
"""

from __future__ import annotations

import os
import threading
import uuid

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}

_lock = threading.Lock()
_last_ms = -1
_counter = 0


def new_id() -> uuid.UUID:
    """A fresh UUIDv7, strictly increasing within this process and clock.

    The 12 bits after the version are a counter within the millisecond (RFC 9562, section 6.2, method 1), so that rows made
    in one transaction keep the order they were made in; the last 62 bits are random.
    """
    global _last_ms, _counter
    ms = clock.unix_ms()
    with _lock:
        if ms == _last_ms:
            _counter += 1
            if _counter > 0xFFF:  # more than 4,096 in one millisecond: borrow the next one
                ms, _counter = ms + 1, 0
                _last_ms = ms
        else:
            # Only ever forwards within one clock; a simulated clock may stand anywhere.
            if _last_ms - 1 <= ms < _last_ms:
                ms = _last_ms
                _counter += 1
            else:
                _last_ms, _counter = ms, 0
        counter = _counter & 0xFFF
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=(ms << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | tail)


def encode(kind: str, value: uuid.UUID) -> str:
    """``encode("case", id)`` -> ``"case_01jq..."`` (TypeID 0.3: 26 characters of base 32 after the prefix)."""
    number = value.int
    chars = []
    for _ in range(26):
        chars.append(_ALPHABET[number & 31])
        number >>= 5
    return f"{kind}_{''.join(reversed(chars))}"


def decode(kind: str, text: str) -> uuid.UUID:
    """The UUID in a TypeID of this kind; a bare UUID is taken too.

    Raises:
        BadInput: the text is of another kind or is no identifier.
    """
    prefix, _, body = text.rpartition("_")
    if prefix == kind and len(body) == 26 and body[0] <= "7" and all(char in _VALUES for char in body):
        number = 0
        for char in body:
            number = (number << 5) | _VALUES[char]
        return uuid.UUID(int=number)
    if not prefix:
        try:
            return uuid.UUID(text)
        except ValueError:
            pass
    raise BadInput("bad_id", f"{text[:60]!r} is not the id of a {kind}: it should look like {kind}_ and 26 characters.")


def short(value: uuid.UUID) -> str:
    """Five characters a person can say aloud ("8F2K7"); from the random end, so not unique: only to be shown."""
    number = value.int & ((1 << 25) - 1)
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in (20, 15, 10, 5, 0)).upper()
