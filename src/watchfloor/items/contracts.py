"""What other contexts hand to and get from items."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class ItemSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An item as the platform just showed it to us. The author is taken from the type's ``creatorId`` field when not given."""

    type: str
    id: str
    data: dict[str, Any]
    seen_at: datetime
    author_type: str = ""
    author_id: str = ""
    market: str = ""
    language: str = ""


class ItemRef(msgspec.Struct, frozen=True, kw_only=True):
    """An item as others may know it."""

    uuid: UUID
    type: str
    id: str
    kind: str
    state: str
    author: UUID | None = None
    market: str = ""
    language: str = ""
    version: str = ""
