"""The floor as it is now: what is open, what came and went in the last hour, who is on, by queue, market, vendor or site.

Summed up from the groups of ``wall``, limited to what the actor may see under ``floor.view``. Trends and what is usual at this
hour come from the facts and are remembered for a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.utils.translation import get_language

from watchfloor.identity.domain import Actor
from watchfloor.insight import queries, solve_plan, surge_need, wall
from watchfloor.insight.needed import handling_per_unit, needed
from watchfloor.insight.queries import Span
from watchfloor.insight.wall import Flow, Group
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import RememberedBy
from watchfloor.review.domain import workload
from watchfloor.review.models import Queue
from watchfloor.workforce import queries as workforce
from watchfloor.workforce.models import Reviewer, Vendor
from watchfloor.workforce.queries import PersonOn

HOUR = timedelta(hours=1)
BY = ("queue", "market", "vendor", "site")
FEWEST = 5  # people of whom something personal may be counted


class QueueNow(msgspec.Struct, kw_only=True):
    """One queue (or market, vendor, site). Durations in seconds; None where nothing was solved in the last hour."""

    key: str
    name: str
    open: int = 0
    waiting: int = 0
    in_hour: int = 0
    solved_hour: int = 0
    age_at_solve: float | None = None
    handling: float | None = None
    due_soon: int = 0
    due_4h: int = 0
    at_risk: int = 0
    late: int = 0
    breached_today: int = 0
    oldest: datetime | None = None
    next_due: datetime | None = None
    staffed: int = 0
    strength: float = 0.0  # the shares of a full day that those on stand for
    needed: int | None = None
    plan: float | None = None
    paused: bool = False
    trend: list[float | None] = []

    def take(self, group: Group) -> None:
        """Add open jobs."""
        self.open += group.open
        self.waiting += group.waiting
        self.due_soon += group.due_soon
        self.due_4h += group.due_4h
        self.at_risk += group.at_risk
        self.late += group.late
        self.breached_today += group.breached_open + group.breached_solved
        self.oldest = min((at for at in (self.oldest, group.oldest) if at), default=None)
        self.next_due = min((at for at in (self.next_due, group.next_due) if at), default=None)

    def solve(self, flow: Flow) -> None:
        """Add decided jobs; the averages stay averages over all of them."""
        total = self.solved_hour + flow.count
        self.handling = ((self.handling or 0) * self.solved_hour + flow.handling / 1000) / total
        self.age_at_solve = ((self.age_at_solve or 0) * self.solved_hour + flow.age / 1000) / total
        self.solved_hour = total


class Floor(msgspec.Struct, kw_only=True):
    """The wall: totals, rows, people. ``at`` is when it was counted."""

    at: datetime
    backlog: int
    waiting: int
    backlog_usual: float | None  # at this time of the same weekdays, up to four
    usual_base: str
    oldest: datetime | None
    at_risk: int
    due_soon: int
    late: int
    breached_today: int
    solved_hour: int
    planned_hour: float | None
    in_hour: int
    by: str
    queues: list[QueueNow]
    people: list[PersonOn]
    stepped_back: int | None  # None: too few people to say


class Person(msgspec.Struct, frozen=True):
    """Where someone who decided works."""

    vendor: str
    site: str
    team: str


def floor(
    actor: Actor, *, market: str = "", vendor: str = "", site: str = "", team: str = "", by: str = "queue", trends: bool = True
) -> Floor:  # fmt: skip
    """The floor for this actor, narrowed to a market. Vendor, site and team narrow what was solved and who is on: what waits has none."""
    now, counted = clock.now(), wall.wall()
    known = {row.key: row for row in Queue.objects.filter(archived_at__isnull=True).order_by("position", "key")}
    sites = dict(Vendor.objects.values_list("key", "site"))
    people = [
        person
        for person in workforce.people_on(actor, vendor=vendor)
        if (not team or person.team == team) and (not site or sites.get(person.vendor) == site)
    ]
    rows = (
        {}
        if by != "queue"
        else {key: QueueNow(key=key, name=row.name, paused=row.paused) for key, row in known.items()}
    )
    total = QueueNow(key="", name="")
    by_queue: dict[str, QueueNow] = {}
    for group in counted.groups:
        if _sees(actor, group, market, group.clearance):
            for row in (
                total,
                _at(by_queue, group.queue),
                *([_at(rows, getattr(group, by))] if by in ("queue", "market") else []),
            ):
                row.take(group)
    wanted = bool(vendor or site or team)
    places = _places() if wanted or by in ("vendor", "site") else {}
    for flow in counted.flows:
        clearance = known[flow.queue].clearance if flow.queue in known else ""
        if not _sees(actor, flow, market, clearance, flow.vendor or None):
            continue
        place = places.get(flow.reviewer.removeprefix("user:")) or Person(flow.vendor, sites.get(flow.vendor, ""), "")
        key = {"queue": flow.queue, "market": flow.market, "vendor": place.vendor, "site": place.site}[by]
        if flow.type == "job.ready":
            targets = [total, _at(by_queue, flow.queue), *([_at(rows, key)] if by in ("queue", "market") else [])]
            for row in {id(each): each for each in targets}.values():
                row.in_hour += flow.count
        elif (
            (not vendor or place.vendor == vendor)
            and (not site or place.site == site)
            and (not team or place.team == team)
        ):
            for row in (total, _at(by_queue, flow.queue), _at(rows, key)):
                row.solve(flow)
    _staff(rows, by, people, sites)
    if by == "queue":
        plans = solve_plan.hour(now)
        said = surge_need.needs()
        weights = {key: workload.weight(queue.kind, queue.weight) for key, queue in known.items()}
        per_unit = handling_per_unit(
            [(row.solved_hour, row.handling, weights.get(row.key, 1.0)) for row in by_queue.values()]
        )
        for key, row in rows.items():
            row.plan = plans.get(key)
            handling = row.handling
            if handling is None and per_unit is not None:
                handling = per_unit * weights.get(key, 1.0)
            row.needed = needed(row.in_hour, handling, row.due_4h)
            if key in said:
                row.needed = max(row.needed or 0, said[key])
    seen = [row for row in rows.values() if by != "queue" or _shown(actor, row, known)]
    for row in seen:
        row.name = row.name or "–"
    if by == "queue":  # where something is going on comes first; within that the order people gave their queues stays
        seen.sort(key=lambda row: not _has_anything(row))
    else:
        seen.sort(key=lambda row: (-row.open, -row.solved_hour, row.key))
    usual, base = (None, "")
    if trends:
        minute = now.replace(second=0, microsecond=0)
        usual, base, lines = _past((actor.scopes, actor.all_powerful, market, minute, get_language() or ""))
        for row in seen:
            row.trend = lines.get(row.key, []) if by == "queue" else []
    planned = [row.plan for row in seen if row.plan is not None]
    states = Counter(person.state for person in people)
    return Floor(
        at=counted.at, backlog=total.open, waiting=total.waiting, backlog_usual=usual, usual_base=base, oldest=total.oldest,
        at_risk=total.at_risk, due_soon=total.due_soon, late=total.late, breached_today=total.breached_today,
        solved_hour=total.solved_hour, planned_hour=sum(planned) if planned else None, in_hour=total.in_hour, by=by,
        queues=seen, people=people, stepped_back=states["stepped_back"] if len(people) >= FEWEST else None,
    )  # fmt: skip


def _sees(actor: Actor, thing: Group | Flow, market: str, clearance: str, vendor: str | None = None) -> bool:
    if market and thing.market != market:
        return False
    return actor.may(
        "floor.view",
        queue=thing.queue,
        market=thing.market,
        severity=thing.severity,
        clearance=clearance,
        vendor=vendor,
    )


def _shown(actor: Actor, row: QueueNow, known: dict[str, Queue]) -> bool:
    queue = known.get(row.key)
    return _has_anything(row) or actor.may("floor.view", queue=row.key, clearance=queue.clearance if queue else "")


def _staff(rows: dict[str, QueueNow], by: str, people: list[PersonOn], sites: dict[str, str]) -> None:
    """Who is on and may be given work: of a queue, those whose own list names it, or who have none."""
    working = [person for person in people if person.state in ("available", "working")]
    if by == "queue":
        for row in rows.values():
            here = [person for person in working if not person.queues or row.key in person.queues]
            row.staffed, row.strength = len(here), sum(person.strength for person in here)
        return
    place: dict[str, Callable[[PersonOn], str]] = {
        "vendor": lambda person: person.vendor, "site": lambda person: sites.get(person.vendor, "")
    }  # fmt: skip
    if by in place:
        for person in working:
            row = _at(rows, place[by](person))
            row.staffed, row.strength = row.staffed + 1, row.strength + person.strength


def _read_places(_: str) -> dict[str, Person]:
    sites = dict(Vendor.objects.values_list("key", "site"))
    rows = Reviewer.objects.values_list("pk", "vendor_key", "team")
    return {str(pk): Person(vendor, sites.get(vendor, ""), team) for pk, vendor, team in rows}


_remembered_places = RememberedBy(_read_places, seconds=10)


def _places() -> dict[str, Person]:
    return _remembered_places("")


Key = tuple[Any, bool, str, datetime, str]  # the last: the language of the words


def _read_past(key: Key) -> tuple[float | None, str, dict[str, list[float | None]]]:
    """The backlog that is usual at this time, with its base in words; the last twelve hours of each queue."""
    scopes, powerful, market, now, _language = key
    actor = Actor(kind="user", id="", scopes=scopes, all_powerful=powerful)
    where = {"market": (market,)} if market else {}
    [kpi] = queries.kpis(
        actor, Span(start=now - HOUR, end=now, where=where), metrics=["backlog"], permission="floor.view"
    )
    hour = now.replace(minute=0)
    span = Span(start=hour - 12 * HOUR, end=hour + HOUR, interval="hour", where=where)
    lines = queries.series_by(actor, span, "backlog", "queue", permission="floor.view")
    return kpi.before, kpi.base, {name: [point.value for point in points] for name, points in lines.items()}


_past = RememberedBy(_read_past, seconds=60, limit=500)


def _at(queues: dict[str, QueueNow], key: str) -> QueueNow:
    return queues.setdefault(key, QueueNow(key=key, name=key))


def _has_anything(queue: QueueNow) -> bool:
    return bool(queue.open or queue.in_hour or queue.solved_hour)
