"""Which queues, markets, vendors and clearances exist, so that a grant cannot name one that does not.

Those live in contexts above this one; they (or the console for them) register a reader here. Where none is registered any name is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Reader = Callable[[], Mapping[str, str]]

_readers: dict[str, Reader] = {}


def register(kind: str, reader: Reader) -> None:
    """``kind``: queues, markets, vendors or clearances; the reader gives names by key."""
    _readers[kind] = reader


def known(kind: str) -> Mapping[str, str] | None:
    """Names by key; None when nobody says, or there are none yet."""
    reader = _readers.get(kind)
    return (reader() or None) if reader is not None else None
