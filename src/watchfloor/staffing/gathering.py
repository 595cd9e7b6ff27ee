"""Reads a floor from its own history into a base: forecast, handle times, people, needs, and the scenario that what-ifs change."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from watchfloor.engines.staffing.calibration import (
    Crew,
    Fared,
    Handled,
    Seen,
    Shrinkage,
    Stay,
    ahead,
    at_work,
    choose,
    handling,
    paces,
    scenario,
    shrinkage,
    together,
)
from watchfloor.engines.staffing.calibration.presence import ABSENT
from watchfloor.engines.staffing.simulation import scenario as of
from watchfloor.identity.domain import system
from watchfloor.insight import coming as calendars
from watchfloor.insight.coming import Coming
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.review import plan
from watchfloor.review.models import Queue as QueueRow
from watchfloor.staffing import facts, markets
from watchfloor.staffing.domain.base import Base, Queue
from watchfloor.staffing.domain.lifted import lifted
from watchfloor.workforce.domain import capacity
from watchfloor.workforce.domain.matching import shifts as working_hours
from watchfloor.workforce.models import Reviewer, Vendor

DAYS, PEOPLE_DAYS = 56, 14
LIVE = 15 * 60.0  # only such queues are taken to lose items to waiting
FEWEST = 5  # people, below which shrinkage is not told
_HOUR = timedelta(hours=1)
_LEAST_FOCUS = 0.02


def gather(now: datetime | None = None) -> Base:
    """The floor as its last eight weeks tell it.

    Raises:
        BadInput: there is no history yet, nothing was handled, or nobody was there.
    """
    end = (now or clock.now()).replace(minute=0, second=0, microsecond=0)
    begin = facts.first()
    if begin is None or end - begin < timedelta(days=1):
        raise BadInput(
            "no_history",
            "There is less than a day of history.",
            hint="Come back when the floor has worked for two days.",
        )
    begin = max(begin.replace(minute=0, second=0, microsecond=0), end - timedelta(days=DAYS))
    seen = facts.history(begin, end)
    monday = (end + timedelta(days=(7 - end.weekday()) % 7 or (7 if end.hour else 0))).replace(hour=0)
    people = {str(row.pk): row for row in Reviewer.objects.filter(active=True)}
    stays = _stays(seen.there, people, max(begin, end - timedelta(days=PEOPLE_DAYS)))
    focus = _focus(seen, begin)
    slow = {each.group: each.pace for each in paces([each.handled for each in seen.done])}
    crews, heads = _crews(stays, people, min(PEOPLE_DAYS, (end - begin) / timedelta(days=1)) / 7, slow)
    lost = _lost(seen.there, people, begin, end)
    worth = focus * (1 - (lost.share if lost else 0.0))
    known = calendars.between(system("staffing"), monday, monday + timedelta(days=7))
    coming = [each for each in known if each.uplift]  # of the others nobody says how much work they bring
    queues, all_hours = _queues(seen, begin, end, monday, crews, worth, coming)
    paid = _need([_as_queue(each, worth) for each in queues], crews)
    there = [math.fsum(crew.people[hour] for crew in crews) for hour in range(168)]
    return Base(
        begin=begin, end=end, monday=monday, queues=queues, crews=crews, heads=heads, handled=len(seen.done),
        fared=all_hours, shrinkage=lost, paces=paces([each.handled for each in seen.done]), focus=focus, worth=worth,
        paid=[float(value) for value in paid], there=there, scenario=_scenario(queues, crews, monday, focus), coming=coming,
    )  # fmt: skip


def _queues(
    seen: facts.History,
    begin: datetime,
    end: datetime,
    monday: datetime,
    crews: list[Crew],
    worth: float,
    coming: list[Coming],
) -> tuple[list[Queue], Fared | None]:
    hours = int((end - begin) / _HOUR)
    first = begin.weekday() * 24 + begin.hour
    away = int((monday - end) / _HOUR)
    names = dict(QueueRow.objects.values_list("key", "name"))
    open_ = {each.key for each in plan.live_queues() if not each.clearance}
    known = {each.queue: each for each in handling([each.handled for each in seen.done])}
    if not known:
        raise BadInput("nothing_handled", "Nobody has finished an item yet, so nobody knows how long one takes.")
    lent = next(iter(handling([Handled("all", each.handled.seconds) for each in seen.done])))
    exposing = _exposing(seen.done)
    whole = [0.0] * hours
    shares = markets.shares(begin, end) if coming else {}
    found = []
    for key in sorted(set(seen.came) & open_):
        counts = [0.0] * hours
        for moment, count in seen.came[key].items():
            counts[int((moment - begin) / _HOUR)] = count
        whole = [one + other for one, other in zip(whole, counts, strict=True)]
        volume = ahead(counts, first, horizon=away + 168)
        week = lifted(volume.hours[away:], monday, shares.get(key, {}), coming)
        due = seen.due.get(key, 86_400.0)
        patience = seen.patience.get(key) if due <= LIVE else None
        priority = 0 if due <= 3600 else 1 if due <= 8 * 3600 else 2
        times = known.get(key) or replace(lent, queue=key, lent=True)
        item = of.Queue(
            name=key, arrivals=[each.value for each in week], aht=times.mean / worth, due=due, cv=times.cv,
            priority=priority, patience=patience,
        )  # fmt: skip
        shared = any((not crew.queues or key in crew.queues) and len(crew.queues) != 1 for crew in crews)
        found.append(
            Queue(
                key=key, name=names.get(key, key), hours=week, fared=volume.fared, handling=times, due=due,
                priority=priority, patience=patience, exposure=exposing.get(key, 0.0), choice=choose(item, shared=shared),
            )
        )  # fmt: skip
    return found, ahead(whole, first).fared


def _exposing(done: list[facts.Done]) -> dict[str, float]:
    """The share of each queue's time that went into severe work."""
    severe: dict[str, float] = defaultdict(float)
    total: dict[str, float] = defaultdict(float)
    for each in done:
        total[each.handled.queue] += each.handled.seconds
        severe[each.handled.queue] += each.handled.seconds * (each.severity >= 4)
    return {queue: round(severe[queue] / seconds, 4) for queue, seconds in total.items() if seconds}


