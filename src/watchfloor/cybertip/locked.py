"""Reports and credentials at rest: sealed under a key of this context's own, bound to their row. A dump of the database shows noise."""

from __future__ import annotations

from functools import cache

from watchfloor.items.media import sealed
from watchfloor.platform import config


def seal(data: bytes, label: str) -> bytes:
    """AES-256-GCM under ``keys/cybertip.key``; opens only under the same label."""
    return sealed.wrap(_keys()[0], data, label)


def opened(data: bytes | memoryview, label: str) -> bytes:
    """The plain bytes. Raises ``Damaged`` for what was changed or belongs to another row."""
    return sealed.unwrap(_keys(), bytes(data), label)


@cache
def _keys() -> tuple[bytes, ...]:
    return sealed.ring(config.secrets_of("cybertip.key"), "cybertip:")
