"""What an hour of work costs, as an estimate to size with."""

from __future__ import annotations

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.improvements.domain.amounts import Guess
from watchfloor.vendors import rates


def hourly(vendor: str = "") -> tuple[Guess, str]:
    """An hour's cost and its currency: of one vendor, or of all that bill in the currency most of them use.

    Raises:
        BadInput: no contract says what an hour costs.
    """
    found = rates.hourly(vendor)
    if found is None:
        raise BadInput(
            "no_rates",
            "No contract in force says what an hour costs.",
            where="kind",
            hint="Write the rates into a contract first.",
        )
    return Guess(found.low, found.mean, found.high), found.currency
