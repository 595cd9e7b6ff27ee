"""What others hand to restrictions."""

from __future__ import annotations

from datetime import datetime

import msgspec


class RestrictionIn(msgspec.Struct, frozen=True, kw_only=True):
    """A restriction as somebody wants it.

    Attributes:
        subject, value: whom (``domain.subjects``). actions, effect: ``domain.effects``.
        limit, window, per: of ``slow``: so many actions in so many seconds, each account's or all together (``subject``).
        policy: of ``review``: the policy under which held items are reviewed; spam, if not told.
    """

    subject: str
    value: str
    actions: tuple[str, ...]
    effect: str
    reason: str
    limit: int = 0
    window: int = 0
    per: str = "account"
    policy: str = ""
    owner: str = ""
    expires_at: datetime | None = None
