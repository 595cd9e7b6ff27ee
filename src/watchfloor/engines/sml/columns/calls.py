"""Function calls on columns: by a form of Polars' own, else value by value, else not at all."""

from __future__ import annotations

from collections.abc import Mapping

from watchfloor.engines.sml import tree
from watchfloor.engines.sml.columns.forms import FORMS
from watchfloor.engines.sml.columns.python import called
from watchfloor.engines.sml.columns.value import ENTITY, Column
from watchfloor.engines.sml.function import Function
from watchfloor.engines.sml.stdlib import STANDARD


def call(expr: tree.Apply, parts: list[Column], functions: Mapping[str, Function]) -> Column:
    """A function applied to columns.

    Raises:
        NoColumns: it has no exact form.
    """
    if not is_standard(expr, functions):
        return called(expr, parts)
    if expr.function == "Entity":
        made, name = parts[0], dict(expr.constants).get("type")
        return Column(made.expr, ENTITY, sure=made.sure, unsure=made.unsure, entity=name, size=made.size)
    constant = bool(parts) and all(part.is_const for part in parts)
    if expr.function in FORMS and not (constant and not expr.wants_context):
        return FORMS[expr.function](expr, parts)
    return called(expr, parts)


def is_standard(expr: tree.Apply, functions: Mapping[str, Function]) -> bool:
    """Whether a call is to the standard function of that name, and not to another that replaces it."""
    return functions.get(expr.function) is STANDARD.get(expr.function)
