"""The numbers of a simulated floor, with intervals over replications, and the difference between two floors that share their luck."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from watchfloor.engines.agreement.intervals import student
from watchfloor.engines.staffing.simulation.floor import Floor
from watchfloor.engines.staffing.simulation.totals import QUEUE, TEAM, Totals

SIDE = 0.975  # below which the upper end of a two-sided 95 % interval lies


class Range(msgspec.Struct, frozen=True):
    """A mean over replications with its 95 % interval; ``None`` for both ends where there is one replication."""

    value: float
    low: float | None
    high: float | None


class QueueOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One queue, of what people saw: items a replication, shares, seconds, ``backlog_end`` items; ``late`` were due and not done."""

    name: str
    arrived: Range
    solved: Range
    abandoned: Range
    attainment: Range
    late: Range
    aas: Range
    wait: Range
    aht: Range
    backlog_end: Range
    backlog_most: Range


class TeamOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One team: shares of the time at work, hours a replication, money."""

    name: str
    solved: Range
    occupancy: Range
    exposure_hours: Range
    most_exposed_minutes: Range
    budgets_spent: Range
    paid_hours: Range
    cost: Range


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A floor over replications; ``backlog`` is what is open at the end of each interval, all queues together, on average."""

    replications: int
    events: int
    all: QueueOutcome
    automated: Range
    occupancy: Range
    exposure_hours: Range
    cost: Range
    queues: list[QueueOutcome]
    teams: list[TeamOutcome]
    backlog: list[float]


def outcome(floor: Floor, runs: list[Totals]) -> Outcome:
    """What the runs of a floor say."""
    return _outcome(floor, runs, lambda of: interval([of(floor, run) for run in runs]))


def difference(one: Floor, ones: list[Totals], other: Floor, others: list[Totals]) -> Outcome:
    """The other floor minus the one, replication by replication, for the queues and teams that both have.

    Items carry their luck with them (when they come, how long they take), so most of the noise is in both and falls out.
    """
    names = [line.name for line in one.lines if line.name in {each.name for each in other.lines}]
    crews = [crew.name for crew in one.crews if crew.name in {each.name for each in other.crews}]

    def range_(of: Callable[[Floor, Totals], float]) -> Range:
        return interval([of(other, after) - of(one, before) for before, after in zip(ones, others, strict=True)])

    return _outcome(one, ones, range_, names, crews, others)


def interval(values: list[float]) -> Range:
    """The mean and its 95 % interval by Student's t."""
    many = len(values)
    mean = math.fsum(values) / many
    if many == 1:
        return Range(mean, None, None)
    half = student(SIDE, many - 1) * math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (many - 1) / many)
    return Range(mean, mean - half, mean + half)


_Of = Callable[[Floor, Totals], float]
_Range = Callable[[_Of], Range]


def _outcome(
    floor: Floor, runs: list[Totals], range_: _Range, names: list[str] | None = None, crews: list[str] | None = None,
    others: list[Totals] | None = None,
) -> Outcome:  # fmt: skip
    queues = [_queue(name, range_, [name]) for name in names or [line.name for line in floor.lines]]
    teams = [_team(name, range_) for name in crews or [crew.name for crew in floor.crews]]
    backlogs = _backlogs(runs)
    if others is not None:
        backlogs = [after - before for before, after in zip(backlogs, _backlogs(others), strict=True)]
    return Outcome(
        replications=len(runs), events=sum(run.events for run in runs), all=_queue("all", range_, None),
        automated=range_(lambda of, run: float(sum(_column(of, run, "automated", None)))),
        occupancy=range_(lambda of, run: _share(sum(row[0] for row in run.teams), sum(row[0] + row[1] for row in run.teams))),
        exposure_hours=range_(lambda of, run: sum(row[TEAM.index("exposed")] for row in run.teams) / 3_600_000),
        cost=range_(lambda of, run: sum(_cost(of, run, place) for place in range(len(of.crews)))),
        queues=queues, teams=teams, backlog=backlogs,
    )  # fmt: skip


def _backlogs(runs: list[Totals]) -> list[float]:
    ends = [0.0] * len(runs[0].came[0])
    for run in runs:
        left = 0
        for place in range(len(ends)):
            left += sum(line[place] for line in run.came) - sum(line[place] for line in run.gone)
            ends[place] += left / len(runs)
    return ends


def _column(floor: Floor, run: Totals, name: str, names: list[str] | None) -> list[int]:
    column = QUEUE.index(name)
    return [
        row[column] for line, row in zip(floor.lines, run.queues, strict=True) if names is None or line.name in names
    ]


def _queue(name: str, range_: _Range, names: list[str] | None) -> QueueOutcome:
    def total(column: str) -> _Of:
        return lambda of, run: float(sum(_column(of, run, column, names)))

    def mean(column: str) -> _Of:  # ms over solved items, in seconds
        return lambda of, run: _share(
            sum(_column(of, run, column, names)), 1000 * sum(_column(of, run, "solved", names))
        )

    def attainment(of: Floor, run: Totals) -> float:
        due = sum(_column(of, run, "due", names))
        return sum(_column(of, run, "met", names)) / due if due else 1.0

    def most(of: Floor, run: Totals) -> float:
        left, highest = 0, 0
        chosen = [place for place, line in enumerate(of.lines) if names is None or line.name in names]
        for hour in range(of.intervals):
            left += sum(run.came[place][hour] - run.gone[place][hour] for place in chosen)
            highest = max(highest, left)
        return float(highest)

    return QueueOutcome(
        name=name, arrived=range_(total("arrived")), solved=range_(total("solved")), abandoned=range_(total("abandoned")),
        attainment=range_(attainment), late=range_(lambda of, run: total("due")(of, run) - total("met")(of, run)), aas=range_(mean("age")),
        wait=range_(mean("waited")), aht=range_(mean("handled")), backlog_end=range_(total("open")), backlog_most=range_(most),
    )  # fmt: skip


def _team(name: str, range_: _Range) -> TeamOutcome:
    def value(column: str) -> _Of:
        place = TEAM.index(column)
        return lambda of, run: float(run.teams[_place(of, name)][place])

    def occupancy(of: Floor, run: Totals) -> float:
        busy, idle = run.teams[_place(of, name)][:2]
        return _share(busy, busy + idle)

    return TeamOutcome(
        name=name, solved=range_(value("solved")), occupancy=range_(occupancy),
        exposure_hours=range_(lambda of, run: value("exposed")(of, run) / 3_600_000),
        most_exposed_minutes=range_(lambda of, run: value("most_exposed")(of, run) / 60_000), budgets_spent=range_(value("spent")),
        paid_hours=range_(lambda of, run: run.paid[_place(of, name)] / 3_600_000),
        cost=range_(lambda of, run: _cost(of, run, _place(of, name))),
    )  # fmt: skip


def _place(floor: Floor, name: str) -> int:
    return next(place for place, crew in enumerate(floor.crews) if crew.name == name)


def _cost(floor: Floor, run: Totals, place: int) -> float:
    return run.paid[place] / 3_600_000 * floor.crews[place].cost


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
