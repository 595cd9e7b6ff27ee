"""What agents' time that went away, or came, is in money: by the rates that were in force when it was measured."""

from __future__ import annotations

from typing import Any

from watchfloor.identity.domain import Actor
from watchfloor.programme.interventions.domain import Measured
from watchfloor.programme.interventions.models import Intervention
from watchfloor.vendors import access, rates

PAID = "effort"  # the metric that is paid by the hour


def rate_of(row: Intervention) -> dict[str, Any]:
    """The rate for what it touches, as a result keeps it; nothing where the metric is not paid, or no contract names a rate.

    What touches several vendors goes by the rates of all, as what touches none in particular.
    """
    named = row.filters.get("vendor", [])
    found = rates.hourly(named[0] if len(named) == 1 else "") if row.metric == PAID else None
    return {} if found is None else {"rate": [found.low, found.mean, found.high], "currency": found.currency}


def a_month(found: Measured) -> tuple[float, float, float] | None:
    """Estimate and interval in money by the month; the interval holds the lowest and the highest rate, too."""
    month = found.a_month
    if month is None or len(found.rate) != 3 or not found.effect.enough:
        return None
    hours = [each / 3_600_000 for each in month]
    low, mean, high = found.rate
    return hours[0] * mean, min(hours[1] * low, hours[1] * high), max(hours[2] * low, hours[2] * high)


def may_see(actor: Actor, row: Intervention) -> bool:
    """Rates are of contracts: for who may see those of the vendors it touches, or of all."""
    named = row.filters.get("vendor", [])
    if len(named) == 1:
        return actor.may(access.VIEW, vendor=named[0])
    return actor.all_powerful or any(
        access.VIEW in scope.permissions and scope.vendors is None for scope in actor.scopes
    )
