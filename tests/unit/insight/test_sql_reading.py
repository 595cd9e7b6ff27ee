"""What SQL may not say: more than a hundred ways out of the facts, each refused before it runs; and what one may ask."""

from __future__ import annotations

import pytest

from watchfloor.insight.boards.sql import reading, tables
from watchfloor.kernel.errors import BadInput

TABLES = frozenset(tables.columns())
READERS = (
    "read_csv", "read_csv_auto", "sniff_csv", "read_parquet", "parquet_scan", "parquet_metadata", "parquet_schema", "parquet_file_metadata",
    "parquet_kv_metadata",
    "parquet_bloom_probe", "read_json", "read_json_auto", "read_json_objects", "read_ndjson", "read_text", "read_blob", "glob", "read_xlsx",
    "sqlite_scan", "postgres_scan", "mysql_scan", "iceberg_scan", "delta_scan", "arrow_scan", "pandas_scan", "python_map_function",
    "st_read", "load_aws_credentials", "http_get", "httpfs", "query", "query_table",
)  # fmt: skip
SYSTEM = (
    "duckdb_settings", "duckdb_secrets", "duckdb_tables", "duckdb_views", "duckdb_columns", "duckdb_functions", "duckdb_databases",
    "duckdb_extensions", "duckdb_logs", "duckdb_temporary_files", "duckdb_memory", "duckdb_dependencies", "duckdb_variables",
    "pragma_database_list", "pragma_table_info", "pragma_show", "pragma_storage_info", "pragma_version", "pragma_platform",
    "pragma_user_agent", "pragma_metadata_info", "which_secret", "summary", "repeat_row", "checkpoint", "force_checkpoint",
    "test_all_types", "test_vector_types", "json_execute_serialized_sql", "enable_logging", "disable_profiling", "sql_auto_complete",
)  # fmt: skip
SCALARS = (
    "getenv('HOME')", "current_setting('home_directory')", "getvariable('x')", "current_user", "current_query()", "nextval('s')",
    "current_database()", "current_schemas(true)", "version()", "json_serialize_plan('select 1')", "json_serialize_sql('select 1')",
    "repeat('x', 2000000000)", "lpad('x', 2000000000, 'y')", "write_log('x')", "setseed(0.1)", "system.main.getenv('HOME')",
    "in_search_path('a', 'b')", "error('stop')", "pg_get_viewdef(1)", "has_table_privilege('facts', 'select')",
)  # fmt: skip
STATEMENTS = (
    "COPY facts TO '/tmp/x.csv'", "COPY (SELECT 1) TO '/tmp/x'", "COPY facts FROM '/etc/passwd'", "ATTACH '/tmp/x.db'", "DETACH x",
    "ATTACH 'dbname=watchfloor' AS p (TYPE postgres)", "CREATE TABLE x AS SELECT 1", "CREATE VIEW x AS SELECT 1",
    "CREATE MACRO m() AS 1", "CREATE SECRET s (TYPE s3)", "CREATE SCHEMA x", "CREATE TYPE x AS ENUM ('a')", "DROP TABLE facts",
    "DELETE FROM facts", "UPDATE facts SET leaf = 1", "INSERT INTO facts SELECT 1", "TRUNCATE facts", "ALTER TABLE facts DROP leaf",
    "SET enable_external_access = true", "SET lock_configuration = false", "RESET memory_limit", "SET VARIABLE x = 1", "PRAGMA version",
    "PRAGMA database_list", "CALL pragma_version()", "INSTALL httpfs", "LOAD httpfs", "FORCE INSTALL httpfs", "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'", "USE main", "BEGIN", "COMMIT", "ROLLBACK", "VACUUM", "ANALYZE", "CHECKPOINT", "PREPARE p AS SELECT 1",
    "EXECUTE p", "DEALLOCATE p", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1", "COMMENT ON TABLE facts IS 'x'",
    "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE facts", "SELECT 1;\n-- x\nATTACH 'y'", "DESCRIBE facts", "SHOW TABLES", "SHOW ALL TABLES",
    "SUMMARIZE facts", "FROM (DESCRIBE facts)", "FROM (SHOW ALL TABLES)", "", ";", "nonsense", "SELECT (", "\x00",
)  # fmt: skip
RELATIONS = (
    "'/etc/passwd'", "'x.parquet'", "'https://example.org/x.csv'", "'s3://bucket/x'", '"/etc/passwd"', "whole", "hot.facts",
    "information_schema.tables", "information_schema.columns", "pg_catalog.pg_tables", "pg_tables", "sqlite_master", "duckdb_tables",
    "memory.main.facts", "main.facts", "temp.facts", "system.information_schema.tables", "order_", "files", "fact",
)  # fmt: skip
ESCAPES = (
    *STATEMENTS,
    *(f"SELECT * FROM {name}('/etc/passwd')" for name in READERS),
    *(f"SELECT * FROM {name}()" for name in SYSTEM),
    *(f"SELECT {call}" for call in SCALARS),
    *(f"SELECT * FROM {name}" for name in RELATIONS),
    "SELECT (SELECT content FROM read_text('/etc/passwd'))", "WITH a AS (SELECT * FROM glob('*')) SELECT * FROM a",
    "SELECT * FROM facts WHERE leaf IN (SELECT leaf FROM read_csv('x'))", "SELECT * FROM facts UNION ALL SELECT * FROM 'x.parquet'",
    "SELECT * FROM facts, LATERAL (SELECT getenv('HOME'))", "SELECT list_transform([1], lambda x: getenv('HOME'))",
    "SELECT * FROM facts ORDER BY getenv('HOME')", "SELECT count(*) FILTER (WHERE getenv('HOME') = 'x') FROM facts",
    "SELECT sum(leaf) OVER (ORDER BY current_setting('threads')) FROM facts", "SELECT * FROM facts LIMIT (SELECT getenv('x')::INT)",
    "WITH facts AS MATERIALIZED (SELECT * FROM read_blob('/etc/passwd')) FROM facts", "VALUES (getenv('HOME'))",
    "SELECT GeTeNv('HOME')", 'SELECT "getenv"(\'HOME\')', "SELECT * FROM ReAd_TeXt('/etc/passwd')", "SELECT 'HOME'.getenv()",
    "SELECT CASE WHEN true THEN getenv('HOME') END", "FROM facts QUALIFY getenv('HOME') IS NULL",
)  # fmt: skip


