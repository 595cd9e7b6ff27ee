"""Notices that do not go by the platform: a part above may carry those of people whom it alone can reach (who wrote a mail).

carriers.register(carry)      # carry(notice id, recipient, key) -> bool, in an app's ``ready``; in the notice's own transaction
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

Carrier = Callable[[UUID, str, str], bool]
_carriers: list[Carrier] = []


def register(carrier: Carrier) -> None:
    """Hand in who carries."""
    if carrier not in _carriers:
        _carriers.append(carrier)


def carried(notice_id: UUID, recipient: str, key: str) -> bool:
    """Whether somebody else takes this notice to its reader; ``key`` names this sending of it."""
    return any(carrier(notice_id, recipient, key) for carrier in _carriers)
