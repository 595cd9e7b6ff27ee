"""Hypercare: what the numbers are since the launch, beside those before, and whether a guard's whole interval lies beyond its limit."""

from __future__ import annotations

import logging
import math
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from watchfloor.identity.domain import system
from watchfloor.insight import catalogue, queries
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.queries import Span as Stretch
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import writing
from watchfloor.programme.launches import access, baselines
from watchfloor.programme.launches.actions import rolling
from watchfloor.programme.launches.actions.planning import document_of
from watchfloor.programme.launches.baselines import Baseline
from watchfloor.programme.launches.domain import guards, states
from watchfloor.programme.launches.domain.document import Guard
from watchfloor.programme.launches.models import Launch

log = logging.getLogger(__name__)
HOUR, MUCH = timedelta(hours=1), 1_000


class GuardNow(msgspec.Struct, frozen=True, kw_only=True):
    """A guard as it stands. ``span``, ``limit`` and ``scale`` are in one unit: times the baseline where ``relative`` of a count."""

    guard: Guard
    metric: Metric
    verdict: str
    span: guards.Span | None
    limit: float | None
    times: bool  # the span is a multiple of what the baseline would have counted
    why: str = ""  # why it waits


def since(row: Launch) -> datetime | None:
    """From when numbers are "after": of a policy from when its version is in force, else from the first stage."""
    stages = row.stages.filter(on_at__gte=row.started_at).order_by("number") if row.started_at else row.stages.none()
    on = list(stages)  # those that were taken back, too: a launch that was stopped is read as it was
    forced = [stage.on_at for stage in on if stage.in_force]
    return forced[0] if forced else row.started_at


def guards_of(row: Launch, now: datetime | None = None) -> list[GuardNow]:
    """Every guard of the launch, read now."""
    document, kept, start = document_of(row), baselines.of(row), since(row)
    return [_read(row, guard, kept, start, now or clock.now()) for guard in document.guards]


def _read(row: Launch, guard: Guard, kept: Baseline | None, start: datetime | None, now: datetime) -> GuardNow:
    metric = catalogue.metric(guard.metric)
    number = kept.numbers.get(guard.metric) if kept is not None else None
    times = guard.relative and metric.kind == "count"
    limit = 1 + guard.limit if times else guards.limit_of(guard.limit, guard.relative, number.value if number else None)
    blank = GuardNow(guard=guard, metric=metric, verdict=guards.WAITING, span=None, limit=limit, times=times)
    if start is None or now <= start:
        return msgspec.structs.replace(blank, why=_("It is watched from the first stage on."))
    if limit is None or kept is None or number is None:
        return msgspec.structs.replace(blank, why=_("There is no baseline to compare with."))
    actor, where = access.reader(row), kept.where
    stretch = Stretch(start=start, end=now, interval="day", where=where)
    span: guards.Span | None
    if metric.kind == "count":
        count = queries.kpis(actor, stretch, metrics=[metric.key], compare=False)[0].value or 0.0
        hours = usual(number.by_hour, start, now) if times else (now - start) / HOUR
        span, why = guards.rate(count, hours, number.spread), _("The baseline counted nothing.")
    elif metric.kind == "share":
        parts = queries.fractions(actor, stretch, metric).values()
        span = guards.share(math.fsum(part[0] for part in parts), math.fsum(part[1] for part in parts))
        why = _("Nothing has happened yet that it is a share of.")
    else:
        hourly = msgspec.structs.replace(
            stretch, start=_next_hour(start), end=now.replace(minute=0, second=0, microsecond=0), interval="hour"
        )
        values = []
        if hourly.end > hourly.start:
            values = [
                point.value for point in queries.series(actor, hourly, [metric])[metric.key] if point.value is not None
            ]
        span, why = guards.mean(values, number.deviation), _("It takes eight hours with work in them.")
    verdict = guards.judge(span, guard.side, limit)
    return msgspec.structs.replace(blank, span=span, verdict=verdict, why="" if span else why)


def usual(by_hour: list[float], start: datetime, end: datetime) -> float:
    """What the baseline would have counted in between, by the hour of the day (UTC)."""
    total, at = 0.0, start
    while at < end:
        until = min(end, at.replace(minute=0, second=0, microsecond=0) + HOUR)
        total += (by_hour[at.hour] if by_hour else 0.0) * ((until - at) / HOUR)
        at = until
    return total


def look() -> int:
    """Read the guards of every launch in hypercare; stop those that tripped. How many were stopped (loop)."""
    stopped = 0
    for row in Launch.objects.filter(state=states.HYPERCARE):
        try:
            tripped = next((each for each in guards_of(row) if each.verdict == guards.TRIPPED), None)
            if tripped is not None and tripped.span is not None:
                with writing(system("launches")) as w:
                    rolling.stop(
                        w,
                        row.pk,
                        why=in_words(tripped),
                        guard=tripped.guard.metric,
                        span=tripped.span,
                        limit=tripped.limit,
                    )
                stopped += 1
        except Conflict:  # a person was quicker
            continue
        except Exception:
            log.exception("the guards of launch %s could not be read", row.number)
    return stopped


def in_words(found: GuardNow) -> str:
    """Why a guard stopped a launch, in a sentence."""
    assert found.span is not None and found.limit is not None
    named = {
        "metric": _(found.metric.title), "value": figure(found, found.span.value), "low": figure(found, found.span.low),
        "high": figure(found, found.span.high), "limit": figure(found, found.limit),
    }  # fmt: skip
    if found.guard.side == "above":
        return _("%(metric)s is %(value)s [%(low)s to %(high)s], all of it above the limit of %(limit)s.") % named
    return _("%(metric)s is %(value)s [%(low)s to %(high)s], all of it below the limit of %(limit)s.") % named


def figure(found: GuardNow, value: float) -> str:
    """A guard's number for people."""
    if found.times and value >= MUCH:
        return _("more than %(times)s times the baseline") % {"times": f"{MUCH:,}"}
    if found.times:
        return _("%(times)s times the baseline") % {"times": f"{value:.3g}"}
    return number(found.metric, value, hourly=found.metric.kind == "count")


def number(metric: Metric, value: float, *, hourly: bool = False) -> str:
    """A metric's value for people, with its unit."""
    if metric.unit == "share":
        return f"{value * 100:.3g} %"
    if metric.unit == "ms":
        seconds = value / 1000
        return (
            _("%(value)s min") % {"value": f"{seconds / 60:.3g}"}
            if seconds >= 120
            else _("%(value)s s") % {"value": f"{seconds:.3g}"}
        )
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return _("%(value)s an hour") % {"value": text} if hourly else text


def _next_hour(at: datetime) -> datetime:
    floor = at.replace(minute=0, second=0, microsecond=0)
    return floor if floor == at else floor + HOUR
