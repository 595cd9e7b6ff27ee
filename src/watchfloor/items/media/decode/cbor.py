"""Reads the CBOR (RFC 8949) that strangers wrote: small, bounded, and nothing is made of it but plain values. Pure.

Tags are left out and their content kept, so a date is the text or number it is. Runs in the cage.
"""

from __future__ import annotations

import struct
from typing import Any

DEEPEST, MOST = 32, 50_000
_BREAK = object()


class Bad(ValueError):
    """It is no CBOR, or more of it than anybody needs."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.left = data, 0, MOST

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise Bad("it ends early")
        self.at += count
        return self.data[self.at - count : self.at]

    def argument(self, low: int) -> int | None:
        """The number that follows the first byte; None for "until a break"."""
        if low < 24:
            return low
        if low < 28:
            return int.from_bytes(self.take(1 << low - 24), "big")
        if low == 31:
            return None
        raise Bad("a reserved length")

    def value(self, depth: int = 0) -> Any:
        self.left -= 1
        if depth > DEEPEST or self.left < 0:
            raise Bad("too deep or too many")
        first = self.take(1)[0]
        major, low = first >> 5, first & 31
        if major == 7:
            return self._simple(low)
        count = self.argument(low)
        if major == 6:
            return self.value(depth + 1)
        if major in (0, 1):
            if count is None:
                raise Bad("a number without an end")
            return count if major == 0 else -1 - count
        if major in (2, 3):
            raw = self.take(count) if count is not None else b"".join(self._parts(depth, major))
            return raw if major == 2 else raw.decode("utf-8", "replace")
        if major == 4:
            return self._items(count, depth)
        flat = self._items(None if count is None else 2 * count, depth)
        return {_key(flat[place]): flat[place + 1] for place in range(0, len(flat) - 1, 2)}

    def _items(self, count: int | None, depth: int) -> list[Any]:
        made: list[Any] = []
        while count is None or len(made) < count:
            found = self.value(depth + 1)
            if found is _BREAK:
                if count is None:
                    break
                raise Bad("a break in a list of known length")
            made.append(found)
        return made

    def _parts(self, depth: int, major: int) -> list[bytes]:
        parts = self._items(None, depth)
        return [
            part.encode() if isinstance(part, str) else bytes(part) for part in parts if isinstance(part, (str, bytes))
        ]

    def _simple(self, low: int) -> Any:
        if low == 31:
            return _BREAK
        if low in (25, 26, 27):
            return struct.unpack({25: ">e", 26: ">f", 27: ">d"}[low], self.take({25: 2, 26: 4, 27: 8}[low]))[0]
        if low == 24:
            self.take(1)
        return {20: False, 21: True}.get(low)


def _key(value: Any) -> Any:
    return value if isinstance(value, (str, int, bytes)) else repr(value)[:40]


def read(data: bytes) -> Any:
    """The first value. Raises ``Bad``."""
    try:
        found = _Reader(data).value()
    except (struct.error, RecursionError, MemoryError, OverflowError) as problem:
        raise Bad(type(problem).__name__) from None
    if found is _BREAK:
        raise Bad("a break and nothing before it")
    return found
