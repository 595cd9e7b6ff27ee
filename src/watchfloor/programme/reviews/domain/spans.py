"""Spans of reviews: the last whole day, week or month by somebody's clock, right across changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EVERY: Final = ("day", "week", "month")


def last_whole(now: datetime, every: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The newest day, week (from Monday) or month that is over, in UTC."""
    today = now.astimezone(zone).date()
    if every == "day":
        first, last = today - timedelta(days=1), today
    elif every == "week":
        last = today - timedelta(days=today.weekday())
        first = last - timedelta(days=7)
    else:
        last = today.replace(day=1)
        first = (last - timedelta(days=1)).replace(day=1)
    return midnight(first, zone), midnight(last, zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins there; where its midnight is left out, the moment after it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
