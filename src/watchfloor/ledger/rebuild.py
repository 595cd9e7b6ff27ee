"""Derives every projected row from the events alone and compares: the proof that the ledger is the whole truth."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import msgspec
from django.db import connection, transaction

from watchfloor.ledger.models import Event, Pending, Projected
from watchfloor.ledger.writer import columns, plain

CHUNK = 5000
Rows = dict[str, dict[str, Any]]


class Difference(msgspec.Struct, frozen=True):
    """One row that is not what its events say. ``kind``: ``missing`` (events know it, the table does not), ``extra``, ``different``."""

    table: str
    id: str
    kind: str
    columns: dict[str, tuple[Any, Any]] = {}  # column -> (from the events, in the table)


class Report(msgspec.Struct, frozen=True):
    """What a rebuild found."""

    events: int
    rows: int
    differences: list[Difference]
    repaired: int = 0


def models() -> dict[str, type[Projected]]:
    """All projected models by table."""
    found: dict[str, type[Projected]] = {}
    todo: list[type[Projected]] = list(Projected.__subclasses__())
    while todo:
        model = todo.pop()
        todo.extend(model.__subclasses__())
        if not model._meta.abstract:
            found[model._meta.db_table] = model
    return found


def check(*, repair: bool = False, progress: Callable[[int], None] = lambda done: None) -> Report:
    """Fold all events into rows and compare with the tables, in one snapshot: a floor at work differs in nothing.

    With ``repair``, columns that differ get the value the events say, unless the row has changed since (private columns
    cannot be restored: the ledger has only their digests). ``progress`` hears how many events were folded.
    """
    differences: list[Difference] = []
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:  # one snapshot for events and tables, however busy the floor is
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        folded: dict[str, Rows] = {}
        events = 0
        for change_list in _changes(progress):
            events += 1
            for table, row_id, changed in change_list:
                folded.setdefault(table, {}).setdefault(row_id, {}).update(changed)
        for table, model in sorted(models().items()):
            differences += _compare(table, model, folded.get(table, {}))
    repaired = _repair(differences) if repair else 0
    return Report(
        events=events, rows=sum(len(rows) for rows in folded.values()), differences=differences, repaired=repaired
    )


def _changes(progress: Callable[[int], None]) -> Iterator[list[Any]]:
    """What each event changed: those in the tree by leaf, then those committed since, in the order they will be taken in."""
    done = 0
    waiting = Event.objects.filter(pk__in=Pending.objects.values("pk"))
    for events, place in ((Event.objects.all(), "leaf__number"), (waiting, "ordinal")):
        after = -1
        while chunk := list(
            events.filter(**{f"{place}__gt": after}).order_by(place).values_list(place, "changes")[:CHUNK]
        ):
            for _, changes in chunk:
                yield changes
            after = chunk[-1][0]
            done += len(chunk)
            progress(done)


def _compare(table: str, model: type[Projected], folded: Rows) -> list[Difference]:
    found: list[Difference] = []
    seen: set[str] = set()
    after: uuid.UUID | None = None
    while True:
        rows = model._default_manager.order_by("pk")
        chunk = list((rows if after is None else rows.filter(pk__gt=after))[:CHUNK])
        if not chunk:
            break
        after = chunk[-1].pk
        for row in chunk:
            key = str(row.pk)
            seen.add(key)
            expected = folded.get(key)
            if expected is None:
                found.append(Difference(table, key, "extra"))
                continue
            wrong = _differing(row, expected)
            if wrong:
                found.append(Difference(table, key, "different", wrong))
    found += [Difference(table, key, "missing") for key in folded.keys() - seen]
    return found


def _differing(row: Projected, expected: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    erased = bool(row.private) and getattr(row, "seal", None) is None
    if erased:  # the seal is gone with the person's data: private digests can no longer be checked, and need not be
        private = {field.column for field in row._meta.concrete_fields if field.name in row.private}
        names = [field.name for field in row._meta.concrete_fields if field.name not in row.private]
        actual = columns(row, names)
        expected = {name: value for name, value in expected.items() if name not in private}
    else:
        actual = columns(row)
    # A column that is younger than the row's events has its default there.
    for name in actual.keys() - expected.keys():
        expected = {**expected, name: _defaults(type(row)).get(name)}
    return {
        name: (expected.get(name), actual.get(name))
        for name in expected.keys() | actual.keys()
        if expected.get(name) != actual.get(name)
    }


@cache
def _defaults(model: type[Projected]) -> dict[str, Any]:
    return {
        str(field.column): plain(field.get_default()) for field in model._meta.concrete_fields if field.has_default()
    }


def _repair(differences: list[Difference]) -> int:
    repaired = 0
    for each in differences:
        model = models()[each.table]
        if each.kind != "different":
            continue
        fields = {field.column: field for field in model._meta.concrete_fields}
        values = {
            fields[column].attname: fields[column].to_python(right)
            for column, (right, _) in each.columns.items()
            if column in fields and fields[column].name not in model.private
        }
        with transaction.atomic():
            row = model._default_manager.select_for_update(of=("self",)).filter(pk=each.id).first()
            now = {} if row is None else columns(row)
            found_still = all(now.get(column) == found for column, (_, found) in each.columns.items())
            if values and found_still:  # who wrote the row since has put it right, or the next check finds it
                model._default_manager.filter(pk=each.id).update(**values)
                repaired += 1
    return repaired
