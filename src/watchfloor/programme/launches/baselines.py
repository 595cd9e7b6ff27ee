"""The numbers before a launch, frozen: what hypercare compares with, and what guards beside a baseline go by."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from watchfloor.insight import catalogue, queries
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.queries import Span
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.programme.launches import access
from watchfloor.programme.launches.actions.planning import document_of
from watchfloor.programme.launches.domain import states
from watchfloor.programme.launches.domain.document import Document, digest
from watchfloor.programme.launches.events import BaselineFrozen
from watchfloor.programme.launches.models import Launch

DAYS = 28
FRESH = timedelta(days=14)  # an older one says little of the day before
HOUR = timedelta(hours=1)


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One metric before: its value, its days, and by hour of the day what is usual, with how much hours vary."""

    key: str
    value: float | None
    days: list[tuple[datetime, float | None]]
    by_hour: list[float] = []  # counts an hour, by hour of the day (UTC); empty for what is no count
    spread: float = 1.0  # variance over mean of the hours (of what is usual), 1 or more
    deviation: float = 0.0  # of hourly values


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """Everything kept. ``where`` is what was looked at, as ``Span.where``."""

    at: datetime
    by: str
    start: datetime
    end: datetime
    where: dict[str, tuple[str, ...]]
    numbers: dict[str, Number]


def where(kind: str, document: Document) -> dict[str, tuple[str, ...]]:
    """What of the floor a launch is about: its policy and markets (a vendor's launch: that vendor), else its queues.

    Not all at once: what comes in is of no vendor yet, and a report is in no queue.
    """
    named = {"policy": (document.policy_key,) if document.policy_key else (), "market": document.markets}
    if kind == "vendor":
        named["vendor"] = document.vendors
    found = {name: values for name, values in named.items() if values}
    return found or ({"queue": document.queues} if document.queues else {})


def freeze(w: Writer, launch_id: UUID, *, days: int = DAYS) -> Launch:
    """Keep the numbers of the last whole days.

    Raises:
        Conflict: the launch has begun, so that there is no "before" any more.
    """
    row = access.by_id(launch_id)
    if row.state not in states.WATCHED:
        raise Conflict("begun", "The launch has begun: a baseline is of the days before.")
    document = document_of(row)
    end = clock.now().replace(minute=0, second=0, microsecond=0)
    found = measure(row, document, end - timedelta(days=days), end, str(w.actor))
    plain = msgspec.to_builtins(found)
    w.update(row, baseline=plain)
    w.event(BaselineFrozen(launch=row.number, metrics=list(found.numbers), digest=digest(plain)), row)
    return row


def measure(row: Launch, document: Document, start: datetime, end: datetime, by: str) -> Baseline:
    """The numbers of a span, as they would be frozen."""
    actor, about = access.reader(row), where(row.kind, document)
    metrics = [catalogue.metric(key) for key in document.watched()]
    whole = {
        each.key: each
        for each in queries.kpis(
            actor, _span(start, end, "day", about), metrics=[m.key for m in metrics], compare=False
        )
    }
    hours = queries.series(actor, _span(start, end, "hour", about), metrics)
    numbers = {}
    for metric in metrics:
        kpi = whole[metric.key]
        seen = [(point.at, point.value) for point in hours[metric.key] if point.value is not None]
        numbers[metric.key] = _number(metric, kpi.value, [(point.at, point.value) for point in kpi.series], seen)
    return Baseline(at=clock.now(), by=by, start=start, end=end, where=about, numbers=numbers)


def of(row: Launch) -> Baseline | None:
    """What was frozen."""
    return None if row.baseline is None else msgspec.convert(row.baseline, Baseline)


def _number(
    metric: Metric, value: float | None, days: list[tuple[datetime, float | None]], seen: list[tuple[datetime, float]]
) -> Number:
    values = [each for _at, each in seen]
    deviation = _deviation(values)
    if metric.kind != "count":
        return Number(key=metric.key, value=value, days=days, deviation=deviation)
    by_hour = [_mean([each for at, each in seen if at.hour == hour]) for hour in range(24)]
    usual = _mean(values)
    around = [(each - by_hour[at.hour]) ** 2 for at, each in seen]
    spread = max(1.0, _mean(around) / usual) if usual else 1.0
    return Number(key=metric.key, value=value, days=days, by_hour=by_hour, spread=spread, deviation=deviation)


def _span(start: datetime, end: datetime, interval: str, about: dict[str, tuple[str, ...]]) -> Span:
    return Span(start=start, end=end, interval=interval, where=about)


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def _deviation(values: list[float]) -> float:
    if len(values) < 2:
        return 0.0
    centre = _mean(values)
    return math.sqrt(math.fsum((each - centre) ** 2 for each in values) / (len(values) - 1))
