"""The columns back end: rules over whole frames of events at once. Importing it loads Polars."""

from watchfloor.engines.sml.columns.asking import query
from watchfloor.engines.sml.columns.compile import ColumnRules, compile_columns
from watchfloor.engines.sml.columns.frame import UNTYPED, flatten, path_text, schema_of

__all__ = ["UNTYPED", "ColumnRules", "compile_columns", "flatten", "path_text", "query", "schema_of"]
