"""The file of a backlog problem: classes of work with arrivals by interval, times they are due in, and agents by interval."""

from __future__ import annotations

import math

import msgspec

from watchfloor.engines.staffing.durations import seconds
from watchfloor.kernel.errors import BadInput

Duration = str | float
_MOST_STEPS = 50_000


class WorkClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of work.

    ``arrivals`` are items by interval (repeated to the length of the longest list); ``cv`` is the standard deviation of the handle
    time divided by its mean; a lower ``priority`` goes first, within one priority what is due first; ``backlog`` waits at the start.
    """

    name: str
    arrivals: list[float]
    aht: Duration
    due: Duration
    priority: int = 1
    target: float = 0.95
    cv: float = 1.0
    backlog: float = 0.0


class Problem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Deferred work. ``agents`` at work by interval, repeated likewise; ``repeat`` takes the file as one turn of an endless cycle."""

    classes: list[WorkClass]
    agents: list[float] = []
    interval: Duration = "1h"
    step: Duration = "5m"
    repeat: bool = True
    shrinkage: float = 0.0


class Work(msgspec.Struct, frozen=True):
    """A class in steps: items a step, seconds a piece, the window in steps (a fraction is kept), variance of work an item brings."""

    name: str
    priority: int
    items: list[float]
    handle: float
    window: float
    square: float
    target: float
    waiting: float


class Steps(msgspec.Struct, frozen=True):
    """A problem ready to be computed; ``length`` seconds a step, ``per`` steps an interval, ``intervals`` of them in one turn."""

    works: list[Work]
    length: float
    per: int
    intervals: int
    repeat: bool


def steps(problem: Problem) -> Steps:
    """The checked problem.

    Raises:
        BadInput: one sentence, with ``where`` as a path in the file.
    """
    if not problem.classes:
        raise BadInput("no_classes", "There is no work in this file.", where="classes", hint="Name at least one class.")
    interval = seconds(problem.interval, "interval", least=60)
    length = min(interval, seconds(problem.step, "step", least=1))
    per = max(1, round(interval / length))
    lists = [each.arrivals for each in problem.classes] + ([problem.agents] if problem.agents else [])
    intervals = max(map(len, lists))
    if intervals * per > _MOST_STEPS:
        raise BadInput(
            "too_long",
            f"{intervals * per:,} steps are too many.",
            where="step",
            hint="Take a longer step, or fewer intervals.",
        )
    if not 0 <= problem.shrinkage < 1:
        raise BadInput("bad_share", f"A shrinkage of {problem.shrinkage:g} is no share below 1.", where="shrinkage")
    for place, agents in enumerate(problem.agents):
        _number(agents, f"agents[{place}]")
    names: set[str] = set()
    works = []
    for place, each in enumerate(problem.classes):
        where = f"classes[{place}]"
        if each.name in names:
            raise BadInput("twice", f"Two classes are called {each.name!r}.", where=f"{where}.name")
        names.add(each.name)
        works.append(_work(each, where, interval / per, per, intervals))
    return Steps(works, interval / per, per, intervals, problem.repeat)


def capacity(agents: list[float], of: Steps) -> list[float]:
    """Agent-seconds by step of one turn."""
    return [agents[number // of.per % len(agents)] * of.length for number in range(of.intervals * of.per)]


def _work(each: WorkClass, where: str, length: float, per: int, intervals: int) -> Work:
    if not each.arrivals:
        raise BadInput(
            "no_arrivals", f"{each.name!r} has no arrivals.", where=f"{where}.arrivals", hint="Give items by interval."
        )
    for place, items in enumerate(each.arrivals):
        _number(items, f"{where}.arrivals[{place}]")
    _number(each.backlog, f"{where}.backlog")
    _number(each.cv, f"{where}.cv")
    if not 0 < each.target < 1:
        raise BadInput(
            "bad_share",
            f"A target of {each.target:g} is no share between 0 and 1.",
            where=f"{where}.target",
            hint="Write 0.95.",
        )
    handle = seconds(each.aht, f"{where}.aht", least=0.001)
    due = seconds(each.due, f"{where}.due", least=1)
    if due <= handle:
        raise BadInput("due_too_soon", f"{each.name!r} is due before it can be handled once.", where=f"{where}.due")
    items_by_step = [each.arrivals[step // per % len(each.arrivals)] / per for step in range(intervals * per)]
    return Work(
        each.name,
        each.priority,
        items_by_step,
        handle,
        due / length,
        handle**2 * (1 + each.cv**2),
        each.target,
        each.backlog,
    )


def _number(value: float, where: str) -> None:
    if not (0 <= value < math.inf):
        raise BadInput("bad_number", f"{value:g} is no number of 0 or more.", where=where)
