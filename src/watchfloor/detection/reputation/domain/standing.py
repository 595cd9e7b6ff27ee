"""What an account's record is worth: how often what it made was found violating, drawn towards accounts of its age.

Counts are kept by day and halve in weight every ``HALF_LIFE`` days; the prior is that of ``engines.agreement`` (beta, by the method of
moments, Kleinman 1973), made of the accounts of the same age band. Everything follows from integers by day, so an
overturned decision leaves no trace and a rebuild is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from watchfloor.engines.agreement.reliability import Prior, quantile

HALF_LIFE: Final = 180  # days
AGES: Final = ((7, "week"), (30, "month"), (365, "year"))
OLDER: Final = "older"
PROBATION_DAYS, PROBATION_ACTIONS = 7, 10
ENOUGH: Final = 3.0  # decided items, by their weight, before a record says more than "unknown"
LOW_AT, GOOD_AT = 0.5, 0.05  # surely more than half violating; surely at most one in twenty


class Probation(msgspec.Struct, frozen=True):
    """How a new account becomes one that is trusted like others: so many days old, so many things made, none of it violating."""

    days: int = PROBATION_DAYS
    actions: int = PROBATION_ACTIONS


PROBATION: Final = Probation()


class DayCount(msgspec.Struct, frozen=True):
    """What people decided of an account's items, by the day of the decision."""

    day: date
    violating: int
    decided: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An account's record.

    Attributes:
        band: ``low``, ``unknown``, ``new`` (on probation), ``usual`` or ``good``.
        share: of what it makes is violating, as expected; ``low`` and ``high`` hold it with 95 % probability.
        violating, decided: as counted, without weights. usual: the share among accounts like it.
        trusted_from: when probation ends by days, None where it is over; actions_left: things still to make until then.
    """

    band: str
    share: float
    low: float
    high: float
    violating: int
    decided: int
    usual: float
    trusted_from: datetime | None = None
    actions_left: int = 0


def age_band(since: datetime | None, now: datetime) -> str:
    """The age of an account as priors are kept by."""
    if since is None:
        return OLDER
    days = (now - since).days
    return next((name for limit, name in AGES if days < limit), OLDER)


def weighed(days: Iterable[DayCount], today: date) -> tuple[float, float]:
    """Violating and decided, each day at its weight."""
    violating = decided = 0.0
    for each in days:
        weight = 0.5 ** (max(0, (today - each.day).days) / HALF_LIFE)
        violating += weight * each.violating
        decided += weight * each.decided
    return violating, decided


def standing(
    days: Iterable[DayCount], *, prior: Prior, now: datetime, since: datetime | None, made: int,
    probation: Probation = PROBATION,
) -> Standing:  # fmt: skip
    """The record of one account.

    Args:
        since: when the account began, None where nobody knows. made: how many things it made, as far as the floor saw.
    """
    counted = list(days)
    violating, decided = weighed(counted, now.date())
    a, b = prior.a + violating, prior.b + decided - violating
    low, high = quantile(a, b, 0.025), quantile(a, b, 0.975)
    ends = since + timedelta(days=probation.days) if since is not None else None
    waits = ends is not None and ends > now
    left = max(0, probation.actions - made)
    bad = sum(each.violating for each in counted)
    if decided >= ENOUGH and low > LOW_AT:
        band = "low"
    elif waits or left:
        band = "new"
    elif decided >= ENOUGH and high < GOOD_AT:
        band = "good"
    elif decided >= ENOUGH:
        band = "usual"
    else:
        band = "unknown"
    return Standing(
        band=band, share=a / (a + b), low=low, high=high, violating=bad, decided=sum(each.decided for each in counted),
        usual=prior.mean, trusted_from=ends if waits else None, actions_left=left if band == "new" else 0,
    )  # fmt: skip
