"""What an hour of work costs, by the contracts that are in force: the lowest and highest rate, and the mean by seats."""

from __future__ import annotations

from collections import Counter

import msgspec

from watchfloor.kernel import clock
from watchfloor.vendors.contracts import all_in_force, terms_of
from watchfloor.vendors.models import Contract


class Hourly(msgspec.Struct, frozen=True, kw_only=True):
    """An hour of work in money."""

    low: float
    mean: float
    high: float
    currency: str


def hourly(vendor: str = "") -> Hourly | None:
    """Of one vendor, or of all that bill in the currency most of them use; None where no contract says what an hour costs."""
    keys = [vendor] if vendor else sorted(set(Contract.objects.values_list("vendor_key", flat=True)))
    terms = [terms_of(row) for row in all_in_force(keys, clock.now().date()).values()]
    paid = [each for each in terms if each.rates]
    if not paid:
        return None
    currency = Counter(each.currency for each in paid).most_common(1)[0][0]
    rates = [(float(rate.hourly), rate.seats) for each in paid if each.currency == currency for rate in each.rates]
    low, high = min(rate for rate, _ in rates), max(rate for rate, _ in rates)
    seats = sum(seats for _, seats in rates)
    mean = sum(rate * count for rate, count in rates) / seats if seats else (low + high) / 2
    return Hourly(low=low, mean=mean, high=high, currency=currency)
