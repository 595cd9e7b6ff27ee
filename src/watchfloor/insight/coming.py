"""What is known to come, or was: elections, holidays, launches. Whoever keeps a calendar registers it here, once.

Forecasts of numbers and of the queues' work count on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext

from watchfloor.identity.domain import Actor

DAY = timedelta(days=1)


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """One event. ``market`` empty: everywhere. ``uplift``: what people expect of it, 0.3 is thirty per cent more; 0: they did not say."""

    kind: str = ""  # empty in bases of staffing that were kept before events had kinds there
    title: str
    start: datetime
    end: datetime
    market: str = ""
    uplift: float = 0.0


Source = Callable[[Actor, datetime, datetime], Sequence[Coming]]
_sources: list[Source] = []
_kinds: dict[str, str] = {}


def register(source: Source, kinds: Mapping[str, str]) -> None:
    """A calendar: the events of a span that this actor may know of, and what its kinds are called. Saying it twice changes nothing."""
    if source not in _sources:
        _sources.append(source)
    _kinds.update(kinds)


def kinds() -> dict[str, str]:
    """Names of the kinds of events."""
    return {key: gettext(name) for key, name in _kinds.items()}


def between(actor: Actor, start: datetime, end: datetime) -> list[Coming]:
    """What all calendars know of a span, the earliest first."""
    return sorted((each for source in _sources for each in source(actor, start, end)), key=lambda each: each.start)


def strength(event: Coming, begin: datetime, shares: Mapping[str, float], *, span: timedelta = DAY) -> float:
    """How much of a day's (or ``span``'s) work an event touches: the share of it that it lasts, times its market's share of the work."""
    inside = min(event.end, begin + span) - max(event.start, begin)
    return max(inside / span, 0.0) * (shares.get(event.market, 0.0) if event.market else 1.0)
