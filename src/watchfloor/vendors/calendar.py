"""Working days of both parties: the house's and a vendor's, each in its own zone with its own public holidays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, MissingExtra
from watchfloor.review.domain.calendars import holidays_of
from watchfloor.vendors.access import INHOUSE, house_zone
from watchfloor.vendors.domain import working
from watchfloor.vendors.domain.terms import Terms
from watchfloor.vendors.models import Party
from watchfloor.workforce.models import Vendor

MEETS = time(10)  # by the vendor's clock


@lru_cache(256)
def _holidays(country: str, year: int) -> Collection[date]:
    try:
        return holidays_of(country, "", year)
    except (BadInput, MissingExtra):  # without the extra: weekends only, and the page of the contract says so
        return frozenset()


def closed(vendor_key: str) -> working.Closed:
    """The public holidays of a vendor, or of the house (``inhouse``)."""
    country = Party.objects.filter(vendor_key=vendor_key).values_list("country", flat=True).first() or ""
    return lambda year: _holidays(country, year)


def due_on(vendor_key: str, days: int) -> date:
    """So many days on which both sides work, from today."""
    today = clock.now().astimezone(house_zone()).date()
    return working.days_later(today, days, closed(vendor_key), closed(INHOUSE))


def answer_due(terms: Terms) -> datetime:
    """When a question asked now must be answered: the house's working hours, in its own zone."""
    return working.due(clock.now(), terms.answer_hours, house_zone(), closed(INHOUSE))


def next_meeting(vendor: Vendor, after: datetime, terms: Terms) -> datetime:
    """At ten by the vendor's clock, so many days on, moved to a day that both sides work."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(vendor.time_zone)
    day = after.astimezone(zone).date() + timedelta(days=terms.every_days)
    theirs, ours = closed(vendor.key), closed(INHOUSE)
    while not (working.works(day, theirs) and working.works(day, ours)):
        day += timedelta(days=1)
    return datetime.combine(day, MEETS, zone)
