"""Budgets of exposure per day and week, and when a break is due. All minutes here are policy of the house, not science.

A budget of severity k is spent by everything of severity k and above. Days begin at the person's own midnight, weeks on their own
Monday, whatever the clocks do in that night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput

SEVERE: Final = 4  # from here exposure counts towards the break that severe work asks for
LEVELS: Final = (3, 4, 5)
MINUTE_MS: Final = 60_000
LONGEST_DAY: Final = 24 * 60


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes by severity for a day and for a week; a severity that is not named has no budget of its own.

    ``reserve``: severe work ends when less than this is left, so that the case in hand does not break the budget. ``severe_break``
    and ``work_break``: minutes of severe exposure, or of work, after which a break of ``break_minutes`` is due (0: never).
    ``schedule``: breaks planned for every working day, as ``"10:30"`` in the person's own time. ``day_units``: the work a full day
    is worth, in weights of jobs (an ordinary review is 1); each person is handed their share of it (0: as much as they do).
    """

    day: Mapping[int, int] = {}
    week: Mapping[int, int] = {}
    reserve: int = 2
    severe_break: int = 0
    work_break: int = 0
    break_minutes: int = 10
    schedule: tuple[str, ...] = ()
    day_units: int = 0


class Line(msgspec.Struct, frozen=True):
    """One budget and what is spent of it, in milliseconds. ``span``: day | week."""

    severity: int
    span: str
    spent: int
    limit: int

    @property
    def share(self) -> float:
        """Spent, of 1."""
        return self.spent / self.limit if self.limit else 1.0


def check(budget: Budget) -> Budget:
    """The budget, if it makes sense; ``BadInput`` naming the field if not."""
    for span, minutes in (("day", budget.day), ("week", budget.week)):
        for severity, limit in minutes.items():
            if severity not in LEVELS or not 0 <= limit <= LONGEST_DAY * (7 if span == "week" else 1):
                raise BadInput(
                    "bad_budget", f"{limit} minutes a {span} for severity {severity} make no sense.",
                    where=f"{span}_{severity}", hint="Severities 3 to 5, minutes within the span.",
                )  # fmt: skip
    for name, most in (("reserve", 60), ("severe_break", 480), ("work_break", 480), ("day_units", 10_000)):
        if not 0 <= getattr(budget, name) <= most:
            unit = "units" if name == "day_units" else "minutes"
            raise BadInput("bad_minutes", f"This is 0 to {most} {unit}.", where=name)
    if not 1 <= budget.break_minutes <= 120:
        raise BadInput("bad_minutes", "A break lasts 1 to 120 minutes.", where="break_minutes")
    for text in budget.schedule:
        moment_of_day(text)
    return budget


def moment_of_day(text: str) -> time:
    """``"10:30"`` as a time of day."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "bad_time", f"{text[:20]!r} is no time of day.", where="schedule", hint="Write 10:30, 15:15."
        ) from None


def strictest(budgets: Iterable[Budget]) -> Budget:
    """One budget that keeps all of them: the smaller minutes, the earlier and longer break, every planned one."""
    day: dict[int, int] = {}
    week: dict[int, int] = {}
    found = list(budgets)
    for budget in found:
        for into, minutes in ((day, budget.day), (week, budget.week)):
            for severity, limit in minutes.items():
                into[severity] = min(into.get(severity, limit), limit)
    return Budget(
        day=day, week=week, reserve=max((b.reserve for b in found), default=0),
        severe_break=_sooner(b.severe_break for b in found), work_break=_sooner(b.work_break for b in found),
        break_minutes=max((b.break_minutes for b in found), default=10),
        schedule=tuple(sorted({each for b in found for each in b.schedule})), day_units=_sooner(b.day_units for b in found),
    )  # fmt: skip


def _sooner(minutes: Iterable[int]) -> int:
    return min((each for each in minutes if each), default=0)


def day_start(now: datetime, zone: tzinfo) -> datetime:
    """The person's last midnight, in UTC (of two midnights the first; of none the moment the clocks jump)."""
    return _midnight(now.astimezone(zone), zone, 0)


def week_start(now: datetime, zone: tzinfo) -> datetime:
    """The midnight their Monday began with, in UTC."""
    local = now.astimezone(zone)
    return _midnight(local, zone, local.weekday())


def _midnight(local: datetime, zone: tzinfo, days_before: int) -> datetime:
    day = local.date() - timedelta(days=days_before)
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def lines(budget: Budget, today: Mapping[int, int], week: Mapping[int, int]) -> list[Line]:
    """Every budget with what is spent of it; ``today`` and ``week`` are milliseconds by severity."""
    found = []
    for span, minutes, spent in (("day", budget.day, today), ("week", budget.week, week)):
        for severity, limit in sorted(minutes.items()):
            used = sum(ms for level, ms in spent.items() if level >= severity)
            found.append(Line(severity, span, used, limit * MINUTE_MS))
    return found


def spent_up(budget: Budget, found: Iterable[Line]) -> Line | None:
    """The budget of the lowest severity that has nothing left (less than the reserve); None when all have."""
    empty = [line for line in found if line.limit - line.spent <= min(budget.reserve * MINUTE_MS, line.limit)]
    return min(empty, key=lambda line: line.severity, default=None)


def break_due(budget: Budget, *, worked_ms: int, severe_ms: int) -> str:
    """Why a break is due after so much since the last: ``severe``, ``work`` or ``""``."""
    if budget.severe_break and severe_ms >= budget.severe_break * MINUTE_MS:
        return "severe"
    if budget.work_break and worked_ms >= budget.work_break * MINUTE_MS:
        return "work"
    return ""


def planned(budget: Budget, now: datetime, zone: tzinfo) -> list[datetime]:
    """The moments of today's planned breaks, in UTC."""
    day = now.astimezone(zone).date()
    return [
        datetime.combine(day, moment_of_day(text), tzinfo=zone).astimezone(UTC) for text in sorted(set(budget.schedule))
    ]
