"""JSON for programs: what the floor needs by the hour, what-ifs, and published rosters for systems of wages and time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.engines.staffing.roster import Roster
from watchfloor.engines.staffing.simulation import Range
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.platform import datefields
from watchfloor.staffing import bases, rates, rostering, running, whatifs
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.domain.whatif import Fields
from watchfloor.staffing.models import WhatIf
from watchfloor.staffing.rights import PLAN, VIEW, check_whole

router = Router(tags=["staffing"])


class StaffingHour(Schema):
    """One hour: items expected with their interval, people needed (paid) and usually there."""

    hour: datetime
    expected: float
    low: float
    high: float
    needed: float
    there: float


class StaffingQueue(Schema):
    """A queue: seconds an item takes, seconds to due, the model it gets and why."""

    key: str
    items: float
    handle_seconds: float
    due_seconds: float
    model: str
    why: str


class StaffingNeed(Schema):
    """The coming week, read from the history between ``begin`` and ``end``."""

    begin: datetime
    end: datetime
    hours: list[StaffingHour]
    queues: list[StaffingQueue]


class StaffingWhatIfIn(Schema):
    """A what-if; ``fields`` as the form has them: ``{"volume": 150, "volume_queue": "spam.en", "volume_from": 48, "volume_hours": 24}``."""

    name: str
    fields: dict[str, float | str]


class StaffingFigure(Schema):
    """A mean with its 95 % interval."""

    value: float
    low: float | None
    high: float | None


class StaffingWhatIfOut(Schema):
    """A what-if: ``state`` is waiting, running, done or failed; once done, figures then and their difference to now.

    ``money`` is the cost by currency where the rates of contracts are known to the caller; ``unpriced_hours`` are in none of its sums.
    """

    id: str
    name: str
    state: str
    problem: str
    then: dict[str, StaffingFigure]
    difference: dict[str, StaffingFigure]
    money: dict[str, StaffingFigure]
    money_difference: dict[str, StaffingFigure]
    unpriced_hours: float | None


class StaffingShift(Schema):
    """One published shift."""

    person: str
    start: datetime
    end: datetime


class StaffingRoster(Schema):
    """A vendor's published week."""

    vendor: str
    week: date
    number: int
    shifts: list[StaffingShift]


@router.get("/staffing/need", response=StaffingNeed, summary="Read what the floor needs", operation_id="staffing_need")
def need(request: HttpRequest) -> Any:
    """The coming week by the hour, and the model of each queue. Needs ``staffing.view``."""
    check_whole(needs(request, VIEW))
    base = bases.newest().base
    if base is None:
        raise NotFound("no_base", "The floor has not been read yet.")
    hours = []
    for at in range(168):
        cells = [queue.hours[at] for queue in base.queues]
        hours.append(
            StaffingHour(
                hour=base.monday + timedelta(hours=at), expected=sum(each.value for each in cells), low=sum(each.low for each in cells),
                high=sum(each.high for each in cells), needed=base.paid[at], there=base.there[at],
            )
        )  # fmt: skip
    queues = [
        StaffingQueue(
            key=each.key, items=sum(hour.value for hour in each.hours), handle_seconds=each.handling.mean, due_seconds=each.due,
            model=each.choice.model, why=each.choice.why,
        )
        for each in base.queues
    ]  # fmt: skip
    return StaffingNeed(begin=base.begin, end=base.end, hours=hours, queues=queues)


@router.post("/staffing/what-if", response=StaffingWhatIfOut, summary="Ask what if", operation_id="staffing_ask")
def ask(request: HttpRequest, body: StaffingWhatIfIn) -> Any:
    """Saved and computed by a worker; ask for it again in some seconds. Needs ``staffing.plan``."""
    actor = needs(request, PLAN)
    unknown = set(body.fields) - set(Fields.__struct_fields__)
    if unknown:
        raise BadInput("unknown_field", f"There is no field {sorted(unknown)[0][:40]!r}.", where="fields")
    try:
        fields = msgspec.convert(body.fields, Fields)
    except msgspec.ValidationError:
        raise BadInput("bad_fields", "One of the fields is of a wrong kind.", where="fields") from None
    return _whatif(actor, whatifs.save(actor, body.name, fields))


@router.get(
    "/staffing/what-if/{whatif}", response=StaffingWhatIfOut, summary="Read a what-if", operation_id="staffing_whatif"
)
def read(request: HttpRequest, whatif: UUID) -> Any:
    """How far it is, and what it came to. Needs ``staffing.view``."""
    actor = needs(request, VIEW)
    return _whatif(actor, whatifs.one(actor, whatif))


@router.get(
    "/staffing/roster", response=StaffingRoster, summary="Read a published roster", operation_id="staffing_roster"
)
def roster(request: HttpRequest, vendor: str = "", week: str = "") -> Any:
    """The shifts of a vendor's people in the week of a day. Needs ``staffing.view``."""
    actor = needs(request, VIEW)  # before the values are looked at: who may not ask is told nothing of them
    day = datefields.day(week, "week")
    of = rostering.vendor(actor, vendor)
    row = rostering.published(of.key, weeks.monday(day))
    if row is None:
        raise NotFound("no_roster", "No roster of that week is published.")
    shifts = [
        StaffingShift(person=ids.encode("usr", UUID(plan.name)), start=start, end=end)
        for plan in msgspec.convert(row.roster, Roster).people
        for start, end in rostering.times(row, of, plan)
    ]
    return StaffingRoster(
        vendor=of.key, week=row.week, number=row.number, shifts=sorted(shifts, key=lambda each: each.start)
    )


def _whatif(actor: Actor, row: WhatIf) -> StaffingWhatIfOut:
    run = running.latest("whatif", row.pk)
    found = running.found(run)
    priced = None if found is None else rates.of_whatif(actor, row.base_id, found)
    return StaffingWhatIfOut(
        id=str(row.pk), name=row.name, state="" if run is None else run.state, problem="" if run is None else run.problem,
        then={} if found is None else _figures(found.other), difference={} if found is None else _figures(found.turned),
        money={} if priced is None else _told(priced.then.money), money_difference={} if priced is None else _told(priced.turned.money),
        unpriced_hours=None if priced is None else priced.then.unpriced.value,
    )  # fmt: skip


def _figures(of: Any) -> dict[str, StaffingFigure]:
    return _told(
        {
            "attainment": of.all.attainment, "late": of.all.late, "backlog": of.all.backlog_end, "aas_seconds": of.all.aas,
            "occupancy": of.occupancy, "exposure_hours": of.exposure_hours, "cost": of.cost,
        }
    )  # fmt: skip


def _told(ranges: Mapping[str, Range]) -> dict[str, StaffingFigure]:
    return {name: StaffingFigure(value=each.value, low=each.low, high=each.high) for name, each in ranges.items()}
