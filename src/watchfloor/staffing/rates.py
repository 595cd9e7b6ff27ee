"""What an hour of a vendor's people costs: by the contracts in force that the viewer may read, and the house's own by its setting."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from django.conf import settings

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.staffing import bases
from watchfloor.staffing.domain import money
from watchfloor.staffing.domain.money import Cost, Hourly
from watchfloor.staffing.rights import VIEW
from watchfloor.staffing.running import Found
from watchfloor.vendors import access, contracts
from watchfloor.vendors.domain.terms import mean_hourly


class Priced(msgspec.Struct, frozen=True):
    """What a what-if costs: the week now, the other week, and their difference."""

    now: Cost
    then: Cost
    turned: Cost


def of_whatif(actor: Actor, base_id: UUID, found: Found) -> Priced | None:
    """The paid hours of a what-if as money, by the contracts of its week; None where no rate is known or its base is gone."""
    try:
        base = bases.one(base_id)
    except NotFound:
        return None
    rates = hourly(actor, base.monday.date())
    vendors = {team.name: team.vendor for team in base.scenario.teams}
    if not rates.keys() & set(vendors.values()):
        return None
    one, other = found.base.teams, found.other.teams
    return Priced(
        money.cost(one, vendors, rates),
        money.cost(other, vendors, rates),
        money.difference(found.turned.teams, one, other, vendors, rates),
    )


def hourly(actor: Actor, day: date) -> dict[str, Hourly]:
    """By vendor key, of the contracts in force on the day: the mean of a contract's rates by seats.

    Who may not read a vendor's contract is not told its rates either, not even by way of a sum.
    """
    found = {}
    keys = [each.key for each in access.vendors(actor)]
    for key, row in contracts.all_in_force(keys, day).items():
        terms = contracts.terms_of(row)
        mean = mean_hourly(terms)
        if mean is not None:
            found[key] = Hourly(float(mean), terms.currency)
    own = settings.HOUSE_HOURLY
    if own is not None and actor.may(VIEW, vendor=access.INHOUSE):
        found[access.INHOUSE] = Hourly(float(own[0]), own[1])
    return found
