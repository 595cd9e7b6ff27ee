"""The file of a roster problem, the roster that answers it, and what of both is checked before anything is solved."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec

from watchfloor.kernel.errors import BadInput

DAYS, HOURS = 7, 168
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Demand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People needed for one work, by hour from the start (24 values or 168; fewer than 168 repeat). ``exposes`` counts as exposure."""

    name: str
    need: list[int]
    skills: list[str] = []
    site: str = ""
    exposes: bool = False


class Contract(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one may be asked: shifts of ``hours`` that begin at one of ``starts`` (none named: at any full hour), so many a week.

    ``rest`` hours lie between shifts. ``extra`` hours a day may be added when a day is planned again, and people called in if
    ``call_in``, up to ``most_hours`` a week.
    """

    name: str
    hours: int = 8
    shifts: int = 5
    starts: list[str] = []
    rest: int = 11
    days_off_together: bool = False
    most_exposed: int | None = None
    extra: int = 2
    call_in: bool = True
    most_hours: int = 48


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person: ``off`` are dates that cannot be worked; ``last_end`` is when the shift before this week ended, in hours before it."""

    name: str
    contract: str
    skills: list[str] = []
    site: str = ""
    off: list[date] = []
    last_end: int | None = None
    prefers_starts: list[str] = []
    prefers_off: list[str] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A week from ``start``, in the zone of the site, by full hours."""

    start: date
    demands: list[Demand]
    contracts: list[Contract]
    people: list[Person]


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One shift, in hours from the start; ``work`` names the demand of each hour, or ``None`` where one is spare or the week is over."""

    begin: int
    hours: int
    work: list[str | None]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One person's week; ``cost`` tells how far it is from what was preferred."""

    name: str
    duties: list[Duty]
    cost: int = 0


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody's week. ``uncovered`` person-hours are left; no roster leaves fewer than ``bound``."""

    start: date
    people: list[Plan]
    uncovered: int
    bound: int
    optimal: bool
    uncovered_by: dict[str, list[int]]
    mean_cost: float


def hour(written: str, where: str) -> int:
    """``08:00`` as 8."""
    if not re.fullmatch(r"([01]\d|2[0-3]):00", written):
        raise BadInput("bad_time", f"{written!r} is no full hour of a day.", where=where, hint="Write 08:00.")
    return int(written[:2])


def needs(demand: Demand) -> list[int]:
    """By hour of the week."""
    return [demand.need[place % len(demand.need)] for place in range(HOURS)]


def can(person: Person, demand: Demand) -> bool:
    """Skills and site."""
    return set(demand.skills) <= set(person.skills) and (not demand.site or demand.site == person.site)


def checked(problem: Problem) -> dict[str, Contract]:
    """The contracts by name.

    Raises:
        BadInput: one sentence, with ``where`` as a path in the file.
    """
    for what, names in (
        ("demands", [each.name for each in problem.demands]), ("contracts", [each.name for each in problem.contracts]),
        ("people", [each.name for each in problem.people]),
    ):  # fmt: skip
        if not names:
            raise BadInput("nothing", f"There are no {what}.", where=what)
        seen: set[str] = set()
        for place, name in enumerate(names):
            if name in seen:
                raise BadInput("twice", f"Two of the {what} are called {name!r}.", where=f"{what}[{place}].name")
            seen.add(name)
    for place, demand in enumerate(problem.demands):
        if not demand.need or HOURS % len(demand.need) or min(demand.need) < 0:
            raise BadInput(
                "bad_need", "A need is 24 or 168 whole numbers of 0 or more.", where=f"demands[{place}].need"
            )
    for place, contract in enumerate(problem.contracts):
        where = f"contracts[{place}]"
        if not 1 <= contract.hours <= 24 or not 1 <= contract.shifts <= DAYS:
            raise BadInput("bad_contract", "A shift has 1 to 24 hours, a week 1 to 7 shifts.", where=where)
        if contract.shifts > 1 and contract.hours + contract.rest > 24:
            raise BadInput(
                "no_rest",
                f"{contract.hours} hours of work and {contract.rest} of rest are more than a day.",
                where=f"{where}.rest",
            )
        for number, start in enumerate(contract.starts):
            hour(start, f"{where}.starts[{number}]")
    contracts = {each.name: each for each in problem.contracts}
    for place, person in enumerate(problem.people):
        where = f"people[{place}]"
        if person.contract not in contracts:
            raise BadInput("unknown_name", f"No contract is called {person.contract!r}.", where=f"{where}.contract")
        for number, start in enumerate(person.prefers_starts):
            hour(start, f"{where}.prefers_starts[{number}]")
        for number, day in enumerate(person.prefers_off):
            if day not in WEEKDAYS:
                raise BadInput(
                    "bad_day", f"{day!r} is no day.", where=f"{where}.prefers_off[{number}]", hint="Write Mon to Sun."
                )
    return contracts


def days_off(problem: Problem, person: Person) -> frozenset[int]:
    """The days of this week that a person cannot work."""
    return frozenset(number for number in range(DAYS) if problem.start + timedelta(days=number) in person.off)
