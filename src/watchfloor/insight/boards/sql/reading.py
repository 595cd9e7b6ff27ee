"""What SQL may say: one SELECT over the tables there are, with functions that only calculate. Read from DuckDB's own syntax tree.

This is the first wall. The second is the process it runs in (``child``): no files, no settings, and only rows one may see.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Final

import duckdb
import msgspec

from watchfloor.kernel.errors import BadInput

LONGEST: Final = 20_000
DEEPEST: Final = 200
TABLE_FUNCTIONS: Final = frozenset({"range", "generate_series", "unnest"})
# Functions that read the machine, the session or another statement, or make memory grow without bound.
FORBIDDEN: Final = frozenset({
    "getenv", "getvariable", "current_setting", "current_database", "current_databases", "current_schema", "current_schemas",
    "current_user", "current_role", "session_user", "user", "current_catalog", "current_query", "current_query_id",
    "current_connection_id", "current_transaction_id", "txid_current", "version", "duckdb_version", "nextval", "currval", "setseed",
    "query", "query_table", "json_execute_serialized_sql", "json_serialize_sql", "json_deserialize_sql", "json_serialize_plan",
    "repeat", "lpad", "rpad", "printf", "format", "write_log", "parse_duckdb_log_message", "in_search_path", "add_parquet_key",
    "sleep_ms", "get_block_size", "current_localtime", "error", "read_text", "read_blob", "read_csv", "read_json", "read_parquet",
})  # fmt: skip
FORBIDDEN_STARTS: Final = (
    "pragma_",
    "duckdb_",
    "pg_",
    "read_",
    "parquet_",
    "sniff_",
    "has_",
    "which_",
    "__internal",
    "test_",
    "http",
    "st_",
    "pst_",
)

_KEYWORDS: Final = frozenset(
    {"current_user", "current_role", "session_user", "user", "current_catalog", "current_schema", "current_database"}
)


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """SQL that may run: its text, and the tables of ours it names."""

    text: str
    tables: frozenset[str]


_reader: duckdb.DuckDBPyConnection | None = None
_lock = threading.Lock()


def read(text: str, tables: frozenset[str], place: tuple[str, ...] = ()) -> Read:
    """Check SQL against what it may say. ``place``: the catalogue and schema that tables may also be named with.

    Raises:
        BadInput: it cannot be read, is no single SELECT, or names a table or function that is not there for it.
    """
    text = text.strip().rstrip(";").rstrip()
    if not text:
        raise BadInput("no_sql", "Write a SELECT.", where="sql")
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadInput("bad_text", "A text holds half of a surrogate pair, which is no character.", where="sql")
    if len(text) > LONGEST:
        raise BadInput("too_long", f"SQL has at most {LONGEST:,} characters here.", where="sql")
    tree = _tree(text)
    named: set[str] = set()
    common = {entry["key"].lower() for node in _nodes(tree) for entry in (node.get("cte_map") or {}).get("map", ())}
    for node in _nodes(tree):
        _look(node, tables, common, named, place)
    return Read(text=text, tables=frozenset(named))


def _tree(text: str) -> dict[str, Any]:
    global _reader
    with _lock:
        if _reader is None:
            _reader = duckdb.connect(
                ":memory:", config={"python_enable_replacements": "false", "enable_external_access": "false"}
            )
        try:
            statements = _reader.extract_statements(text)
            found = _reader.execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
        except duckdb.Error as problem:
            raise BadInput("bad_sql", _first_line(problem), where="sql") from None
    tree: dict[str, Any] = msgspec.json.decode(found[0]) if found else {"error": True}
    if tree.get("error"):
        if tree.get("error_type") == "not implemented":
            raise BadInput(
                "not_select", "Only a SELECT may be asked here.", where="sql", hint="Begin with SELECT or WITH."
            )
        raise BadInput("bad_sql", str(tree.get("error_message", "This is no SQL."))[:300], where="sql")
    if len(statements) != 1 or len(tree.get("statements", ())) != 1:
        raise BadInput("many_statements", "One statement at a time.", where="sql")
    return tree


def _first_line(problem: Exception) -> str:
    return str(problem).strip().splitlines()[0][:300]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the tree, without recursion (a query may be nested as deep as it likes, but not endlessly)."""
    waiting: list[tuple[Any, int]] = [(tree, 0)]
    while waiting:
        here, depth = waiting.pop()
        if depth > DEEPEST:
            raise BadInput("too_deep", "This is nested too deeply.", where="sql")
        if isinstance(here, dict):
            yield here
            waiting += [(each, depth + 1) for each in here.values()]
        elif isinstance(here, list):
            waiting += [(each, depth + 1) for each in here]


def _look(
    node: dict[str, Any], tables: frozenset[str], common: set[str], named: set[str], place: tuple[str, ...]
) -> None:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        name = str(node.get("table_name", "")).lower()
        path = (node.get("qualified_name") or {}).get("path") or [name]
        before = tuple(str(each).lower() for each in path[:-1])
        if before and before == place[-len(before) :]:
            if name not in tables:
                raise _no_table(name, tables)
        elif node.get("schema_name") or node.get("catalog_name") or len(path) > 1:
            raise BadInput(
                "unknown_table", "Name tables without a schema.", where="sql", hint=", ".join(sorted(tables))
            )
        if name in tables:
            named.add(name)
        elif name not in common:
            raise _no_table(name, tables)
    elif kind == "TABLE_FUNCTION":
        function = node.get("function") or {}
        name = str(function.get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS or _qualified(function):
            raise BadInput(
                "forbidden", f"{name[:60]!r} cannot be read from here.", where="sql", hint=", ".join(sorted(tables))
            )
    elif kind == "COLUMN_REF":
        names = [str(each).lower() for each in node.get("column_names", ())]
        if len(names) == 1 and names[0] in _KEYWORDS:  # read as a column, bound as a function
            raise BadInput("forbidden", f"The function {names[0]!r} may not be used here.", where="sql")
    elif kind == "SHOW_REF":
        raise BadInput("not_select", "The tables and columns stand beside the field.", where="sql")
    if "function_name" in node:
        name = str(node["function_name"]).lower()
        if name in FORBIDDEN or name.startswith(FORBIDDEN_STARTS) or _qualified(node):
            raise BadInput("forbidden", f"The function {name[:60]!r} may not be used here.", where="sql")


def _no_table(name: str, tables: frozenset[str]) -> BadInput:
    return BadInput("unknown_table", f"There is no table {name[:60]!r}.", where="sql", hint=", ".join(sorted(tables)))


def _qualified(function: dict[str, Any]) -> bool:
    """Named with a schema or catalogue; operators bring ``main`` along in some versions."""
    return bool(function.get("catalog")) or function.get("schema") not in (None, "", "main")
