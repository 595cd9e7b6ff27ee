"""How much work a person stands for: their share of a full day, and the weeks in which somebody new grows into it. Pure.

A share is a plain ratio of working time (half a day's work is 0.5). Growing is a straight line from ``BEGINNING`` on the first day to
the whole share after ``ramp_days``: a rule of the house, not a finding; what a team measures of its own beginners goes before it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from watchfloor.kernel.errors import BadInput

BEGINNING: Final = 0.5
LARGEST: Final = 2.0
LONGEST_RAMP: Final = 365


def check(share: float, ramp_days: int) -> None:
    """``BadInput`` naming the field where they make no sense."""
    if not 0.05 <= share <= LARGEST:
        raise BadInput("bad_share", f"A share is 0.05 to {LARGEST:g}; 1 is a full day.", where="share")
    if not 0 <= ramp_days <= LONGEST_RAMP:
        raise BadInput("bad_ramp", f"Growing into the work takes 0 to {LONGEST_RAMP} days.", where="ramp_days")


def strength(share: float, started_on: date | None, ramp_days: int, today: date) -> float:
    """The share that counts on a day; before the first day it is that of the first day."""
    if started_on is None or ramp_days <= 0:
        return share
    grown = min(1.0, max(0.0, (today - started_on).days / ramp_days))
    return share * (BEGINNING + (1 - BEGINNING) * grown)
