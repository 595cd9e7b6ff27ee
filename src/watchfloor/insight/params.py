"""What a page is asked for in its address: span, interval, split and filters; checked, with sentences for what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from watchfloor.insight.compile import INTERVALS
from watchfloor.insight.own_metrics import keeping
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import datefields

SPANS: dict[str, Any] = {
    "today": _("Today"), "24h": _("Last 24 hours"), "7d": _("Last 7 days"), "14d": _("Last 14 days"), "28d": _("Last 28 days"),
}  # fmt: skip
_LENGTHS = {"24h": timedelta(days=1), "7d": timedelta(days=7), "14d": timedelta(days=14), "28d": timedelta(days=28)}
FILTERS = ("queue", "market", "policy", "vendor", "channel")
SPLITS = (
    "queue",
    "market",
    "policy",
    "vendor",
    "channel",
    "language",
    "severity",
    "kind",
    "tenure",
    "team",
    "surface",
    "rule",
)


def filters() -> tuple[str, ...]:
    """What pages of numbers offer to filter by: the usual dimensions, then teams' own."""
    return (*FILTERS, *keeping.dimensions())


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """A page's question."""

    span: Span
    by: tuple[str, ...]
    preset: str
    filters: dict[str, str]


def read(query: Mapping[str, str], *, default: str = "7d", by: str = "queue") -> Params:
    """From ``?span=7d`` or ``?from=2026-11-02&to=2026-11-09``, ``interval``, ``by``, ``then`` and one value for each filter.

    Raises:
        BadInput: an unknown span, interval or dimension, or a date that is none.
    """
    preset = "" if query.get("from") else query.get("span") or default
    start, end = _given(query) if not preset else _preset(preset)
    interval = query.get("interval") or ("hour" if end - start <= timedelta(days=2) else "day")
    if interval not in INTERVALS:
        raise BadInput(
            "unknown_interval", f"{interval[:20]!r} is no interval.", where="interval", hint="hour, day or week"
        )
    known = keeping.titles()
    split = tuple(dict.fromkeys(name for name in (query.get("by") or by, query.get("then")) if name))
    for name in split:
        if name not in known:
            raise BadInput("unknown_dimension", f"{name[:40]!r} is no dimension.", where="by", hint=", ".join(known))
    filters = {name: query[name] for name in known if query.get(name)}
    span = Span(start=start, end=end, interval=interval, where={name: (value,) for name, value in filters.items()})
    return Params(span=span, by=split, preset=preset, filters=filters)


def _preset(name: str) -> tuple[datetime, datetime]:
    now = clock.now()
    if name == "today":
        day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return day.astimezone(UTC), _whole_minute(now)
    if name not in _LENGTHS:
        raise BadInput("unknown_span", f"{name[:20]!r} is no span.", where="span", hint=", ".join(SPANS))
    if name == "24h":
        end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return end - _LENGTHS[name], end
    # Whole days (UTC), today's part included.
    end = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return end - _LENGTHS[name], end


def _given(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    start = moment(query["from"], "from")
    end = moment(query.get("to") or clock.now().isoformat(), "to")
    if "T" not in query.get("to", "T"):  # a day as the end is meant with all its hours
        end += timedelta(days=1)
    return start, end


def moment(text: str, where: str) -> datetime:
    """A date or a time; without a zone it is UTC."""
    try:
        return datefields.moment(text, where)
    except BadInput:
        raise BadInput(
            "bad_date", f"{text[:40]!r} is no date.", where=where, hint="Write 2026-11-02 or 2026-11-02T09:00:00Z."
        ) from None


def _whole_minute(when: datetime) -> datetime:
    """So that answers asked for within a minute are the same."""
    return when.replace(second=0, microsecond=0) + timedelta(minutes=1)
