"""Weeks that one may be asked to work: one start, a set of days. People who may be asked the same weeks and know the same are one class."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from watchfloor.engines.staffing.roster.problem import (
    DAYS,
    HOURS,
    WEEKDAYS,
    Contract,
    Person,
    Problem,
    can,
    days_off,
    hour,
)
from watchfloor.kernel.errors import BadInput


@dataclass(frozen=True)
class Tour:
    """A week's work: the hour of the day at which each shift begins, and the days."""

    start: int
    days: tuple[int, ...]
    hours: int

    def covers(self) -> list[int]:
        """The hours of the week; those after its end are nobody's need."""
        return [
            at
            for day in self.days
            for at in range(day * 24 + self.start, day * 24 + self.start + self.hours)
            if at < HOURS
        ]


@dataclass(frozen=True)
class Class:
    """People who are interchangeable but for what they prefer; ``serves`` are places of demands, ``cap`` hours of exposure a week."""

    people: list[Person]
    tours: list[Tour]
    serves: frozenset[int]
    cap: int | None


def classes(problem: Problem, contracts: dict[str, Contract]) -> list[Class]:
    """All people in classes.

    Raises:
        BadInput: somebody cannot work any week that the contract allows.
    """
    members: dict[tuple[str, frozenset[int], frozenset[int], int], list[Person]] = {}
    for person in problem.people:
        contract = contracts[person.contract]
        serves = frozenset(place for place, demand in enumerate(problem.demands) if can(person, demand))
        earliest = 0 if person.last_end is None else max(0, contract.rest - person.last_end)
        members.setdefault((person.contract, serves, days_off(problem, person), earliest), []).append(person)
    found = []
    for (name, serves, off, earliest), people in members.items():
        tours = [tour for tour in _tours(contracts[name], off) if tour.days[0] * 24 + tour.start >= earliest]
        if not tours:
            place = problem.people.index(people[0])
            raise BadInput(
                "no_week", f"{people[0].name} cannot work the shifts of the contract between the days off.", where=f"people[{place}].off",
                hint="Give a contract with fewer shifts.",
            )  # fmt: skip
        found.append(Class(people, tours, serves, contracts[name].most_exposed))
    return found


def _tours(contract: Contract, off: frozenset[int]) -> list[Tour]:
    starts = [hour(each, "starts") for each in contract.starts] or list(range(24))
    weeks = []
    for days in combinations(range(DAYS), contract.shifts):
        free = [day for day in range(DAYS) if day not in days]
        together = len(free) < 2 or any(day + 1 in free or (day == DAYS - 1 and 0 in free) for day in free)
        if not off & set(days) and (together or not contract.days_off_together):
            weeks.append(days)
    return [Tour(start, days, contract.hours) for start in sorted(set(starts)) for days in weeks]


def dislike(person: Person, tour: Tour, first_weekday: int) -> int:
    """How far a week is from what was preferred: hours from the nearest start, and four for each day that was wished free."""
    starts = [int(each[:2]) for each in person.prefers_starts]
    far = min((min((tour.start - each) % 24, (each - tour.start) % 24) for each in starts), default=0)
    return far + 4 * sum(WEEKDAYS[(first_weekday + day) % 7] in person.prefers_off for day in tour.days)
