"""What a what-if changes: the fields of the form, checked and turned into changes of a scenario."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from watchfloor.engines.staffing.simulation import Scenario, changed
from watchfloor.engines.staffing.simulation import scenario as of
from watchfloor.kernel.errors import BadInput

ALL = "*"
Rule = Literal["", "priority", "due", "oldest"]


class Fields(msgspec.Struct, frozen=True, kw_only=True):
    """The form. What is empty changes nothing. Percents are of now (150 is half as much again), hours count from Monday 00:00 UTC.

    ``new_queue`` is work that does not exist yet, served by ``new_vendor`` ("*": everybody) with items an hour, seconds, hours to due.
    """

    volume: float | None = None
    volume_queue: str = ALL
    volume_from: float | None = None
    volume_hours: float | None = None
    handle: float | None = None
    handle_queue: str = ALL
    outage_vendor: str = ""
    outage_from: float | None = None
    outage_hours: float | None = None
    automation: float | None = None
    automation_queue: str = ALL
    rule: Rule = ""
    first_queue: str = ""
    exposure: float | None = None
    new_queue: str = ""
    new_rate: float | None = None
    new_seconds: float | None = None
    new_due: float | None = None
    new_vendor: str = ALL
    more_people: float | None = None
    more_vendor: str = ""


NUMBERS = (
    "volume", "volume_from", "volume_hours", "handle", "outage_from", "outage_hours", "automation", "exposure", "new_rate",
    "new_seconds", "new_due", "more_people",
)  # fmt: skip
_DAY = 24.0  # the scenario begins a day earlier, to fill up


def changes(fields: Fields) -> list[of.Change]:
    """The changes of the engine that the fields stand for.

    Raises:
        BadInput: ``where`` is the field.
    """
    found: list[of.Change] = []
    if fields.volume is not None:
        times = _within(fields.volume, 0, 1000, "volume") / 100
        begin = (
            "0h" if fields.volume_from is None else f"{_DAY + _within(fields.volume_from, 0, 167, 'volume_from'):g}h"
        )
        length = None if fields.volume_hours is None else f"{_within(fields.volume_hours, 0.5, 168, 'volume_hours'):g}h"
        found.append(of.Volume(times=times, queues=[fields.volume_queue], begin=begin, length=length))
    if fields.handle is not None:
        found.append(of.Handle(times=_within(fields.handle, 10, 1000, "handle") / 100, queues=[fields.handle_queue]))
    if fields.outage_vendor:
        begin = f"{_DAY + _within(fields.outage_from or 0, 0, 167, 'outage_from'):g}h"
        hours = _within(24 if fields.outage_hours is None else fields.outage_hours, 0.5, 168, "outage_hours")
        found.append(of.Out(outage=of.Outage(begin=begin, length=f"{hours:g}h", vendor=fields.outage_vendor)))
    if fields.automation is not None:
        share = _within(fields.automation, 0, 100, "automation") / 100
        found.append(of.Automation(share=share, queues=[fields.automation_queue]))
    if fields.rule:
        found.append(of.Rule(rule=fields.rule))
    if fields.first_queue:
        found.append(of.Priority(priority=-1, queues=[fields.first_queue]))
    if fields.exposure is not None:
        found.append(of.Budget(budget=f"{_within(fields.exposure, 0, 720, 'exposure'):g}m"))
    return found


def applied(base: Scenario, fields: Fields) -> Scenario:
    """The changed scenario.

    Raises:
        BadInput: a field makes no sense, or nothing is changed.
    """
    found = changed(base, changes(fields))
    if fields.new_queue:
        found = _with_new_work(found, fields)
    if fields.more_people is not None:
        found = _with_more_people(found, fields)
    if found == base:
        raise BadInput("no_change", "Nothing is changed by this.", where="volume", hint="Fill in one field at least.")
    return found


def _with_new_work(base: Scenario, fields: Fields) -> Scenario:
    name = fields.new_queue.strip()[:60]
    if any(queue.name == name for queue in base.queues):
        raise BadInput("name_taken", f"There is a queue called {name} already.", where="new_queue")
    if fields.new_rate is None:
        raise BadInput("no_rate", "Say how many items an hour the new work brings.", where="new_rate")
    queue = of.Queue(
        name=name, arrivals=[_within(fields.new_rate, 0.01, 100_000, "new_rate")],
        aht=_within(120 if fields.new_seconds is None else fields.new_seconds, 1, 36_000, "new_seconds"),
        due=f"{_within(24 if fields.new_due is None else fields.new_due, 0.05, 720, 'new_due'):g}h", priority=1,
    )  # fmt: skip
    teams = [
        replace(team, queues=[*team.queues, name]) if fields.new_vendor in (ALL, team.vendor) else team
        for team in base.teams
    ]
    if teams == base.teams:
        raise BadInput("nobody", "Nobody would do the new work.", where="new_vendor", hint="Choose who serves it.")
    return replace(base, queues=[*base.queues, queue], teams=teams)


def _with_more_people(base: Scenario, fields: Fields) -> Scenario:
    """Every shift of the chosen vendor's teams has so many per cent of people, rounded for each."""
    times = _within(fields.more_people or 0, 0, 1000, "more_people") / 100
    teams = []
    for team in base.teams:
        if fields.more_vendor not in ("", ALL, team.vendor):
            teams.append(team)
            continue
        whole = sum(shift.agents * max(1, len(shift.days)) for shift in team.shifts)
        kept, owed = [], 0.0
        for shift in team.shifts:
            owed += shift.agents * times
            agents = int(owed + 1e-9)
            owed -= agents
            if agents:
                kept.append(replace(shift, agents=agents))
        if kept and whole:
            teams.append(replace(team, shifts=kept))
    if not teams:
        raise BadInput("nobody", "Nobody would be left.", where="more_people")
    return replace(base, teams=teams)


def _within(value: float, low: float, high: float, where: str) -> float:
    if not low <= value <= high:
        raise BadInput("out_of_range", f"This is {low:g} to {high:g}.", where=where)
    return value
