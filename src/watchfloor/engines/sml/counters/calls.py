"""Where rules meet counters: a call in the rules becomes a question to the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from watchfloor.engines.sml.counters.spec import CounterSpec
from watchfloor.engines.sml.counters.store import LATE, Ask, moment_of
from watchfloor.engines.sml.outcome import EvaluationError
from watchfloor.engines.sml.runtime import UNDEFINED

if TYPE_CHECKING:
    from watchfloor.engines.sml import tree
    from watchfloor.engines.sml.function import Context, Site


class Counter:
    """A counter as one call of the rules keeps it: what the functions of ``stdlib.counters`` are made of.

    ``spec`` is complete once the whole rule set has been checked (``find``), since a version stands for all that it reads.
    """

    counter = True
    value_argument: str = ""
    """The run-time argument that is told apart or added up, where there is one."""

    spec: CounterSpec
    site: Site

    def ask(self, *args: Any) -> Ask | None:
        """The question for these run-time arguments; None where the event has no key."""
        raise NotImplementedError


def is_counter(call: Any) -> bool:
    """Whether a function, or what it was bound to, is a counter."""
    return getattr(call, "counter", False) is True


def counter_of(expr: tree.Expr) -> tree.Apply | None:
    """The call, if an expression is a call of a counter."""
    from watchfloor.engines.sml import tree

    return expr if isinstance(expr, tree.Apply) and is_counter(expr.call) else None


def counted(ctx: Context, calls: Sequence[tuple[Any, Sequence[Any] | None]]) -> list[Any]:
    """The answers of counters for the event at hand, each counted once however often it is asked.

    ``calls`` are ``Counter`` objects with their run-time arguments. Those are None where one has failed: the event is not
    counted then, and the answer is undefined.
    """
    asks: dict[str, Ask] = {}
    for counter, args in calls:
        if args is None or counter.spec.id in ctx.memo:
            continue
        if ctx.counters is None:
            _report(ctx, counter, "there is nothing here that keeps counters")
            continue
        try:
            ask = counter.ask(*args)
        except (TypeError, ValueError, OverflowError) as error:
            _report(ctx, counter, f"it cannot be counted: {error}")
            continue
        if ask is not None:
            asks[ask.spec.id] = ask
    if asks and ctx.counters is not None:
        given = ctx.counters.count(moment_of(ctx.event), list(asks.values()))
        ctx.memo.update(zip(asks, (UNDEFINED if answer is LATE else answer for answer in given), strict=True))
    return [UNDEFINED if args is None else ctx.memo.get(counter.spec.id, UNDEFINED) for counter, args in calls]


def _report(ctx: Context, counter: Counter, message: str) -> None:
    site = counter.site
    ctx.errors.append(EvaluationError(site.feature, message, site.file, site.line))
