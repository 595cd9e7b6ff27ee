"""One definition of a number, written for three engines: a small tree of expressions, and what each engine calls things.

``expressions`` parses the short conditions of the catalogue into a tree and refuses what it does not know; ``Dialect`` writes a tree
(and the few shapes of a query) for DuckDB, ClickHouse or PostgreSQL. What a person typed is a parameter or a quoted literal.
"""

from __future__ import annotations

from watchfloor.insight.dialects.base import Dialect
from watchfloor.insight.dialects.clickhouse import ClickHouse
from watchfloor.insight.dialects.duck import Duck
from watchfloor.insight.dialects.postgres import Postgres

DUCK: Dialect = Duck()
CLICKHOUSE: Dialect = ClickHouse()
POSTGRES: Dialect = Postgres()
DIALECTS: dict[str, Dialect] = {each.name: each for each in (DUCK, CLICKHOUSE, POSTGRES)}

__all__ = ["CLICKHOUSE", "DIALECTS", "DUCK", "POSTGRES", "Dialect"]
