"""DuckDB's types and values as Trino's clients know them. Pure."""

from __future__ import annotations

import re
from typing import Any, Final

_TYPES: Final = {
    "BOOLEAN": "boolean", "TINYINT": "tinyint", "SMALLINT": "smallint", "INTEGER": "integer", "BIGINT": "bigint",
    "HUGEINT": "decimal(38,0)",
    "UTINYINT": "smallint", "USMALLINT": "integer", "UINTEGER": "bigint", "UBIGINT": "decimal(20,0)", "FLOAT": "real",
    "DOUBLE": "double", "DATE": "date", "TIMESTAMP": "timestamp(6)", "TIMESTAMP_S": "timestamp(6)", "TIMESTAMP_MS": "timestamp(6)",
    "TIMESTAMP_NS": "timestamp(6)", "TIMESTAMP WITH TIME ZONE": "timestamp(6) with time zone", "TIME": "time(6)",
}  # fmt: skip
# java.sql.Types
JDBC: Final = {
    "boolean": 16, "tinyint": -6, "smallint": 5, "integer": 4, "bigint": -5, "real": 7, "double": 8, "decimal": 3, "varchar": 12,
    "date": 91, "time": 92, "timestamp": 93,
}  # fmt: skip
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_DAY_AND_TIME = re.compile(r"^(\S+)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(.*)$")


def type_of(kind: str) -> str:
    """Trino's name of a type; what it has none for is text."""
    if found := _DECIMAL.fullmatch(kind):
        return f"decimal({found[1]},{found[2]})"
    return _TYPES.get(kind, "varchar")


def signature(kind: str) -> dict[str, Any]:
    """The type as clients read it apart."""
    raw, _, rest = kind.partition("(")
    inner, _, after = rest.partition(")")
    numbers = [int(each) for each in inner.split(",")] if inner else []
    arguments: list[dict[str, Any]] = [{"kind": "LONG", "value": each} for each in numbers]
    if raw == "varchar" and not arguments:
        arguments = [{"kind": "LONG", "value": 2_147_483_647}]
    return {"rawType": raw + after, "arguments": arguments}


def value_of(value: Any, kind: str) -> Any:
    """A value as its type is written: sums of whole numbers are numbers where they fit, moments have a blank and six places."""
    if value is None:
        return None
    if kind.startswith("decimal"):
        return str(value)
    if kind.startswith("timestamp") and (found := _DAY_AND_TIME.match(str(value))):
        zone = " UTC" if "zone" in kind else ""
        return f"{found[1]} {found[2]}.{(found[3] or '').ljust(6, '0')}{zone}"
    if kind == "bigint" and isinstance(value, str):
        return int(value)
    return value


def kind_of(declared: str, values: list[Any]) -> str:
    """The type of a column of an answer. A sum of whole numbers (HUGEINT) is a bigint wherever it fits, as Trino's is."""
    if declared == "HUGEINT" and all(each is None or abs(int(each)) < 2**63 for each in values):
        return "bigint"
    return type_of(declared)
