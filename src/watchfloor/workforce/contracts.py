"""What others see of the people who review."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a person should not be given now, whatever they are certified for. The defaults limit nothing.

    ``max_severity``: severe work above this has used up today's (or the week's) budget of exposure.
    ``avoid``: policy keys the person has opted out of. ``rest``: a break is due or taken; nothing new is handed out.
    ``units``: what of the house's day of work is theirs, counted since ``day`` (their midnight); 0 limits nothing.
    ``why`` says it in one sentence to the person themself, and to nobody else.
    """

    max_severity: int = 5
    avoid: tuple[str, ...] = ()
    rest: bool = False
    why: str = ""
    units: float = 0.0
    day: datetime | None = None


NO_LIMITS = Limits()


class JobFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What exposure needs to know of the job somebody holds. ``clearance`` other than ``""`` makes each reveal an event of its own."""

    job: UUID
    token: int
    case: UUID
    leased_at: datetime
    queue: str
    policy: str
    market: str
    language: str
    severity: int
    clearance: str = ""
    item_version: str = ""
