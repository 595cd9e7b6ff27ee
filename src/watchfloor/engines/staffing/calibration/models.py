"""Which model of staffing fits a queue, and why; and what each of them asks for, side by side."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from watchfloor.engines.staffing import erlang
from watchfloor.engines.staffing.backlog import Problem, WorkClass, required
from watchfloor.engines.staffing.durations import seconds
from watchfloor.engines.staffing.simulation.scenario import Queue
from watchfloor.kernel.errors import BadInput

Model = Literal["erlang_a", "erlang_c", "backlog", "simulation"]
SOON = 15 * 60.0  # due sooner cannot wait for another hour's people
TARGET = 0.9


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One queue. ``erlang`` and ``backlog`` are the agents at the peak that each model asks for (None: it has no answer).

    ``why``: patience | soon | shared | deferred; ``level`` is what the chosen model needs by hour.
    """

    queue: str
    model: Model
    why: Literal["patience", "soon", "shared", "deferred"]
    erlang: int | None
    backlog: int | None
    level: list[int]


def choose(queue: Queue, *, shared: bool, target: float = TARGET) -> Choice:
    """The model for a queue; ``shared``: its people also work other queues that others work too, so that only a simulation sees it all."""
    due, aht = seconds(queue.due, "due"), seconds(queue.aht, "aht")
    items = [each * (1 - queue.automated) for each in queue.arrivals]
    by_erlang, by_backlog = _erlang(queue, items, aht, due, target), _backlog(queue, items, aht, due, target)
    model: Model
    why: Literal["patience", "soon", "shared", "deferred"]
    if queue.patience is not None:
        model, why = "erlang_a", "patience"
    elif due <= max(SOON, 2 * aht):
        model, why = "erlang_c", "soon"
    elif shared:
        model, why = "simulation", "shared"
    else:
        model, why = "backlog", "deferred"
    level = by_erlang if why in ("patience", "soon") else by_backlog
    return Choice(
        queue=queue.name, model=model, why=why, erlang=None if by_erlang is None else max(by_erlang, default=0),
        backlog=None if by_backlog is None else max(by_backlog, default=0), level=level or [0] * len(items),
    )  # fmt: skip


def together(queues: list[Queue], target: float = TARGET) -> list[int]:
    """Agents by hour for deferred queues that share their people: one need for all of them, which is less than the sum."""
    deferred = [each for each in queues if sum(each.arrivals) * (1 - each.automated) > 0]
    if not deferred:
        return [0] * max((len(each.arrivals) for each in queues), default=0)
    classes = [
        WorkClass(
            name=each.name, arrivals=[value * (1 - each.automated) for value in each.arrivals], aht=each.aht,
            due=max(seconds(each.due, "due"), 2 * seconds(each.aht, "aht")), priority=each.priority, target=target, cv=each.cv,
        )
        for each in deferred
    ]  # fmt: skip
    return required(Problem(classes=classes, step="15m"), "level").agents


def _erlang(queue: Queue, items: list[float], aht: float, due: float, target: float) -> list[int] | None:
    """Hour by hour, each as if it had always been so. An item is in time if it began early enough to be finished."""
    if due <= aht:
        return None
    patience = None if queue.patience is None else seconds(queue.patience, "patience")
    known: dict[float, int] = {}
    for rate in items:
        if rate > 0 and rate not in known:
            try:
                known[rate] = erlang.required(
                    rate=rate, handle=aht, share=target, within=due - aht, patience=patience
                ).agents
            except BadInput:
                return None
    return [known.get(rate, 0) for rate in items]


def _backlog(queue: Queue, items: list[float], aht: float, due: float, target: float) -> list[int] | None:
    if due <= aht or not math.fsum(items):
        return None if due <= aht else [0] * len(items)
    work = WorkClass(name=queue.name, arrivals=items, aht=aht, due=due, target=target, cv=queue.cv)
    return required(Problem(classes=[work], step="15m"), "level").agents
