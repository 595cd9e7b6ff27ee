"""Reading and writing whole rows by statements that are made once per model: what the hot paths use in place of the ORM's compiler.

Values go through the model's fields as the ORM would send them, rows come back as model instances, everything runs on Django's
own connection and in its transaction. Only WHERE clauses are written by hand, and only where a report or a decision passes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from types import NoneType
from typing import Any, NamedTuple, TypeVar

import psycopg
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
FEW = 8
_AS_IS = frozenset({str, int, float, bool, datetime, uuid.UUID, NoneType})  # the driver sends these by itself


class Shape(NamedTuple):
    """A model's table as SQL text and field lists."""

    table: str
    key: str  # the primary key's column
    names: list[str]  # attribute names in the order of the columns
    chosen: str  # "id", "state", ...
    written: list[Any]  # the fields an insert gives; what has a database default is left to the database
    insert: str
    row: str  # (%s, %s, ...)
    fields: dict[str, Any]  # by name and by attribute name
    readers: list[tuple[int, list[Any]]]  # columns whose values Django converts after reading

    def of(self, alias: str) -> str:
        """All columns of the table under another name."""
        return ", ".join(f"{alias}.{column}" for column in self.chosen.split(", "))


@cache
def shape(model: type[models.Model]) -> Shape:
    """The statements' parts for a model."""
    fields = list(model._meta.concrete_fields)
    quoted = connection.ops.quote_name
    table = quoted(model._meta.db_table)
    # The database fills what has no default of ours; a field with both is written as it is.
    written = [field for field in fields if not field.has_db_default() or field.has_default()]
    columns = ", ".join(quoted(str(field.column)) for field in written)
    readers = [
        (place, field.get_db_converters(connection))
        for place, field in enumerate(fields)
        if field.get_db_converters(connection)
    ]
    return Shape(
        table=table,
        key=quoted(str(model._meta.pk.column)),
        names=[field.attname for field in fields],
        chosen=", ".join(quoted(str(field.column)) for field in fields),
        written=written,
        insert=f"INSERT INTO {table} ({columns}) VALUES ",
        row=f"({', '.join(['%s'] * len(written))})",
        fields={name: field for field in fields for name in (field.name, field.attname)},
        readers=readers,
    )


def prepared() -> Any:
    """A cursor on Django's connection whose statements the server plans once and then knows (after a few uses)."""
    connection.ensure_connection()
    return connection.make_cursor(psycopg.Cursor(connection.connection))  # type: ignore[arg-type]


def insert(rows: Sequence[models.Model], *, unless_known: bool = False) -> int:
    """Insert rows of one model in one statement; returns how many were.

    With ``unless_known`` a row that a unique constraint refuses is left out, without an error; one that another transaction is
    just inserting is waited for.
    """
    if not rows:
        return 0
    made = shape(type(rows[0]))
    values = [_sent(field, getattr(row, field.attname)) for row in rows for field in made.written]
    statement = made.insert + ", ".join([made.row] * len(rows))
    # Of many rows each number would be a statement of its own to remember.
    with prepared() if len(rows) <= FEW else connection.cursor() as cursor:
        cursor.execute(statement + " ON CONFLICT DO NOTHING" if unless_known else statement, values)
        count: int = cursor.rowcount
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias
    return count


def update(row: models.Model, names: Iterable[str]) -> None:
    """Write these fields of one row as they are in the object."""
    made = shape(type(row))
    fields = [made.fields[name] for name in names]
    settings = ", ".join(f'"{field.column}" = %s' for field in fields)
    values = [_sent(field, getattr(row, field.attname)) for field in fields]
    with prepared() as cursor:
        cursor.execute(f"UPDATE {made.table} SET {settings} WHERE {made.key} = %s", [*values, row.pk])


def select(model: type[M], rest: str, params: Sequence[Any] = ()) -> list[M]:
    """The rows that ``rest`` (from WHERE on; the table is called ``t``) picks."""
    made = shape(model)
    with prepared() as cursor:
        cursor.execute(f"SELECT {made.chosen} FROM {made.table} AS t {rest}", params)
        found = cursor.fetchall()
    return [load(model, values) for values in found]


def one(model: type[M], rest: str, params: Sequence[Any] = ()) -> M | None:
    """The first row that ``rest`` picks, or None."""
    found = select(model, rest, params)
    return found[0] if found else None


def load(model: type[M], values: Sequence[Any]) -> M:
    """An instance from a row as the driver gives it, in the order of the model's columns."""
    made = shape(model)
    if made.readers:
        converted = list(values)
        for place, readers in made.readers:
            for reader in readers:
                converted[place] = reader(converted[place], None, connection)
        values = converted
    return model.from_db(connection.alias, made.names, values)


def _sent(field: Any, value: Any) -> Any:
    return value if type(value) in _AS_IS else field.get_db_prep_save(value, connection)
