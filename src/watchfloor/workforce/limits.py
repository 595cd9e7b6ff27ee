"""What a person should not be given now: the one question that routing asks of well-being."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel.remembered import RememberedBy
from watchfloor.workforce.contracts import NO_LIMITS, Limits


def _limits(user_id: UUID) -> Limits:
    return NO_LIMITS


limits_of = RememberedBy(_limits)
