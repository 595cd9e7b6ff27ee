"""What Trino's clients ask about tables before they ask tables: catalogues, schemas, tables, columns with what they mean.

Made from the declaration of the star; they hold no row of anybody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from watchfloor.insight.star.declaration import quoted
from watchfloor.insight.star.making import TABLES
from watchfloor.interop.trino.statements import CATALOG, SCHEMA
from watchfloor.interop.trino.types import JDBC, type_of

# Functions of Trino's dialect that DuckDB calls something else; those that are not here are DuckDB's own, or are not there.
MACROS = (
    "CREATE MACRO approx_distinct(x) AS approx_count_distinct(x)",
    "CREATE MACRO approx_percentile(x, q) AS approx_quantile(x, q)",
    "CREATE MACRO arbitrary(x) AS any_value(x)",
    "CREATE MACRO date_add(u, n, t) AS t + CASE lower(u) WHEN 'second' THEN to_seconds(n) WHEN 'minute' THEN to_minutes(n) "
    "WHEN 'hour' THEN to_hours(n) WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'week' THEN to_weeks(CAST(n AS INTEGER)) "
    "WHEN 'month' THEN to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(3 * CAST(n AS INTEGER)) "
    "WHEN 'year' THEN to_years(CAST(n AS INTEGER)) END",
    "CREATE MACRO from_unixtime(x) AS epoch_ms(CAST(x * 1000 AS BIGINT))",
    "CREATE MACRO to_unixtime(x) AS epoch(x)",
    "CREATE MACRO from_iso8601_timestamp(x) AS CAST(x AS TIMESTAMP)",
    "CREATE MACRO from_iso8601_date(x) AS CAST(x AS DATE)",
    "CREATE MACRO day_of_week(x) AS isodow(x)",
    "CREATE MACRO day_of_month(x) AS day(x)",
    "CREATE MACRO day_of_year(x) AS dayofyear(x)",
    "CREATE MACRO year_of_week(x) AS isoyear(x)",
    "CREATE MACRO date_format(t, f) AS strftime(t, replace(f, '%i', '%M'))",
    "CREATE MACRO regexp_like(x, p) AS regexp_matches(x, p)",
    "CREATE MACRO is_nan(x) AS isnan(x)",
)


@lru_cache(1)
def tables() -> dict[str, str]:
    """The metadata tables by the names they have here (see ``statements.ours``)."""
    columns = [
        (table.name, place, each.name, type_of(each.type), each.doc)
        for table in TABLES.values()
        for place, each in enumerate(table.columns, 1)
    ]
    named = [(table.name, table.doc) for table in TABLES.values()]
    schemas = [(CATALOG, "information_schema"), (CATALOG, SCHEMA)]
    return {
        "information_schema_schemata": _rows(schemas, "catalog_name VARCHAR, schema_name VARCHAR"),
        "information_schema_tables": _rows(
            [(CATALOG, SCHEMA, name, "BASE TABLE") for name, _doc in named],
            "table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, table_type VARCHAR",
        ),
        "information_schema_views": _rows(
            [], "table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, view_definition VARCHAR"
        ),
        "information_schema_columns": _rows(
            [(CATALOG, SCHEMA, name, column, place, None, "YES", kind, doc) for name, place, column, kind, doc in columns],
            "table_catalog VARCHAR, table_schema VARCHAR, table_name VARCHAR, column_name VARCHAR, ordinal_position BIGINT, "
            "column_default VARCHAR, is_nullable VARCHAR, data_type VARCHAR, comment VARCHAR",
        ),
        "system_metadata_catalogs": _rows([(CATALOG, CATALOG)], "catalog_name VARCHAR, connector_id VARCHAR"),
        "system_metadata_table_comments": _rows(
            [(CATALOG, SCHEMA, *each) for each in named],
            "catalog_name VARCHAR, schema_name VARCHAR, table_name VARCHAR, comment VARCHAR",
        ),
        "system_jdbc_catalogs": _rows([(CATALOG,)], "table_cat VARCHAR"),
        "system_jdbc_schemas": _rows([(schema, catalog) for catalog, schema in schemas], "table_schem VARCHAR, table_catalog VARCHAR"),
        "system_jdbc_table_types": _rows([("TABLE",), ("VIEW",)], "table_type VARCHAR"),
        "system_jdbc_tables": _rows(
            [(CATALOG, SCHEMA, name, "TABLE", doc, None, None, None, None, None) for name, doc in named],
            "table_cat VARCHAR, table_schem VARCHAR, table_name VARCHAR, table_type VARCHAR, remarks VARCHAR, type_cat VARCHAR, "
            "type_schem VARCHAR, type_name VARCHAR, self_referencing_col_name VARCHAR, ref_generation VARCHAR",
        ),
        "system_jdbc_columns": _rows(
            [
                (CATALOG, SCHEMA, name, column, JDBC.get(kind.partition("(")[0], 1111), kind, None, None, None, None, 1, doc, None,
                 None, None, None, place, "YES", None, None, None, None, "", "")
                for name, place, column, kind, doc in columns
            ],
            "table_cat VARCHAR, table_schem VARCHAR, table_name VARCHAR, column_name VARCHAR, data_type BIGINT, type_name VARCHAR, "
            "column_size BIGINT, buffer_length BIGINT, decimal_digits BIGINT, num_prec_radix BIGINT, nullable BIGINT, remarks VARCHAR, "
            "column_def VARCHAR, sql_data_type BIGINT, sql_datetime_sub BIGINT, char_octet_length BIGINT, ordinal_position BIGINT, "
            "is_nullable VARCHAR, scope_catalog VARCHAR, scope_schema VARCHAR, scope_table VARCHAR, source_data_type BIGINT, "
            "is_autoincrement VARCHAR, is_generatedcolumn VARCHAR",
        ),
    }  # fmt: skip


def _rows(rows: Sequence[tuple[object, ...]], columns: str) -> str:
    """Rows as a SELECT with these columns and types, also where there are none."""
    pairs = [each.split() for each in columns.split(", ")]
    chosen = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in pairs)
    given = rows or [tuple(None for _ in pairs)]
    values = ", ".join("(" + ", ".join(quoted(each) for each in row) + ")" for row in given)
    names = ", ".join(name for name, _kind in pairs)
    return f"SELECT {chosen} FROM (VALUES {values}) AS v({names})" + ("" if rows else " WHERE false")
