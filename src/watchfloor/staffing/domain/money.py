"""Hours of pay as money: what an hour costs by vendor, applied to a simulated floor. The engine counts hours, this prices them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from watchfloor.engines.staffing.simulation import Range
from watchfloor.engines.staffing.simulation.outcome import TeamOutcome


class Hourly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an hour of pay costs, and in which currency."""

    hourly: float
    currency: str


class Cost(msgspec.Struct, frozen=True):
    """Money by currency, and the hours of pay that nobody told a rate for."""

    money: dict[str, Range]
    unpriced: Range


NOTHING = Range(0.0, 0.0, 0.0)


def cost(teams: Sequence[TeamOutcome], vendors: Mapping[str, str], rates: Mapping[str, Hourly]) -> Cost:
    """Paid hours times rates. ``vendors`` names each team's vendor, ``rates`` what an hour of a vendor costs.

    A sum is as uncertain as its parts together, so that its range is never too narrow.
    """
    money: dict[str, Range] = {}
    unpriced = NOTHING
    for team in teams:
        rate = rates.get(vendors.get(team.name, ""))
        if rate is None:
            unpriced = plus(unpriced, team.paid_hours)
        else:
            money[rate.currency] = plus(money.get(rate.currency, NOTHING), team.paid_hours, rate.hourly)
    return Cost(dict(sorted(money.items())), unpriced)


def difference(
    turned: Sequence[TeamOutcome],
    base: Sequence[TeamOutcome],
    other: Sequence[TeamOutcome],
    vendors: Mapping[str, str],
    rates: Mapping[str, Hourly],
) -> Cost:
    """The other floor minus the base. Teams of both are in ``turned``, sharply; a team that one of them lacks counts as it is."""
    both = {each.name for each in turned}
    gone = cost([each for each in base if each.name not in both], vendors, rates)
    new = cost([each for each in other if each.name not in both], vendors, rates)
    found = cost(turned, vendors, rates)
    money = {
        name: plus(
            plus(found.money.get(name, NOTHING), new.money.get(name, NOTHING)), gone.money.get(name, NOTHING), -1.0
        )
        for name in sorted({*found.money, *new.money, *gone.money})
    }
    return Cost(money, plus(plus(found.unpriced, new.unpriced), gone.unpriced, -1.0))


def plus(one: Range, other: Range, times: float = 1.0) -> Range:
    """``one`` and ``times`` the other; without an end where either has none."""
    value = one.value + times * other.value
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return Range(value, None, None)
    ends = sorted((times * other.low, times * other.high))
    return Range(value, one.low + ends[0], one.high + ends[1])


def check(rates: Mapping[str, Hourly]) -> str:
    """The first vendor whose rate is none (below nought, or without a currency of three capital letters); "" where all are."""
    for vendor, rate in rates.items():
        code = rate.currency
        good = len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()
        if not good or not math.isfinite(rate.hourly) or rate.hourly < 0:
            return vendor
    return ""
