"""From a demand to cores, machines, bytes, and the first thing that more machines do not help against."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec

from watchfloor.engines.sizing.demand import DAY, Demand
from watchfloor.engines.sizing.rates import Rate, rates

LOG_MB = 500.0  # MB/s of log that one good disk and its standby's link take for hours; an assumption, not a measurement
DISK_TB = 30.0  # TB of rows that one primary is still vacuumed and backed up at; an assumption, not a measurement
LEAST, MEDIAN, MOST = 0, 1, 2
ORDER = ("web", "rules-worker", "worker", "scheduler", "database")


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One role: cores at the mean, and at the peak (least, median, most), with room to spare; whole machines for the most."""

    role: str
    mean_cores: float
    peak_cores: tuple[float, float, float]
    machines: int
    from_rates: tuple[str, ...]


class Wall(msgspec.Struct, frozen=True, kw_only=True):
    """What does not grow with machines: how much of it the peak takes, and the events a day at which it is full."""

    name: str
    demand: float
    capacity: float
    unit: str
    share: float
    full_at_events_per_day: float
    measured: bool
    then: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a demand comes to."""

    demand: Demand
    a_second: dict[str, float]
    needs: tuple[Need, ...]
    machines: int
    log_mb_s: tuple[float, float, float]
    rows_gb_day: tuple[float, float, float]
    rows_tb_kept: tuple[float, float, float]
    lake_gb_day: tuple[float, float, float]
    lake_tb_kept: tuple[float, float, float]
    network_mb_s: float
    walls: tuple[Wall, ...]

    @property
    def first_wall(self) -> Wall:
        """The one that is nearest."""
        return self.walls[0]


BODY = 1_000  # bytes of an event or a report on its way in; a page of the bench is taken as 60 kB
PAGE = 60_000


def plan(demand: Demand, costs: dict[str, Rate] | None = None) -> Plan:
    """Compute it.

    Every role's cores are the sum over its units of (a second at the peak) x (measured processor time) / ``busy``.
    """
    costs = costs or rates()
    units = _units(demand, costs)

    def total(which: Callable[[Rate], tuple[float, float, float]], at: int, role: str | None = None) -> float:
        return sum(units[name] * which(rate)[at] for name, rate in costs.items() if role in (None, rate.role))

    def three(which: Callable[[Rate], tuple[float, float, float]], factor: float) -> tuple[float, float, float]:
        least, median, most = (total(which, at) * factor for at in (LEAST, MEDIAN, MOST))
        return least, median, most

    needs = []
    for role in ORDER:
        of = None if role == "database" else role
        which: Callable[[Rate], tuple[float, float, float]] = (
            (lambda rate: rate.db_ms) if of is None else (lambda rate: rate.app_ms)
        )
        mean = total(which, MEDIAN, of) / 1000
        peak = tuple(total(which, at, of) / 1000 * demand.peak / demand.busy for at in (LEAST, MEDIAN, MOST))
        size = demand.database_cores if of is None else demand.cores
        # The database and the scheduler are one at work and one that stands by.
        machines = 2 if role in {"database", "scheduler"} else max(2, math.ceil(peak[MOST] / size)) if peak[MOST] else 0
        names = tuple(name for name, rate in costs.items() if units[name] and of in (None, rate.role))
        needs.append(
            Need(
                role=role, mean_cores=mean, peak_cores=(peak[0], peak[1], peak[2]), machines=machines, from_rates=names
            )
        )
    rows = three(lambda rate: rate.row_bytes, DAY / 1e9)
    lake = three(lambda rate: rate.file_bytes, DAY / 1e9)
    into = units["event accepted, in hundreds"] + units["verdict asked"] + units["event accepted, single"]
    return Plan(
        demand=demand, a_second=units, needs=tuple(needs), machines=sum(each.machines for each in needs),
        log_mb_s=three(lambda rate: rate.wal_bytes, demand.peak / 1e6),
        rows_gb_day=rows, rows_tb_kept=_times(rows, demand.days / 1000),
        lake_gb_day=lake, lake_tb_kept=_times(lake, demand.lake_days / 1000),
        network_mb_s=(into * BODY + units["decision at the bench"] * PAGE) * demand.peak / 1e6,
        walls=_walls(demand, costs, units, needs, rows),
    )  # fmt: skip


def _units(demand: Demand, costs: dict[str, Rate]) -> dict[str, float]:
    """Units a second, the ledger's events added up from what each kind of work brings."""
    units = dict.fromkeys(costs, 0.0) | demand.units
    events = sum(units[name] * rate.ledger_events for name, rate in costs.items())
    return units | {"ledger event sequenced": events, "ledger event to facts": events}


def _walls(
    demand: Demand, costs: dict[str, Rate], units: dict[str, float], needs: list[Need], rows: tuple[float, float, float]
) -> tuple[Wall, ...]:
    database = next(each for each in needs if each.role == "database")
    log = sum(units[name] * rate.wal_bytes[MEDIAN] for name, rate in costs.items()) * demand.peak / 1e6
    ledger = units["ledger event sequenced"] * demand.peak
    facts = costs["ledger event to facts"].app_ms[MEDIAN]
    sequenced = costs["ledger event sequenced"].app_ms[MEDIAN]
    found = [
        _wall("the ledger's sequencer, one process", ledger, 1000 / sequenced * demand.busy, "ledger events/s", demand,
              "Ask verdicts of what needs no record: --recorded below 1. What waits for the tree at the peak is caught up after it."),
        _wall("facts, one process", ledger, 1000 / facts * demand.busy, "ledger events/s", demand, "The same."),
        _wall("the primary's cores", database.peak_cores[MEDIAN], float(demand.database_cores), "cores", demand,
              "A larger primary, or fewer recorded events."),
        _wall("the primary's log", log, LOG_MB, "MB/s", demand, "Faster disks and link, or fewer recorded events.", measured=False),
        _wall("rows kept on one primary", rows[MEDIAN] * demand.days / 1000, DISK_TB, "TB", demand,
              "Keep rows for fewer days (retention), or record fewer events.", measured=False),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: -each.share))


def _wall(
    name: str, wanted: float, capacity: float, unit: str, demand: Demand, then: str, *, measured: bool = True
) -> Wall:
    share = wanted / capacity
    full = demand.events_per_day / share if share and demand.events_per_day else math.inf
    return Wall(name=name, demand=wanted, capacity=capacity, unit=unit, share=share, full_at_events_per_day=full,
                measured=measured, then=then)  # fmt: skip


def _times(three: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    return three[0] * factor, three[1] * factor, three[2] * factor
