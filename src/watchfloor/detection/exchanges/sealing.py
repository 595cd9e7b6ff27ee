"""Exchanges' credentials at rest: sealed under a key of this context's own, bound to their row. A dump of the database shows noise."""

from __future__ import annotations

from functools import cache
from uuid import UUID

import msgspec

from watchfloor.items.media import sealed
from watchfloor.platform import config


def seal(secret: dict[str, str], exchange: UUID) -> bytes:
    """AES-256-GCM under ``keys/exchanges.key``; opens only for the same exchange."""
    return sealed.wrap(_keys()[0], msgspec.json.encode(secret), f"exchange:{exchange}")


def opened(data: bytes | memoryview | None, exchange: UUID) -> dict[str, str]:
    """The credentials, empty when there are none. Raises ``Damaged`` for what was changed or belongs to another exchange."""
    if data is None:
        return {}
    return msgspec.json.decode(sealed.unwrap(_keys(), bytes(data), f"exchange:{exchange}"), type=dict[str, str])


@cache
def _keys() -> tuple[bytes, ...]:
    return sealed.ring(config.secrets_of("exchanges.key"), "exchanges:")