def _stays(there: list[facts.There], people: Mapping[str, Reviewer], since: datetime) -> list[tuple[Reviewer, Stay]]:
    found = []
    for each in there:
        row = people.get(each.person)
        if row is not None and each.end > since:
            strength = capacity.strength(row.share, row.started_on, row.ramp_days, each.end.date())
            found.append((row, Stay(_team(row), each.state, max(each.begin, since), each.end, strength)))
    return found


def _team(row: Reviewer) -> str:
    return f"{row.vendor_key} · {row.team}" if row.team else row.vendor_key


def _crews(
    stays: list[tuple[Reviewer, Stay]],
    people: Mapping[str, Reviewer],
    weeks: float,
    slow: Mapping[str, float],
) -> tuple[list[Crew], dict[str, int]]:
    """People who can do the same, by team; the pace of a vendor is measured."""
    vendors = {row.key: row for row in Vendor.objects.all()}
    grouped: dict[tuple[str, str, tuple[str, ...]], list[Stay]] = defaultdict(list)
    for row, stay in stays:
        grouped[_team(row), row.vendor_key, tuple(sorted(row.queues))].append(stay)
    crews = []
    for number, ((team, vendor, queues), lines) in enumerate(sorted(grouped.items())):
        there = at_work(lines, weeks).get(team, [0.0] * 168)
        twins = sum(key[0] == team for key in grouped)
        site = vendors[vendor].site if vendor in vendors else ""
        crews.append(
            Crew(
                name=team if twins == 1 else f"{team} ({number + 1})", people=[round(value, 4) for value in there],
                queues=list(queues), vendor=vendor, site=site, pace=slow.get(vendor, 1.0), cost=1.0,
            )
        )  # fmt: skip
    heads: dict[str, int] = defaultdict(int)
    for row in people.values():
        heads[row.vendor_key] += 1
    return crews, dict(heads)


