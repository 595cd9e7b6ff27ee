"""ClickHouse, for whoever outgrows one machine.

Three of its habits would give other numbers, and the query's own settings turn them off: it resolves an alias before a column
(``min(leaf) AS leaf`` breaks the next aggregate that says leaf), an aggregate of nothing is 0 and not null, and a left join fills with
defaults. Its casts drop nulls unless told to keep them; quantiles of nothing are NaN, so the ``OrNull`` form is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from watchfloor.insight.dialects.base import Dialect, iso

_KINDS = {"moment": "DateTime64(6, 'UTC')", "number": "Int64", "text": "String"}


class ClickHouse(Dialect):
    """``{name:Type}`` parameters, bound as text."""

    name = "clickhouse"
    settings = " SETTINGS prefer_column_name_to_alias = 1, aggregate_functions_null_for_empty = 1, join_use_nulls = 1"

    def literal(self, value: bool | float | str) -> str:
        return super().literal(value.replace("\\", "\\\\") if isinstance(value, str) else value)

    def text(self, sql: str) -> str:
        return f"CAST({sql} AS Nullable(String))"

    def truncated(self, interval: str, sql: str) -> str:
        begin = {"hour": "toStartOfHour", "day": "toStartOfDay", "week": "toMonday"}[interval]
        return f"{begin}({sql})"

    def param(self, name: str, kind: str) -> str:
        return f"{{{name}:{_KINDS[kind]}}}"

    def one_of(self, sql: str, param: str) -> str:
        return f"has({{{param}:Array(String)}}, {sql})"

    def millis(self, first: str, last: str) -> str:
        return f"dateDiff('millisecond', {first}, {last})"

    def quantile(self, field: str, q: float, condition: str) -> str:
        return f"quantileExactInclusiveOrNull({q})(CASE WHEN {condition} THEN {field} END)"

    def newest(self, column: str) -> str:
        return f"argMaxIf({column}, leaf, {column} IS NOT NULL)"

    def moments(self) -> str:
        pairs = "arrayZip({starts:Array(DateTime64(6, 'UTC'))}, {bounds:Array(DateTime64(6, 'UTC'))})"
        return f"(SELECT pair.1 AS bucket, pair.2 AS t FROM (SELECT arrayJoin({pairs}) AS pair)) AS moments"

    def moment(self, sql: str) -> str:
        return f"toDateTime64({sql}, 6, 'UTC')"

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _bound(value) for name, value in values.items()}


def _bound(value: Any) -> str:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_quoted(each) for each in value) + "]"
    return str(value)


def _quoted(value: Any) -> str:
    text = iso(value) if isinstance(value, datetime) else str(value)
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
