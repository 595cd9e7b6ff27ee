"""Jira's token and the webhook's secret at rest: sealed under a key of this context's own. A dump of the database shows noise."""

from __future__ import annotations

from functools import cache

from watchfloor.items.media import sealed
from watchfloor.platform import config


def seal(text: str, label: str) -> bytes:
    """AES-256-GCM under ``keys/jira.key``; opens only under the same label."""
    return sealed.wrap(_keys()[0], text.encode(), f"jira:{label}")


def opened(data: bytes | memoryview | None, label: str) -> str:
    """The plain text, empty where there is none. Raises ``Damaged`` for what was changed or is something else."""
    return "" if data is None else sealed.unwrap(_keys(), bytes(data), f"jira:{label}").decode()


@cache
def _keys() -> tuple[bytes, ...]:
    return sealed.ring(config.secrets_of("jira.key"), "jira:")
