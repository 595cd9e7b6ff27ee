"""What others give to on-call and get from it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class PageIn(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for somebody to look now. ``key``: the same while it is the same thing (there is one live page for each).

    ``escalation_policy`` empty: by the matrix. ``words`` are for those who may open the page; they are in no notification.
    ``or_as``: where no line fits its severity, the matrix is asked as if it were this severe, so that somebody hears of it.
    """

    key: str
    about: str = "manual"  # escalation | case | spike | delivery | clock | policy | outside | check | manual
    severity: int = 3
    policy: str = ""
    market: str = ""
    clearance: str = ""
    case_id: UUID | None = None
    words: str = ""
    escalation_policy: str = ""
    or_as: int = 0


class CaseSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What on-call needs to know of a case, from whoever keeps cases. ``restricted``: its content is not told."""

    id: UUID
    item: UUID
    title: str
    url: str
    state: str
    severity: int
    policy: str
    market: str
    clearance: str
    due_at: datetime | None
    clock: str = ""  # whose due time that is, in words


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a timeline, in words."""

    at: datetime
    who: str
    what: str
    why: str = ""
    group: str = ""
