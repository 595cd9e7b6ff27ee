"""The columns back end: rules over whole frames of events at once. Importing it loads Polars."""

from watchfloor.engines.sml.columns.asking import query
from watchfloor.engines.sml.columns.compile import ColumnRules, compile_columns
from watchfloor.engines.sml.columns.frame import UNTYPED, flatten, schema_of
from watchfloor.engines.sml.paths import path_text

__all__ = ["UNTYPED", "ColumnRules", "compile_columns", "flatten", "path_text", "query", "schema_of"]
