"""Statements of Trino's clients: what they become, and that values stay values."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from watchfloor.interop.trino.statements import filled, ours, read
from watchfloor.interop.trino.types import kind_of, signature, type_of, value_of
from watchfloor.interop.trino.views import _home
from watchfloor.kernel.errors import BadInput


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ('SELECT "a" FROM "information_schema"."columns"', 'SELECT "a" FROM "information_schema_columns"'),
        ("SELECT 1 FROM watchfloor.information_schema.tables t", 'SELECT 1 FROM "information_schema_tables" t'),
        ("SELECT x FROM system.jdbc.tables", 'SELECT x FROM "system_jdbc_tables"'),
        ("SELECT information_schema.tables.table_name FROM t", 'SELECT "information_schema_tables"."table_name" FROM t'),
        ("SELECT 'information_schema.tables', 1.5 -- system.jdbc.tables", "SELECT 'information_schema.tables', 1.5 -- system.jdbc.tables"),
        ("SELECT current_catalog, version( ), \"current_user\"", "SELECT 'watchfloor', '477', \"current_user\""),
        ("SELECT star.fact_case.queue_key FROM star.fact_case", "SELECT star.fact_case.queue_key FROM star.fact_case"),
    ],
)  # fmt: skip
def test_names_of_metadata_are_tables_here(text: str, becomes: str) -> None:
    assert ours(text) == becomes


def test_values_are_put_in_and_nothing_else_is() -> None:
    assert filled("SELECT '?', \"?\" WHERE a = ? AND b = ?", "'it''s, (x', DECIMAL '1.5'") == (
        "SELECT '?', \"?\" WHERE a = ('it''s, (x') AND b = (DECIMAL '1.5')"
    )
    said = read("EXECUTE IMMEDIATE 'SELECT ''a'' WHERE x = ?' USING '); DROP TABLE x; --'", {})
    assert said.sql == "SELECT 'a' WHERE x = ('); DROP TABLE x; --')"
    assert read("EXECUTE st USING 1, ROW(2, 3)", {"st": "SELECT ?, ?"}).sql == "SELECT (1), (ROW(2, 3))"
    for sql, using in (("SELECT ?", ""), ("SELECT 1", "1")):
        with pytest.raises(BadInput):
            filled(sql, using)
    with pytest.raises(BadInput, match="prepared"):
        read("EXECUTE other", {})


def test_what_runs_nothing_is_answered() -> None:
    for text in ("START TRANSACTION", "COMMIT", "SET SESSION a = 1", "deallocate prepare st"):
        assert read(text, {}).kind == "done"
    assert read("PREPARE st FROM SELECT 1", {}).headers == {"X-Trino-Added-Prepare": "st=SELECT%201"}
    assert read("USE watchfloor.star", {}).headers["X-Trino-Set-Schema"] == "star"
    with pytest.raises(BadInput):
        read("USE other.star", {})
    for text in (
        "SHOW TABLES FROM star",
        "show schemas",
        "DESCRIBE watchfloor.star.fact_case",
        "SHOW COLUMNS FROM fact_case",
    ):
        assert read(text, {}).sql.startswith("SELECT")


def test_types_and_values() -> None:
    assert [type_of(each) for each in ("BIGINT", "DECIMAL(18,3)", "TIMESTAMP", "VARCHAR[]")] == [
        "bigint", "decimal(18,3)", "timestamp(6)", "varchar",
    ]  # fmt: skip
    assert signature("decimal(18,3)") == {
        "rawType": "decimal",
        "arguments": [{"kind": "LONG", "value": 18}, {"kind": "LONG", "value": 3}],
    }
    assert value_of("2026-11-02T09:00:00", "timestamp(6)") == "2026-11-02 09:00:00.000000"
    assert (kind_of("HUGEINT", [5, "9007199254740993"]), kind_of("HUGEINT", [str(2**70)])) == (
        "bigint",
        "decimal(38,0)",
    )
    assert value_of("9007199254740993", "bigint") == 9007199254740993


def test_where_to_read_on_is_where_the_client_is(settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://floor.example.org", ["*"]
    for host, base in (("floor.example.org", "https://floor.example.org"), ("127.0.0.1:8740", "http://127.0.0.1:8740")):
        assert _home(RequestFactory().get("/v1/statement", HTTP_HOST=host)) == base
