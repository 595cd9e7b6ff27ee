"""``column = ANY(array)``: thousands of ids as one parameter, where ``IN`` would make one placeholder of each (and a text of 100 kB)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Field, ForeignKey, Lookup, Q


class _Among(Lookup):
    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        field = self.lhs.output_field
        target = field.target_field if isinstance(field, ForeignKey) else field
        return [target.get_prep_value(each) for each in self.rhs]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, self.rhs]


Field.register_lookup(_Among)
ForeignKey.register_lookup(_Among)


def among(name: str, values: Iterable[Any]) -> Q:
    """The rows whose column ``name`` (a field's name, through relations too) is one of ``values``."""
    return Q(**{f"{name}__among": list(values)})
