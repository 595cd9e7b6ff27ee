"""Runs a floor by the compiled simulation: turns it into arrays once, then each replication is one call that holds no lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from watchfloor.engines.staffing.simulation import draws
from watchfloor.engines.staffing.simulation.floor import Floor, timeline
from watchfloor.engines.staffing.simulation.totals import QUEUE, TEAM, Totals
from watchfloor.kernel.errors import MissingExtra


def _parts() -> tuple[Any, Any]:
    """numpy and the compiled functions."""
    try:
        import numpy as np

        from watchfloor.engines.staffing.simulation import kernel
    except ImportError:
        raise MissingExtra("compute", "The compiled simulation") from None
    return np, kernel


class Compiled:
    """A floor as arrays.

    Raises:
        MissingExtra: numba is not installed.
    """

    def __init__(self, floor: Floor) -> None:
        np, self._kernel = _parts()
        self._np, self.floor = np, floor
        lines, crews = floor.lines, floor.crews
        self._items = np.array([line.arrivals for line in lines], np.float64)
        self._automated = np.array([line.automated for line in lines], np.float64)
        self._lines = (
            np.array([line.spread for line in lines], np.int64),
            *(np.array([getattr(line, name) for line in lines], np.float64) for name in ("mean", "location", "scale")),
            *(np.array([getattr(line, name) for line in lines], np.int64) for name in ("window", "rank")),
            np.array([line.patience for line in lines], np.float64), np.array([line.exposure for line in lines], np.int64),
        )  # fmt: skip
        self._serves = _flat(np, [crew.serves for crew in crews])
        self._taken = _flat(
            np, [[one for one, crew in enumerate(crews) if queue in crew.serves] for queue in range(len(lines))]
        )
        self._crews = (
            np.array([crew.pace for crew in crews], np.float64),
            np.array([crew.budget for crew in crews], np.int64),
        )
        self._crew_of = np.array([crew for crew, _, _ in floor.people], np.int64)
        self._people: Any = None
        self._always = all(absent == 0 for _, absent, _ in floor.people)

    def run(self, replication: int = 0) -> Totals:
        """One replication."""
        np, floor = self._np, self.floor
        keys = np.array(
            [
                [draws.stream(floor.seed, replication, purpose, line.name) for purpose in range(draws.ABSENCE)]
                for line in floor.lines
            ],
            np.uint64,
        )
        counts, teams = (
            np.zeros((len(floor.lines), len(QUEUE)), np.int64),
            np.zeros((len(floor.crews), len(TEAM)), np.int64),
        )
        came_by, gone_by = (np.zeros((len(floor.lines), floor.intervals), np.int64) for _ in range(2))
        begin, items, came, number = self._arrive(keys, counts)
        first, offs, paid = self._timeline(replication)
        events = self._kernel.run(
            floor.warm, floor.end, floor.interval, *self._lines, keys, begin, items, came, number, *self._serves, *self._taken,
            *self._crews, self._crew_of, first, *offs, counts, teams, came_by, gone_by,
        )  # fmt: skip
        return Totals(int(events), counts.tolist(), teams.tolist(), came_by.tolist(), gone_by.tolist(), list(paid))

    def _arrive(self, keys: Any, counts: Any) -> tuple[Any, Any, Any, Any]:
        """All items of all queues: where each queue begins, how many it has, when they came and their numbers."""
        np, floor = self._np, self.floor
        expected = self._items.sum(axis=1) * (1 - self._automated)
        spare = 6.0
        while True:
            room = (expected + spare * np.sqrt(expected) + 16).astype(np.int64)
            begin = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
            items, came, number = (
                np.zeros(len(room), np.int64),
                np.empty(begin[-1], np.int64),
                np.empty(begin[-1], np.int64),
            )
            fresh = np.zeros_like(counts)
            if self._kernel.arrivals(
                items,
                begin,
                self._items,
                self._automated,
                keys,
                floor.interval,
                floor.warm,
                floor.end,
                fresh,
                came,
                number,
            ):
                counts += fresh
                return begin, items, came, number
            spare *= 2

    def _timeline(self, replication: int) -> tuple[Any, Any, list[int]]:
        if self._people is None or not self._always:
            np, made = self._np, timeline(self.floor, replication)
            begin, flat = _flat(np, [[at for at, _ in stops] + [1 << 62] for stops in made.offs])
            _, lengths = _flat(np, [[length for _, length in stops] + [0] for stops in made.offs])
            found = (np.array(made.first, np.int64), (begin, flat, lengths), made.paid)
            if not self._always:
                return found  # not kept: other threads run other replications
            self._people = found
        return self._people  # type: ignore[no-any-return]


def replications(
    floor: Floor, many: int, *, workers: int | None = None, step: Callable[[], None] | None = None
) -> list[Totals]:
    """Replications 0 to ``many`` - 1, in order, on all processors; ``step`` is called after each."""
    compiled = Compiled(floor)
    found: list[Totals] = []
    with ThreadPoolExecutor(max(1, workers or os.cpu_count() or 1)) as pool:
        for totals in pool.map(compiled.run, range(many)):
            found.append(totals)
            if step:
                step()
    return found


def _flat(np: Any, lists: list[list[int]]) -> tuple[Any, Any]:
    """Lists one after another, and where each begins."""
    begin = np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)
    return begin, np.array([value for each in lists for value in each], np.int64)
