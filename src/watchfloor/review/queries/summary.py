"""The floor in one table: per queue what waits, what is late, what flows, how fast and with how much work.

The database groups once for everybody (per queue, market, severity and clearance; read from two small indexes) and the
answer is kept for two seconds; what an actor sees is the sum of the groups they may see.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, F, Min, Q, Sum, Value

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.review.models import Job, Queue

KEEP_SECONDS = 2.0
FLOW_WINDOW = timedelta(hours=1)
SPEED_WINDOW = timedelta(hours=24)
DIMENSIONS = ("queue_key", "market", "severity", "clearance")


class QueueNow(msgspec.Struct, frozen=True, kw_only=True):
    """One queue now. ``entered`` and ``solved`` are of the last hour; ``aas_ms`` and ``aht_ms`` means of the last 24 hours."""

    key: str
    name: str
    kind: str
    paused: bool
    open: int
    leased: int
    oldest_at: datetime | None
    due_soon: int  # within the hour, not yet late
    breached: int
    entered: int
    solved: int
    aas_ms: int | None
    aht_ms: int | None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What the database says of one (queue, market, severity, clearance)."""

    queue: str
    market: str
    severity: int
    clearance: str
    open: int = 0
    leased: int = 0
    oldest_at: datetime | None = None
    due_soon: int = 0
    breached: int = 0
    entered: int = 0
    solved: int = 0
    decided_day: int = 0
    age_ms: float = 0
    active_ms: int = 0


_lock = threading.Lock()
_kept: tuple[float, datetime, list[Group]] | None = None


def forget() -> None:
    """Drop what is kept (between tests)."""
    global _kept
    _kept = None


def queue_summary(actor: Actor) -> list[QueueNow]:
    """All queues in which the actor may see cases (or the floor), in their order."""
    groups: dict[str, list[Group]] = {}
    for group in _groups():
        if _may_see(actor, group):
            groups.setdefault(group.queue, []).append(group)
    rows = Queue.objects.filter(archived_at__isnull=True).order_by("position", "key")
    seen = [row for row in rows if row.key in groups or _may_see_queue(actor, row)]
    return [_sum(row, groups.get(row.key, ())) for row in seen]


def _may_see(actor: Actor, group: Group) -> bool:
    here: dict[str, Any] = {"queue": group.queue, "market": group.market, "severity": group.severity}
    return any(actor.may(permission, clearance=group.clearance, **here) for permission in ("case.view", "floor.view"))


def _may_see_queue(actor: Actor, row: Queue) -> bool:
    return any(actor.may(name, queue=row.key, clearance=row.clearance) for name in ("case.view", "floor.view"))


def _sum(row: Queue, groups: Iterable[Group]) -> QueueNow:
    groups = list(groups)
    decided = sum(group.decided_day for group in groups)
    return QueueNow(
        key=row.key, name=row.name, kind=row.kind, paused=row.paused,
        open=sum(group.open for group in groups), leased=sum(group.leased for group in groups),
        oldest_at=min((group.oldest_at for group in groups if group.oldest_at), default=None),
        due_soon=sum(group.due_soon for group in groups), breached=sum(group.breached for group in groups),
        entered=sum(group.entered for group in groups), solved=sum(group.solved for group in groups),
        aas_ms=int(sum(group.age_ms for group in groups) / decided) if decided else None,
        aht_ms=int(sum(group.active_ms for group in groups) / decided) if decided else None,
    )  # fmt: skip


def _groups() -> list[Group]:
    global _kept
    now = clock.now()
    kept = _kept
    if kept is not None and time.monotonic() - kept[0] < KEEP_SECONDS and abs(now - kept[1]) < FLOW_WINDOW:
        return kept[2]
    with _lock:
        if _kept is kept:
            _kept = (time.monotonic(), now, _read(now))
        assert _kept is not None
        return _kept[2]


def _read(now: datetime) -> list[Group]:
    found: dict[tuple[Any, ...], dict[str, Any]] = {}

    def add(rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            key = tuple(row.pop(name) for name in DIMENSIONS)
            found.setdefault(key, {}).update({name: value for name, value in row.items() if value is not None})

    by = Job.objects.order_by().values(*DIMENSIONS)
    add(
        by.filter(state__in=("ready", "leased")).annotate(
            open=Count(Value(1)),
            oldest_at=Min("ready_at"),
            due_soon=Count(Value(1), filter=Q(due_at__gte=now, due_at__lt=now + timedelta(hours=1))),
            breached=Count(Value(1), filter=Q(due_at__lt=now)),
        )
    )
    add(by.filter(state="leased").annotate(leased=Count(Value(1))))
    add(by.filter(ready_at__gt=now - FLOW_WINDOW).annotate(entered=Count(Value(1))))
    add(
        by.filter(state="decided", decided_at__gt=now - SPEED_WINDOW).annotate(
            solved=Count(Value(1), filter=Q(decided_at__gt=now - FLOW_WINDOW)),
            decided_day=Count(Value(1)),
            active_ms=Sum("active_ms"),
            age=Sum(F("decided_at") - F("opened_at")),
        )
    )
    groups = []
    for key, values in found.items():
        age = values.pop("age", None)
        if age is not None:
            values["age_ms"] = age / timedelta(milliseconds=1)
        queue, market, severity, clearance = key
        groups.append(Group(queue=queue, market=market, severity=severity, clearance=clearance, **values))
    return groups
