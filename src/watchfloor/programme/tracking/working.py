"""Working time of a zone: the house's business calendar of it, else Monday to Friday, nine to five."""

from __future__ import annotations

from functools import lru_cache

from watchfloor.programme.tracking.domain import dues
from watchfloor.review import service
from watchfloor.review.domain.calendars import Hours


def hours(zone: str) -> Hours:
    """The calendar of this zone in the document of due times; without one the plain week."""
    own = next((each for each in service.current().hours.values() if each.calendar.time_zone == zone), None)
    return own or _plain(zone)


@lru_cache(64)
def _plain(zone: str) -> Hours:
    return Hours(dues.plain_calendar(zone))
