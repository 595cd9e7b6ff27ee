"""What a metric is made of: signed counts and sums above and below the line. The compiler and the roll-ups both go by these."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import msgspec

from watchfloor.insight.catalogue import Metric
from watchfloor.insight.dialects.expressions import TRUE, Expr, both, parse


class Part(msgspec.Struct, frozen=True):
    """One aggregate: ``count`` of the rows for which ``where`` holds, or ``sum | distinct | most | quantile`` of their ``field``."""

    kind: str
    where: Expr
    field: Expr = TRUE
    q: float = 0.0


Signed: TypeAlias = tuple[int, Part]


@lru_cache(1000)
def parts_of(metric: Metric) -> tuple[tuple[Signed, ...], tuple[Signed, ...]]:
    """Numerator and denominator; no denominator = the numerator is the value."""
    where = parse(metric.where)
    count = (1, Part("count", where))
    match metric.kind:
        case "count" | "stock_count":
            return (count,), ()
        case "difference":
            return (count, (-1, _count(metric.minus))), ()
        case "share" | "stock_share":
            return ((1, Part("count", both([where, parse(metric.of)]))),), (count,)
        case "ratio":
            less = ((-1, _count(metric.minus)),) if metric.minus else ()
            return ((1, _count(metric.over)),), (count, *less)
        case "sums":
            return ((1, Part("sum", parse(metric.over), parse(metric.field))),), (
                (1, Part("sum", where, parse(metric.field))),
            )
        case "sum":
            return ((1, Part("sum", where, parse(metric.field))),), ()
        case "mean":
            below = Part("sum", where, parse(metric.per)) if metric.per else count[1]
            return ((1, Part("sum", where, parse(metric.field))),), ((1, below),)
        case "distinct":
            return ((1, Part("distinct", where, parse(metric.field))),), ()
        case "quantile" | "stock_quantile":
            return ((1, Part("quantile", where, parse(metric.field), metric.q)),), ()
        case "stock_max":
            return ((1, Part("most", where, parse(metric.field))),), ()
    raise AssertionError(metric.kind)


@lru_cache(1000)
def population(metric: Metric) -> tuple[Expr, ...]:
    """The conditions of the rows that a metric looks at; any of them."""
    texts = [metric.where]
    if metric.kind in ("sums", "ratio"):
        texts.append(metric.over)
    if metric.kind in ("difference", "ratio") and metric.minus:
        texts.append(metric.minus)
    return tuple(parse(text) for text in texts)


def _count(condition: str) -> Part:
    return Part("count", parse(condition))
