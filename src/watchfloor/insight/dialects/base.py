"""What a dialect must know; the parts that every engine spells alike are written here once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from watchfloor.insight.dialects.expressions import (
    Both,
    Call,
    Cases,
    Compare,
    Either,
    Expr,
    In,
    IsNull,
    Name,
    Not,
    OneOf,
    Param,
    Span,
    Value,
)


class Dialect:
    """Writes expressions and aggregates. Aggregates over a condition are written with CASE: every engine has that."""

    name = ""
    settings = ""  # put behind a whole query

    # -- expressions -------------------------------------------------------------------------------------------------

    def write(self, expr: Expr) -> str:
        """The SQL of a tree; every part that needs them is in brackets."""
        match expr:
            case Name(name=name):
                return name
            case Value(value=value):
                return self.literal(value)
            case Param(name=name, kind=kind):
                return self.param(name, kind)
            case Call(name="text", args=(what,)):
                return self.text(self.write(what))
            case Call(name="millis", args=(first, last)):
                return self.millis(self.write(first), self.write(last))
            case Call(name=function, args=args):
                return f"{function}({', '.join(self.write(each) for each in args)})"
            case Compare(op=op, left=left, right=right):
                return f"({self.write(left)} {op} {self.write(right)})"
            case IsNull(what=what, yes=yes):
                return f"({self.write(what)} IS {'' if yes else 'NOT '}NULL)"
            case In(what=what, values=values):
                return f"({self.write(what)} IN ({', '.join(self.literal(each) for each in values)}))"
            case OneOf(what=what, param=param):
                return self.one_of(self.write(what), param)
            case Not(what=what):
                return f"(NOT {self.write(what)})"
            case Both(parts=parts):
                return "(" + " AND ".join(self.write(each) for each in parts) + ")"
            case Either(parts=parts):
                return "(" + " OR ".join(self.write(each) for each in parts) + ")"
            case Span(count=count, unit=unit):
                return self.span(count, unit)
            case Cases(cases=cases, otherwise=otherwise):
                whens = " ".join(f"WHEN {self.write(test)} THEN {self.write(then)}" for test, then in cases)
                rest = "" if otherwise is None else f" ELSE {self.write(otherwise)}"
                return f"CASE {whens}{rest} END"

    def literal(self, value: bool | float | str) -> str:
        """A literal; quotes inside are doubled."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)

    def span(self, count: int, unit: str) -> str:
        """A length of time."""
        return f"INTERVAL {count} {unit}"

    def text(self, sql: str) -> str:
        """As text; null stays null."""
        return f"CAST({sql} AS VARCHAR)"

    def truncated(self, interval: str, sql: str) -> str:
        """The start of the hour, day or week (Monday) a moment is in."""
        return f"date_trunc('{interval}', {sql})"

    def param(self, name: str, kind: str) -> str:
        """A parameter."""
        raise NotImplementedError

    def one_of(self, sql: str, param: str) -> str:
        """Whether a text is one of those bound to a parameter."""
        raise NotImplementedError

    def millis(self, first: str, last: str) -> str:
        """Whole milliseconds from a moment until another."""
        raise NotImplementedError

    # -- aggregates --------------------------------------------------------------------------------------------------

    def count(self, condition: str) -> str:
        """Rows for which a condition holds."""
        return f"count(CASE WHEN {condition} THEN 1 END)"

    def sum(self, field: str, condition: str) -> str:
        """Null where there is nothing to add."""
        return f"sum(CASE WHEN {condition} THEN {field} END)"

    def most(self, field: str, condition: str) -> str:
        """The biggest."""
        return f"max(CASE WHEN {condition} THEN {field} END)"

    def distinct(self, field: str, condition: str) -> str:
        """How many different ones."""
        return f"count(DISTINCT CASE WHEN {condition} THEN {field} END)"

    def quantile(self, field: str, q: float, condition: str) -> str:
        """Between the two nearest values, in proportion."""
        raise NotImplementedError

    def newest(self, column: str) -> str:
        """The value of the row with the highest leaf that has one."""
        raise NotImplementedError

    # -- shapes ------------------------------------------------------------------------------------------------------

    def moments(self) -> str:
        """A relation of two columns, ``bucket`` and ``t``, from the parameters ``starts`` and ``bounds``."""
        raise NotImplementedError

    def moment(self, sql: str) -> str:
        """As a moment without a zone."""
        return f"CAST({sql} AS TIMESTAMP)"

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters as the engine's driver takes them."""
        return dict(values)


def iso(moment: datetime) -> str:
    """``2026-11-02 09:00:00.000000``."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
