"""When people are there: shifts in their zone, days off, breaks, outages, as spans of milliseconds from the start of the scenario."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchfloor.engines.staffing.durations import seconds
from watchfloor.engines.staffing.simulation.scenario import Scenario, Shift, Team
from watchfloor.kernel.errors import BadInput

NEVER = 1 << 62
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Duty:
    """One shift of one agent: begin, end, breaks as (at, length) in ms from the scenario's start."""

    begin: int
    end: int
    breaks: list[tuple[int, int]]


def duties_of(team: Team, where: str, start: datetime, end: int) -> list[list[Duty]]:
    """By agent of the team, in order of time."""
    if not team.shifts:
        if team.agents < 1:
            raise BadInput("no_agents", f"{team.name!r} has neither shifts nor agents.", where=f"{where}.agents")
        return [[Duty(0, NEVER, [])] for _ in range(team.agents)]
    if team.agents:
        raise BadInput(
            "agents_twice",
            f"The agents of {team.name!r} are counted in its shifts.",
            where=f"{where}.agents",
            hint="Leave it out.",
        )
    try:
        zone = ZoneInfo(team.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(
            "bad_zone", f"There is no time zone {team.zone!r}.", where=f"{where}.zone", hint="Write Europe/Dublin."
        ) from None
    found: list[list[Duty]] = []
    for place, shift in enumerate(team.shifts):
        here = f"{where}.shifts[{place}]"
        begin, breaks = _checked(shift, here)
        found.extend(_of_agent(shift, number, begin, breaks, zone, start, end) for number in range(shift.agents))
    return found


def _checked(shift: Shift, where: str) -> tuple[time, list[tuple[int, int]]]:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", shift.start):
        raise BadInput("bad_time", f"{shift.start!r} is no time of day.", where=f"{where}.start", hint="Write 08:00.")
    if not 0 < shift.hours <= 24:
        raise BadInput("bad_hours", f"A shift of {shift.hours:g} hours makes no sense.", where=f"{where}.hours")
    if shift.agents < 1:
        raise BadInput("no_agents", "A shift without agents.", where=f"{where}.agents")
    if not 1 <= shift.days_per_week <= 7:
        raise BadInput("bad_days", f"{shift.days_per_week} days a week make no sense.", where=f"{where}.days_per_week")
    breaks, before = [], 0
    for place, (at, length) in enumerate(shift.breaks):
        here = f"{where}.breaks[{place}]"
        begin, lasts = round(seconds(at, here) * 1000), round(seconds(length, here, least=1) * 1000)
        if begin < before or begin + lasts > shift.hours * 3_600_000:
            raise BadInput("bad_break", "Breaks must follow each other within the shift.", where=here)
        before = begin + lasts
        breaks.append((begin, lasts))
    return time.fromisoformat(shift.start), breaks


def _of_agent(
    shift: Shift, number: int, begin: time, breaks: list[tuple[int, int]], zone: ZoneInfo, start: datetime, end: int
) -> list[Duty]:
    first = start.astimezone(zone).date() - timedelta(days=1)
    duties: list[Duty] = []
    for turn in range(math.ceil(end / 86_400_000) + 3):
        day = first + timedelta(days=turn)
        if not _works(shift, day, number):
            continue
        at = round((datetime.combine(day, begin, zone).astimezone(UTC) - start).total_seconds() * 1000)
        until = at + round(shift.hours * 3_600_000)
        if duties and at < duties[-1].end:  # the clocks went forward under a shift of 24 hours
            at = duties[-1].end
        if until > 0 and at < end and until > at:
            duties.append(
                Duty(max(0, at), until, [(at + after, length) for after, length in breaks if at + after >= 0])
            )
    return duties


def _works(shift: Shift, day: date, number: int) -> bool:
    if shift.days:
        return _DAYS[day.weekday()] in shift.days
    return (day.toordinal() + number) % 7 < shift.days_per_week


def outages_of(given: Scenario, team: Team) -> list[tuple[int, int]]:
    """When a team is out, as (begin, end) in ms."""
    found = []
    for place, outage in enumerate(given.outages):
        where = f"outages[{place}]"
        if not (outage.vendor or outage.site or outage.team):
            raise BadInput("no_name", "An outage of nobody.", where=where, hint="Name a vendor, a site or a team.")
        for name in ("vendor", "site"):
            wanted = getattr(outage, name)
            if wanted and wanted not in {getattr(each, name) for each in given.teams}:
                raise BadInput("unknown_name", f"No team is of the {name} {wanted!r}.", where=f"{where}.{name}")
        if outage.team and outage.team not in {each.name for each in given.teams}:
            raise BadInput("unknown_name", f"No team is called {outage.team!r}.", where=f"{where}.team")
        named = [(outage.vendor, team.vendor), (outage.site, team.site), (outage.team, team.name)]
        if all(not wanted or wanted == has for wanted, has in named):
            begin = round(seconds(outage.begin, f"{where}.from") * 1000)
            found.append((begin, begin + round(seconds(outage.length, f"{where}.for", least=1) * 1000)))
    return found


def without(duties: list[Duty], outs: list[tuple[int, int]]) -> list[Duty]:
    """Duties cut by the times one is out; a break that is cut is not taken."""
    for begin, end in outs:
        left = []
        for duty in duties:
            for low, high in ((duty.begin, min(duty.end, begin)), (max(duty.begin, end), duty.end)):
                if low < high:
                    left.append(
                        Duty(
                            low, high, [(at, length) for at, length in duty.breaks if low <= at and at + length <= high]
                        )
                    )
        duties = left
    return duties
