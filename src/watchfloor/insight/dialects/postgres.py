"""PostgreSQL: live tiles, over the tables of the floor themselves."""

from __future__ import annotations

from watchfloor.insight.dialects.base import Dialect

_KINDS = {"moment": "timestamp", "number": "bigint", "text": "text"}


class Postgres(Dialect):
    """``%(name)s`` parameters, as psycopg binds them; moments are timestamps without zone, in UTC."""

    name = "postgresql"

    def literal(self, value: bool | float | str) -> str:
        return super().literal(value).replace("%", "%%")

    def span(self, count: int, unit: str) -> str:
        return f"INTERVAL '{count} {unit}'"

    def param(self, name: str, kind: str) -> str:
        return f"%({name})s::{_KINDS[kind]}"

    def one_of(self, sql: str, param: str) -> str:
        return f"({sql} = ANY(%({param})s::text[]))"

    def millis(self, first: str, last: str) -> str:
        return f"(floor(extract(epoch FROM {last}) * 1000) - floor(extract(epoch FROM {first}) * 1000))"

    def quantile(self, field: str, q: float, condition: str) -> str:
        return f"percentile_cont({q}) WITHIN GROUP (ORDER BY CASE WHEN {condition} THEN {field} END)"

    def newest(self, column: str) -> str:
        return f"(array_agg({column} ORDER BY leaf DESC) FILTER (WHERE {column} IS NOT NULL))[1]"

    def moments(self) -> str:
        return "unnest(%(starts)s::timestamp[], %(bounds)s::timestamp[]) AS moments(bucket, t)"
