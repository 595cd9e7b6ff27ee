"""Before and after: each watched metric beside its baseline; what the launch did to it with an interval, or why that cannot be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.engines import effects
from watchfloor.engines.effects import Effect
from watchfloor.insight import catalogue, queries
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.programme.launches import access, baselines, watching
from watchfloor.programme.launches.baselines import Number
from watchfloor.programme.launches.models import Launch

WEEK, LEAST_DAYS = 7, 1 / 24
DAY = timedelta(days=1)


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """One metric. ``days`` are the baseline's and those since, oldest first; ``at`` is how many of them are of before."""

    metric: Metric
    before: float | None
    since: float | None
    days: list[float]
    at: int
    effect: Effect | None
    why: str = ""
    href: str = ""  # the rows behind it


def beside(row: Launch) -> list[Beside]:
    """Every watched metric that is frozen, measured up to now or to the end of the launch."""
    kept, start = baselines.of(row), watching.since(row) or row.started_at
    if kept is None:
        return []
    now = row.ended_at or clock.now()
    found = []
    for number in kept.numbers.values():
        metric = catalogue.metric(number.key)
        line = _one(row, metric, number, kept.where, start, now)
        found.append(msgspec.structs.replace(line, href=address(metric, kept.where, start, now)))
    return found


def _one(
    row: Launch, metric: Metric, number: Number, where: dict[str, tuple[str, ...]], start: datetime | None, now: datetime
) -> Beside:  # fmt: skip
    before = [value for _at, value in number.days if value is not None]
    blank = Beside(metric=metric, before=_daily(metric, number), since=None, days=before, at=len(before), effect=None)
    if start is None or now <= start:
        return msgspec.structs.replace(blank, why=_("It is measured from the first stage on."))
    span = Span(start=start, end=now, interval="day", where=where)
    kpi = queries.kpis(access.reader(row), span, metrics=[metric.key], compare=False)[0]
    whole = [point.value for point in kpi.series[1:-1]]  # the day it began, and today, are parts of days
    after = [value for value in whole if value is not None]
    days = (now - start).total_seconds() / 86400
    since = kpi.value
    if metric.kind == "count":  # by the day; of some minutes a day cannot be told
        since = kpi.value / days if kpi.value is not None and days >= LEAST_DAYS else None
    found = msgspec.structs.replace(blank, since=since, days=[*before, *after])
    if not after:
        return msgspec.structs.replace(found, why=_("No whole day is over yet."))
    steady = len(before) == len(number.days) and len(after) == len(whole)
    effect = effects.before_after(found.days, len(before), season=WEEK if steady else 0, placebos=False)
    return msgspec.structs.replace(
        found, effect=effect if effect.enough else None, why="" if effect.enough else effect.why
    )


def address(metric: Metric, where: dict[str, tuple[str, ...]], start: datetime | None, end: datetime) -> str:
    """The metric's own page, over the same part of the floor where that is one value of each dimension."""
    asked = {name: values[0] for name, values in where.items() if len(values) == 1}
    if start is not None:
        asked |= {"from": start.date().isoformat(), "to": (end + DAY).date().isoformat()}
    return f"{reverse('insight-metric', args=[metric.key])}?{urlencode(asked)}"


def _daily(metric: Metric, number: Number) -> float | None:
    """Counts are told by day, so that spans of unlike length can be compared."""
    if metric.kind != "count" or number.value is None or not number.days:
        return number.value
    return number.value / len(number.days)
