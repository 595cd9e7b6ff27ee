"""DuckDB: the embedded engine that reads the fact files."""

from __future__ import annotations

from watchfloor.insight.dialects.base import Dialect


class Duck(Dialect):
    """``$name`` parameters, lists as lists."""

    name = "duckdb"

    def param(self, name: str, kind: str) -> str:
        return f"${name}"

    def one_of(self, sql: str, param: str) -> str:
        return f"list_contains(${param}, {sql})"

    def millis(self, first: str, last: str) -> str:
        return f"date_diff('millisecond', {first}, {last})"

    def quantile(self, field: str, q: float, condition: str) -> str:
        return f"quantile_cont(CASE WHEN {condition} THEN {field} END, {q})"

    def newest(self, column: str) -> str:
        return f"arg_max({column}, leaf) FILTER (WHERE {column} IS NOT NULL)"

    def moments(self) -> str:
        return "(SELECT unnest($starts) AS bucket, unnest($bounds) AS t) AS moments"
