"""Conditions on one value that cannot all hold, and thresholds that no value seen in data comes near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.write import written

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_MAX_NAMES = 8
"""How far names are followed to the conditions they stand for."""


@dataclass
class _Bounds:
    """What the conditions met so far leave for one value."""

    low: float = float("-inf")
    low_open: bool = False
    low_text: str = ""
    high: float = float("inf")
    high_open: bool = False
    high_text: str = ""
    only: set[Any] | None = None
    only_text: str = ""
    never: dict[Any, str] = field(default_factory=dict)


def contradiction(conditions: list[tree.Expr]) -> tuple[tree.Expr, str] | None:
    """The condition that cannot hold beside those before it, and why; None if all can hold."""
    bounds: dict[int, _Bounds] = {}
    for condition in conditions:
        for compare in _all_of(condition, 0):
            met = _one_value(compare)
            if met is None:
                continue
            variable, op, constant = met
            known = bounds.setdefault(variable.index, _Bounds())
            other = _narrow(known, op, constant, written(compare))
            if other:
                return condition, f"`{written(compare)}` and `{other}` exclude each other"
    return None


def _all_of(condition: tree.Expr, names: int) -> Iterator[tree.Compare]:
    """The comparisons that must hold for a condition to hold."""
    if isinstance(condition, tree.Compare):
        yield condition
    elif isinstance(condition, tree.BoolOp) and condition.op == "and":
        for value in condition.values:
            yield from _all_of(value, names)
    elif isinstance(condition, tree.Unwrap):
        yield from _all_of(condition.inner, names)
    elif isinstance(condition, tree.Var) and names < _MAX_NAMES:
        value = condition.variable.value
        if isinstance(value, tree.RuleExpr):
            for part in value.conditions:
                yield from _all_of(part, names + 1)
        else:
            yield from _all_of(value, names + 1)


def _one_value(compare: tree.Compare) -> tuple[tree.Variable, str, Any] | None:
    """``(variable, operator, constant)`` of a comparison of one name with something written out."""
    left, right = _bare(compare.left), _bare(compare.right)
    if isinstance(left, tree.Var) and isinstance(right, tree.Const):
        return left.variable, compare.op, right.value
    if isinstance(left, tree.Const) and isinstance(right, tree.Var) and compare.op in _TURNED:
        return right.variable, _TURNED[compare.op], left.value
    return None


def _bare(expr: tree.Expr) -> tree.Expr:
    return expr.inner if isinstance(expr, tree.Unwrap) else expr


def _narrow(known: _Bounds, op: str, constant: Any, text: str) -> str:
    """Take one more condition in; the earlier one that it excludes, or ``""``."""
    if op in ("<", "<=", ">", ">=") and _is_number(constant):
        if op[0] == "<" and (constant, op == "<=") < (known.high, not known.high_open):
            known.high, known.high_open, known.high_text = constant, op == "<", text
        if op[0] == ">" and (-constant, op == ">=") < (-known.low, not known.low_open):
            known.low, known.low_open, known.low_text = constant, op == ">", text
        if known.low > known.high or (known.low == known.high and (known.low_open or known.high_open)):
            return known.low_text if op[0] == "<" else known.high_text
    elif op == "==" or (op == "in" and isinstance(constant, list)):
        values = {_key(value) for value in (constant if op == "in" else [constant])}
        if known.only is not None and not values & known.only:
            return known.only_text
        known.only = values if known.only is None else values & known.only
        known.only_text = text
    elif op == "!=":
        known.never[_key(constant)] = text
    if known.only is not None:
        for value in known.only:
            if value not in known.never and _inside(known, value[1]):
                return ""
        others = [known.never[value] for value in known.only if value in known.never]
        return next(
            (other for other in [*others, known.low_text, known.high_text, known.only_text] if other and other != text),
            "",
        )
    return ""


def _key(value: Any) -> tuple[bool, Any]:
    """Values that are equal as the language has it; True is not 1."""
    return (isinstance(value, bool), value)


def _inside(known: _Bounds, value: Any) -> bool:
    if not _is_number(value):
        return known.low == float("-inf") and known.high == float("inf")
    above = value > known.low or (value == known.low and not known.low_open)
    return above and (value < known.high or (value == known.high and not known.high_open))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def outside(compare: tree.Compare, ranges: Mapping[str, tuple[float, float]]) -> str:
    """A sentence, where no value seen reaches the threshold or all of them do; else ``""``."""
    met = _one_value(compare)
    if met is None or not isinstance(met[0].value, tree.Extract) or not _is_number(met[2]):
        return ""
    variable, op, constant = met
    assert isinstance(variable.value, tree.Extract)
    seen = ranges.get(variable.value.text)
    if seen is None:
        return ""
    low, high = seen
    said = f"in the data `{variable.name}` lies between {low:,g} and {high:,g}"
    never = {">": constant >= high, ">=": constant > high, "<": constant <= low, "<=": constant < low}
    if never.get(op, op == "==" and not low <= constant <= high):
        return f"No event seen meets this: {said}."
    always = {">": constant < low, ">=": constant <= low, "<": constant > high, "<=": constant >= high}
    return f"Every event seen meets this: {said}." if always.get(op, False) else ""
