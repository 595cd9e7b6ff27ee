"""The calendar as staffing counts on it: events of markets that reach into a span, with the extra work that is expected."""

from __future__ import annotations

from datetime import datetime

from watchfloor.programme.risks.models import CalendarEvent
from watchfloor.staffing import upcoming


def between(start: datetime, end: datetime) -> list[upcoming.Upcoming]:
    """Events that are not cancelled and of which more or less work is expected."""
    rows = CalendarEvent.objects.filter(cancelled_at=None, starts_at__lt=end, ends_at__gt=start).exclude(uplift=0)
    return [
        upcoming.Upcoming(title=row.title, market=row.market, start=row.starts_at, end=row.ends_at, uplift=row.uplift)
        for row in rows.order_by("starts_at", "pk")
    ]


def offer() -> None:
    """From now on staffing asks."""
    upcoming.register(between)
