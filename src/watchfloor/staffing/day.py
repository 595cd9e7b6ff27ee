"""The day as it goes: who should be there and who is, what the rest of the day still needs, and what each lever would cost."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from msgspec.structs import replace

from watchfloor.engines.staffing.roster import Change, Day, Problem, Replan, Roster, replan
from watchfloor.engines.staffing.roster.problem import needs
from watchfloor.identity.domain import Actor
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.kernel.errors import MissingExtra
from watchfloor.staffing import bases, rates, rostering, weekly
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.models import RosterRow
from watchfloor.vendors import hours as hours_there
from watchfloor.workforce import queries as workforce
from watchfloor.workforce.models import Vendor

SECONDS = 1.5  # for the solver, of the two that a page may take
OVERTIME, CALLED_IN, OTHERS = 1.5, 2.0, 1.3  # hours of pay for an hour


class Person(msgspec.Struct, frozen=True):
    """Somebody who is scheduled or there. ``state`` is what they are in now ("" is not there)."""

    id: str
    name: str
    scheduled: bool
    state: str


class Hour(msgspec.Struct, frozen=True):
    """An hour of the day that has begun: people needed, hours of people on shift so far, and how many of these they were there."""

    hour: int
    need: int
    due: float
    there: float

    @property
    def adherence(self) -> float | None:
        """The share they were there; None where nobody was on shift."""
        return self.there / self.due if self.due else None


class Amount(msgspec.Struct, frozen=True):
    """What a lever costs when it is pulled at a vendor."""

    vendor: str  # its name
    currency: str
    value: float


class Lever(msgspec.Struct, frozen=True):
    """What could be done: hours it brings, their cost in hours of pay (None: nothing) and in ``money``, whom it asks."""

    kind: str  # people | overflow | automation | postpone
    hours: float
    cost: float | None
    changes: list[Change] = []
    share: float = 0.0
    money: list[Amount] = []


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's day by the clock of its site. ``need`` and ``on`` are 24 hours; ``left`` are hours uncovered from now on;
    ``so_far`` is the adherence of the hours that have begun, ``hours``."""

    row: RosterRow
    hour: int
    day: datetime
    people: list[Person]
    need: list[int]
    on: list[int]
    left: int
    adherence: float | None
    so_far: float | None
    hours: list[Hour]
    levers: list[Lever]
    solver: bool


def today(actor: Actor, vendor_key: str) -> Today | None:
    """Of a vendor the actor may see; None where the week has no published roster."""
    vendor = rostering.vendor(actor, vendor_key)
    here = clock.now().astimezone(weekly.zone_of(vendor))
    row = rostering.published(vendor.key, weeks.monday(here.date()))
    if row is None:
        return None
    problem, roster = msgspec.convert(row.problem, Problem), msgspec.convert(row.roster, Roster)
    at = here.weekday() * 24 + here.hour
    people = _people(actor, vendor, roster, at)
    first = here.weekday() * 24
    need = [sum(needs(demand)[first + hour] for demand in problem.demands) for hour in range(24)]
    on = weeks.there(roster)[first : first + 24]
    missing = [each for each in people if each.scheduled and not each.state]
    gone = [0] * 24  # of those who are missing, for the rest of their shift
    for plan in roster.people:
        if plan.name in {each.id for each in missing}:
            for duty in plan.duties:
                for hour in range(max(duty.begin, at), min(duty.begin + duty.hours, first + 24)):
                    gone[hour - first] += duty.begin <= at
    left = sum(max(0, need[hour] - on[hour] + gone[hour]) for hour in range(here.hour, 24))
    hours = _hours(vendor, roster, here, need)
    due = math.fsum(each.due for each in hours)
    levers, solver = _levers(problem, roster, here, [each.id for each in missing], left)
    levers = _priced(actor, vendor, levers, here.date())
    scheduled = [each for each in people if each.scheduled]
    return Today(
        row=row, hour=here.hour, day=datetime.combine(here.date(), time(12), UTC), people=people, need=need, on=on, left=left,
        adherence=sum(bool(each.state) for each in scheduled) / len(scheduled) if scheduled else None, levers=levers, solver=solver,
        so_far=math.fsum(each.there for each in hours) / due if due else None, hours=hours,
    )  # fmt: skip


