"""DAG-CBOR (RFC 8949 with one way to write each thing): what labels and frames of the stream are made of, and no more.

Integers, text, bytes, true, false, null, lists and maps with text keys. Keys stand in the order of their length, then of their bytes;
heads are as short as can be; nothing is of indefinite length. Floats and tags are refused: neither is in a label.
"""

from __future__ import annotations

from typing import Final

Value = None | bool | int | str | bytes | list["Value"] | dict[str, "Value"]

_UINT, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP = (major << 5 for major in (0, 1, 2, 3, 4, 5))
_SIMPLE: Final = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}


def encoded(value: Value) -> bytes:
    """The one encoding of a value. ``TypeError`` for what has none here, ``ValueError`` for an integer beyond 64 bits."""
    if value is None or value is True or value is False:
        return _SIMPLE[value]
    if isinstance(value, int):
        return _head(_UINT, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, str):
        data = value.encode()
        return _head(_TEXT, len(data)) + data
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, list):
        return _head(_LIST, len(value)) + b"".join(encoded(each) for each in value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys of a map are text")
        pairs = sorted(((key.encode(), each) for key, each in value.items()), key=lambda pair: (len(pair[0]), pair[0]))
        parts = [_head(_TEXT, len(key)) + key + encoded(each) for key, each in pairs]
        return _head(_MAP, len(pairs)) + b"".join(parts)
    raise TypeError(f"{type(value).__name__} is not written here")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major | number])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major | extra]) + number.to_bytes(size, "big")
    raise ValueError("an integer beyond 64 bits cannot be written")
