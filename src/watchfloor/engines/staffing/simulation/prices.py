"""The shadow price of a queue: how many items fewer are late, on the whole floor, for one more agent-hour that only this queue gets."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec
from msgspec.structs import replace

from watchfloor.engines.staffing.simulation.fast import replications
from watchfloor.engines.staffing.simulation.floor import build
from watchfloor.engines.staffing.simulation.outcome import Range, interval
from watchfloor.engines.staffing.simulation.scenario import Scenario, Team
from watchfloor.engines.staffing.simulation.totals import QUEUE, Totals

_DUE, _MET = QUEUE.index("due"), QUEUE.index("met")


class Price(msgspec.Struct, frozen=True):
    """Late items spared by an agent-hour in ``queue``."""

    queue: str
    late_spared: Range


def prices(
    scenario: Scenario, runs: list[Totals], *, step: Callable[[], None] | None = None, only: Collection[str] | None = None
) -> list[Price]:  # fmt: skip
    """The price of each queue, dearest first: the floor again, with the same luck and one agent more who serves this queue alone.

    Args:
        runs: of the scenario itself; as many replications are made for each queue.
        only: the queues to price; None is all.

    Raises:
        MissingExtra: numba is not installed.
    """
    found = []
    for queue in scenario.queues:
        if only is not None and queue.name not in only:
            continue
        helper = Team(name=f"one more for {queue.name}", agents=1, queues=[queue.name])
        floor = build(replace(scenario, teams=[*scenario.teams, helper]))
        hours = (floor.end - floor.warm) / 3_600_000
        more = replications(floor, len(runs), step=step)
        found.append(
            Price(
                queue.name,
                interval([(_late(one) - _late(other)) / hours for one, other in zip(runs, more, strict=True)]),
            )
        )
    return sorted(found, key=lambda price: -price.late_spared.value)


def _late(run: Totals) -> int:
    return sum(row[_DUE] - row[_MET] for row in run.queues)
