"""The calendar as forecasts count on it: events of markets that reach into a span, with the extra work expected."""

from __future__ import annotations

from datetime import datetime

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.insight import coming
from watchfloor.programme.risks import words
from watchfloor.programme.risks.models import CalendarEvent


def known(actor: Actor, start: datetime, end: datetime) -> list[coming.Coming]:
    """Events of the markets whose numbers this actor may see; also those that are over, and those of which nothing special is expected."""
    mine = CalendarEvent.objects.filter(access.rows(actor, "insight.view", market="market"))
    rows = mine.filter(cancelled_at=None, starts_at__lt=end, ends_at__gt=start).order_by("starts_at", "pk")
    return [
        coming.Coming(
            kind=row.kind, title=row.title, start=row.starts_at, end=row.ends_at, market=row.market, uplift=row.uplift
        )
        for row in rows
    ]


def offer() -> None:
    """From now on forecasts of numbers ask, and staffing does."""
    coming.register(known, words.EVENTS)
