"""Which migrations would hold up a running floor, or break the version that still serves while they run.

Judged from Django's operations, before anything runs: what rewrites a table, what locks it while every row is looked at, and what
the version before cannot live with (it neither fills a new required column nor knows that one has gone). New tables are nobody's
yet, so whatever is done to them is free. A migration may carry ``reviewed = "why this is right"``: then it is told, not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.db.migrations import Migration
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import ForeignKey, ManyToManyField, Value
from django.db.models.constraints import CheckConstraint
from django.db.models.fields import NOT_PROVIDED
from django.db.models.functions import Now

REWRITES, LOCKS, BREAKS, LOOK = "rewrites", "locks", "breaks", "look"
BIG = 100_000  # rows from which a lock or a rewrite is felt

_EXPAND = "Add it nullable or with db_default now; require it in the version after."
_CONTRACT = "Stop using it in this version; take it away in the version after."
_INDEX = "Use AddIndexConcurrently in a migration with atomic = False."
_CHECK = "Add the constraint NOT VALID, then VALIDATE CONSTRAINT in a migration of its own."


class Found(msgspec.Struct, frozen=True):
    """One operation to think about. ``effect``: ``rewrites``, ``locks``, ``breaks`` (the version before), ``look`` (SQL of its own)."""

    migration: str
    operation: str
    table: str
    effect: str
    why: str
    mend: str
    reviewed: str = ""
    rows: int | None = None

    @property
    def stops(self) -> bool:
        """Whether it must not simply run: it breaks the version before, or holds up a table that is big (or of unknown size)."""
        if self.reviewed or self.effect == LOOK:
            return False
        return self.effect == BREAKS or self.rows is None or self.rows >= BIG


def judge(migrations: Iterable[Migration], state: ProjectState) -> list[Found]:
    """Judge migrations in their order; ``state`` is what they start from and is carried on."""
    found: list[Found] = []
    fresh: set[str] = set()
    for migration in migrations:
        name = f"{migration.app_label}.{migration.name}"
        reviewed = str(getattr(migration, "reviewed", ""))
        for operation in _flat(migration.operations):
            before = state.clone()
            operation.state_forwards(migration.app_label, state)
            for table, effect, why, mend in _one(operation, migration.app_label, before, state, fresh):
                found.append(Found(name, operation.describe(), table, effect, why, mend, reviewed))
    return found


def with_rows(found: Iterable[Found], rows: Mapping[str, int]) -> list[Found]:
    """The same with how many rows each table has; one that is not there has none."""
    return [msgspec.structs.replace(each, rows=rows.get(each.table, 0) if each.table else None) for each in found]


def _flat(operations: Iterable[Operation]) -> list[Operation]:
    found: list[Operation] = []
    for each in operations:
        if isinstance(each, ops.SeparateDatabaseAndState):
            found += _flat(each.database_operations) or _flat(each.state_operations)
        else:
            found.append(each)
    return found


Says = list[tuple[str, str, str, str]]


def _one(operation: Operation, app: str, before: ProjectState, after: ProjectState, fresh: set[str]) -> Says:
    if isinstance(operation, ops.CreateModel):
        fresh.add(_table(after, app, operation.name))
        return []
    if isinstance(operation, ops.RunPython):
        return [("", LOOK, "runs code over rows", "In pieces, each its own transaction; safe to run again.")]
    if isinstance(operation, ops.RunSQL):
        return _sql(operation, fresh)
    if isinstance(operation, (ops.DeleteModel, ops.RenameModel)):
        name = operation.name if isinstance(operation, ops.DeleteModel) else operation.old_name
        table = _table(before, app, name)
        return [] if table in fresh else [(table, BREAKS, "the version before still asks for this table", _CONTRACT)]
    model = getattr(operation, "model_name", None) or getattr(operation, "name", None)
    if model is None or (app, str(model).lower()) not in before.models:
        return []
    table = _table(before, app, str(model))
    if table in fresh:
        return []
    return _on_table(operation, app, str(model), table, before, after)


def _on_table(
    operation: Operation, app: str, model: str, table: str, before: ProjectState, after: ProjectState
) -> Says:
    if isinstance(operation, ops.AddField):
        return _added(operation.field, table)
    if isinstance(operation, (ops.RemoveField, ops.RenameField)):
        return [(table, BREAKS, "the version before still reads and writes this column", _CONTRACT)]
    if isinstance(operation, ops.AlterField):
        return _altered(before.models[app, model.lower()].get_field(operation.name), operation.field, table)
    if isinstance(operation, ops.AlterModelTable):
        return [(table, BREAKS, "the version before asks for the table by its old name", _CONTRACT)]
    if isinstance(operation, ops.AlterUniqueTogether) and operation.unique_together:
        return [(table, LOCKS, "builds a unique index while nobody can write", _INDEX)]
    if type(operation) is ops.AddIndex:
        return [(table, LOCKS, "builds an index while nobody can write", _INDEX)]
    if type(operation) is ops.AddConstraint:
        if isinstance(operation.constraint, CheckConstraint):
            return [(table, LOCKS, "looks at every row while nobody can read or write", _CHECK)]
        return [(table, LOCKS, "builds a unique index while nobody can write", _INDEX)]
    return []


def _added(field: Any, table: str) -> Says:
    if isinstance(field, ManyToManyField):
        return []
    found: Says = []
    if not field.null and field.db_default is NOT_PROVIDED and not field.generated:
        found.append((table, BREAKS, "the version before does not fill this required column", _EXPAND))
    if field.generated or not isinstance(field.db_default, (type, str, int, float, bool, Value, Now)):
        found.append((table, REWRITES, "writes every row anew with a value of its own", _EXPAND))
    if field.unique or (field.db_index and not isinstance(field, ForeignKey)):
        found.append((table, LOCKS, "builds an index while nobody can write", _INDEX))
    return found


def _altered(old: Any, new: Any, table: str) -> Says:
    found: Says = []
    if _kind(old) != _kind(new) and not _wider(old, new):
        found.append(
            (
                table,
                REWRITES,
                f"changes the type from {_kind(old)} to {_kind(new)}",
                "Add a new column, fill it in pieces, then move over.",
            )
        )
    if old.null and not new.null:
        found.append((table, LOCKS, "looks at every row for empty ones while nobody can read or write", _CHECK))
        found.append((table, BREAKS, "the version before may still leave it empty", _CONTRACT))
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        found.append((table, LOCKS, "builds an index while nobody can write", _INDEX))
    return found


def _kind(field: Any) -> str:
    kind = field.get_internal_type()
    size = field.max_length if kind in {"CharField", "SlugField", "URLField"} else ""
    return f"{kind}({size or ''})" if size != "" else str(kind)


def _wider(old: Any, new: Any) -> bool:
    """A longer text, or one without a limit, costs nothing."""
    texts = {"CharField", "SlugField", "URLField", "TextField", "EmailField", "FileField"}
    if old.get_internal_type() not in texts or new.get_internal_type() not in texts:
        return False
    return new.max_length is None or (old.max_length is not None and new.max_length >= old.max_length)


_ALTERS = re.compile(
    r"\b(?:ALTER\s+TABLE(?:\s+ONLY)?|CREATE\s+(?:UNIQUE\s+)?INDEX(?!\s+CONCURRENTLY)[\s\w]*?\bON|UPDATE|DELETE\s+FROM)\s+\"?(\w+)",
    re.I,
)


def _sql(operation: Any, fresh: set[str]) -> Says:
    parts = operation.sql if isinstance(operation.sql, (list, tuple)) else [operation.sql]
    text = " ".join(part if isinstance(part, str) else str(part[0]) for part in parts)
    tables = sorted({name for name in _ALTERS.findall(text) if name not in fresh})
    return [
        (table, LOOK, "has SQL of its own on this table", "See what it locks, and for how long.") for table in tables
    ]


def _table(state: ProjectState, app: str, name: str) -> str:
    options = state.models[app, name.lower()].options
    return str(options.get("db_table") or f"{app}_{name.lower()}")
