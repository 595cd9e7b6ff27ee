"""What an hour of work costs, by the contracts that are in force: the lowest and highest rate, and the mean by seats."""

from __future__ import annotations

from collections import Counter

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.programme.improvements.domain.amounts import Guess
from watchfloor.vendors.contracts import in_force, terms_of
from watchfloor.vendors.models import Contract


def hourly(vendor: str = "") -> tuple[Guess, str]:
    """An hour's cost and its currency: of one vendor, or of all that bill in the currency most of them use.

    Raises:
        BadInput: no contract says what an hour costs.
    """
    keys = [vendor] if vendor else sorted(set(Contract.objects.values_list("vendor_key", flat=True)))
    terms = [terms_of(in_force(key, clock.now().date())) for key in keys]
    paid = [each for each in terms if each.rates]
    if not paid:
        raise BadInput(
            "no_rates",
            "No contract in force says what an hour costs.",
            where="kind",
            hint="Write the rates into a contract first.",
        )
    currency = Counter(each.currency for each in paid).most_common(1)[0][0]
    rates = [(float(rate.hourly), rate.seats) for each in paid if each.currency == currency for rate in each.rates]
    low, high = min(rate for rate, _ in rates), max(rate for rate, _ in rates)
    seats = sum(seats for _, seats in rates)
    mean = sum(rate * count for rate, count in rates) / seats if seats else (low + high) / 2
    return Guess(low, mean, high), currency
