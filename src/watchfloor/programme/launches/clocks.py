"""One moment by the clock of everyone a launch concerns: its own zone, and the sites of its vendors."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils.formats import date_format

from watchfloor.programme.launches.models import Launch
from watchfloor.programme.tracking.domain import dues
from watchfloor.workforce.models import Vendor


class Clock(msgspec.Struct, frozen=True):
    """Where, and what the clock there says ("Tue 08:00")."""

    place: str
    words: str


def parties(row: Launch) -> list[tuple[str, str]]:
    """(place, time zone) of the launch itself and of its vendors' sites."""
    vendors = Vendor.objects.filter(key__in=row.vendors).order_by("key")
    return [(_city(row.zone), row.zone), *((each.site or each.name, each.time_zone) for each in vendors)]


def at(moment: datetime, places: list[tuple[str, str]]) -> list[Clock]:
    """The moment by each of these clocks, those that say the same told once."""
    found: dict[str, list[str]] = {}
    for place, zone in places:
        here = moment.astimezone(dues.zone_of(zone))
        found.setdefault(f"{date_format(here, 'D')} {here:%H:%M}", []).append(place)
    return [Clock(", ".join(dict.fromkeys(names)), words) for words, names in found.items()]


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
