"""Hour and weekday of a market: which clock a case's market lives by.

A market is an ISO 3166 country code (or ``EU``). Countries with one clock need no table: the zone database itself lists the zones of
every country (``zone.tab``, public domain, in the package ``tzdata``). For those with several the clock of most people is named here.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

MOST_PEOPLE: Final = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto",
    "CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty", "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Gaza", "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
    "UZ": "Asia/Tashkent", "VN": "Asia/Ho_Chi_Minh", "EU": "Europe/Brussels", "UK": "Europe/London",
}  # fmt: skip


@cache
def zone_of(market: str) -> str:
    """The name of the market's zone; ``UTC`` for none and for unknown markets."""
    key = market.upper()
    return MOST_PEOPLE.get(key) or _only().get(key) or "UTC"


def local(moment: datetime, market: str) -> tuple[int, int]:
    """Hour (0 to 23) and weekday (1 is Monday) of an aware moment by the market's clock."""
    there = moment.astimezone(ZoneInfo(zone_of(market)))
    return there.hour, there.isoweekday()


@cache
def _only() -> dict[str, str]:
    """The first zone of each country in the zone database."""
    found: dict[str, str] = {}
    text = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found.setdefault(country, zone)
    return found