def _focus(seen: facts.History, begin: datetime) -> float:
    """Seconds of work over seconds at work, in hours that began with items waiting: else people idle for want of work."""
    waiting = 0.0
    came: dict[datetime, float] = defaultdict(float)
    gone: dict[datetime, float] = defaultdict(float)
    for line in seen.came.values():
        for hour, count in line.items():
            came[hour] += count
    worked: dict[datetime, float] = defaultdict(float)
    for each in seen.done:
        hour = each.at.replace(minute=0, second=0, microsecond=0)
        gone[hour] += 1
        worked[hour] += each.handled.seconds
    there: dict[datetime, float] = defaultdict(float)
    for stay in seen.there:
        at = stay.begin
        while at < stay.end and stay.state == "work":
            hour = at.replace(minute=0, second=0, microsecond=0)
            until = min(stay.end, hour + _HOUR)
            there[hour] += (until - at).total_seconds()
            at = until
    busy = present = 0.0
    for hour in sorted({*came, *gone, *there}):
        if hour >= begin and waiting >= 1:
            busy += worked[hour]
            present += there[hour]
        waiting = max(0.0, waiting + came[hour] - gone[hour])
    return min(1.0, max(_LEAST_FOCUS, busy / present)) if present else 1.0


def _lost(there: list[facts.There], people: Mapping[str, Reviewer], begin: datetime, end: datetime) -> Shrinkage | None:
    """Of everybody together; None where so few were there that it would be told of persons."""
    if len({each.person for each in there}) < FEWEST:
        return None
    stays = [Stay("", each.state, each.begin, each.end) for each in there]
    came: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for each in there:
        came[each.person].append((each.begin, each.end))
    for person, row in people.items():
        for shift_begin, shift_end in _scheduled(row, begin, end):
            if not any(one < shift_end and other > shift_begin for one, other in came.get(person, [])):
                stays.append(Stay("", ABSENT, shift_begin, shift_end))
    return shrinkage(stays)


def _scheduled(row: Reviewer, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Shifts by the working hours that are kept of a person; none where none are kept."""
    found = []
    for shift in working_hours(row.hours):
        zone = ZoneInfo(shift.zone)
        day = begin.astimezone(zone).date()
        while day <= end.astimezone(zone).date():
            if day.weekday() == shift.weekday:
                start = datetime.fromisoformat(f"{day}T{shift.start}").replace(tzinfo=zone)
                until = datetime.fromisoformat(f"{day}T{shift.end}").replace(tzinfo=zone)
                until = until if until > start else until + timedelta(days=1)
                if start >= begin and until <= end:
                    found.append((start, until))
            day += timedelta(days=1)
    return found


def _as_queue(each: Queue, worth: float) -> of.Queue:
    """The work as paid people see it: an item takes as much longer as little of their time goes into items."""
    return of.Queue(
        name=each.key, arrivals=[hour.value for hour in each.hours], aht=each.handling.mean / worth, due=each.due,
        cv=each.handling.cv, priority=each.priority, patience=each.patience,
    )  # fmt: skip


def _need(queues: list[of.Queue], crews: list[Crew]) -> list[int]:
    """Queues whose people overlap have one need together; live ones need their own on top."""
    live = {each.name for each in queues if each.patience is not None or float(each.due) <= LIVE}
    parent = {each.name: each.name for each in queues}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for crew in crews:
        served = [name for name in parent if name not in live and (not crew.queues or name in crew.queues)]
        for name in served[1:]:
            parent[root(name)] = root(served[0])
    groups: dict[str, list[of.Queue]] = defaultdict(list)
    for each in queues:
        groups[root(each.name)].append(each)
    total = [0] * 168
    for members in groups.values():
        alone = choose(members[0], shared=False).level if members[0].name in live else together(members)
        total = [one + (alone[hour] if hour < len(alone) else 0) for hour, one in enumerate(total)]
    return total


def _scenario(queues: list[Queue], crews: list[Crew], monday: datetime, focus: float) -> of.Scenario:
    """What of people's time is not this work stretches every item; what exposes of it does not grow by that."""
    seen = [
        Seen(
            name=each.key, arrivals=[hour.value for hour in each.hours], due=each.due, priority=each.priority,
            handling=replace(each.handling, mean=each.handling.mean / focus), patience=each.patience, exposure=each.exposure * focus,
        )
        for each in queues
    ]  # fmt: skip
    return scenario(seen, crews, monday=monday)