def _people(actor: Actor, vendor: Vendor, roster: Roster, at: int) -> list[Person]:
    states = {str(each.id): each.state for each in workforce.people_on(actor, "staffing.view", vendor=vendor.key)}
    due = {plan.name for plan in roster.people for duty in plan.duties if duty.begin <= at < duty.begin + duty.hours}
    ids = sorted(due | states.keys())
    names = names_of(f"user:{each}" for each in ids)
    found = [Person(each, names.get(f"user:{each}", each), each in due, states.get(each, "")) for each in ids]
    return sorted(found, key=lambda each: (not each.scheduled or bool(each.state), each.name))


def _hours(vendor: Vendor, roster: Roster, here: datetime, need: list[int]) -> list[Hour]:
    """The hours that have begun. A pause is time there; who is there without a shift makes up for nobody."""
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    stretches: dict[str, list[tuple[datetime, datetime]]] = {}
    for who, begins, ends in hours_there.stretches(vendor.key, midnight - timedelta(days=1), here + timedelta(days=1)):
        stretches.setdefault(str(who), []).append((begins, ends))
    found = []
    for hour in range(here.hour + 1):
        start = midnight + timedelta(hours=hour)
        end = min(start + timedelta(hours=1), here)
        if end <= start:
            continue
        at = here.weekday() * 24 + hour
        due = there = 0.0
        for plan in roster.people:
            if any(duty.begin <= at < duty.begin + duty.hours for duty in plan.duties):
                due += (end - start) / timedelta(hours=1)
                there += math.fsum(
                    max(timedelta(0), min(end, ends) - max(start, begins)) / timedelta(hours=1)
                    for begins, ends in stretches.get(plan.name, ())
                )
        found.append(Hour(hour, need[hour], due, min(there, due)))
    return found


def _levers(
    problem: Problem, roster: Roster, here: datetime, missing: list[str], left: int
) -> tuple[list[Lever], bool]:
    """Each for itself; whether the solver was there to find overtime and calls."""
    if not left:
        return [], True
    levers, solver = [], True
    try:
        asked = Day(day=here.date(), absent=missing, overtime_cost=OVERTIME, call_in_cost=CALLED_IN)
        found = replan(problem, roster, asked, seconds=SECONDS)
        changes = [each for each in found.changes if not each.absent]
        hours = _brought(found)
        if changes:
            levers.append(Lever("people", hours, found.cost, changes))
    except MissingExtra:
        solver = False
    levers.append(Lever("overflow", float(left), left * OTHERS))
    base = bases.newest().base
    if base is not None:
        rest = range(here.hour, 24)
        slots = [
            (here.astimezone(UTC).weekday() * 24 + here.astimezone(UTC).hour + step) % 168 for step in range(len(rest))
        ]
        paid = (
            math.fsum(queue.hours[slot].value * queue.handling.mean for queue in base.queues for slot in slots)
            / 3600
            / base.worth
        )
        if paid > left:
            levers.append(Lever("automation", float(left), None, share=left / paid))
        patient = math.fsum(
            queue.hours[slot].value * queue.handling.mean for queue in base.queues for slot in slots if queue.due > (24 - here.hour) * 3600
        ) / 3600 / base.worth  # fmt: skip
        if patient:
            levers.append(Lever("postpone", min(float(left), patient), None))
    return levers, solver


def _priced(actor: Actor, vendor: Vendor, levers: list[Lever], day: date) -> list[Lever]:
    """Overtime and calls at the vendor's own rate, work given away at the rate of each vendor that could take it."""
    known = rates.hourly(actor, day)
    names = dict(Vendor.objects.filter(key__in=list(known)).order_by("name").values_list("key", "name"))
    at = {"people": [vendor.key], "overflow": [key for key in names if key != vendor.key]}
    return [
        replace(
            each,
            money=[
                Amount(names[key], known[key].currency, each.cost * known[key].hourly)
                for key in at.get(each.kind, ())
                if each.cost is not None and key in names
            ],
        )
        for each in levers
    ]


def _brought(found: Replan) -> float:
    """Hours more than before, of everybody who is asked."""
    return math.fsum(
        (each.now[1] if each.now else 0) - (each.was[1] if each.was else 0) for each in found.changes if not each.absent
    )


def ends(duty: tuple[int, int], row: RosterRow) -> tuple[datetime, datetime]:
    """A shift of a change by the clock of the site, without a zone."""
    begin = datetime.combine(row.week, time(0)) + timedelta(hours=duty[0])
    return begin, begin + timedelta(hours=duty[1])