@pytest.mark.parametrize("text", ESCAPES, ids=range(len(ESCAPES)))
def test_a_way_out_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        reading.read(text, TABLES)
    assert refused.value.message.endswith(".") or refused.value.code == "bad_sql"


def test_the_set_is_as_big_as_it_says() -> None:
    assert len(set(ESCAPES)) == len(ESCAPES) >= 150


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT 1", set()), ("FROM facts", {"facts"}), ("SELECT * FROM FACTS;", {"facts"}), ("TABLE jobs", {"jobs"}),
        ("WITH a AS (SELECT queue, count(*) AS n FROM jobs GROUP BY 1) SELECT * FROM a JOIN cases ON true", {"jobs", "cases"}),
        ("SELECT date_trunc('day', moment), market, quantile_cont(age_ms, 0.9) FROM solves GROUP BY ALL", {"solves"}),
        ("SELECT * FROM range(10) t(n), unnest([1, 2])", set()), ("SELECT lag(leaf) OVER (PARTITION BY case_id) FROM facts", {"facts"}),
        ("SELECT leaf[1:2] FROM (SELECT leaf::VARCHAR AS leaf FROM spans)", {"spans"}), ("SELECT d.* FROM decisions d", {"decisions"}),
        ("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n", set()),
    ],
)  # fmt: skip
def test_what_one_may_ask(text: str, named: set[str]) -> None:
    assert reading.read(text, TABLES).tables == named


def test_nothing_of_a_person_but_of_decisions_is_a_column() -> None:
    columns = tables.columns()
    assert not {"actor", "subject", "event"} & set(columns["facts"])
    for name in ("spans", "jobs", "cases", "solves"):
        assert not {"reviewer", "team", "tenure"} & set(columns[name])
