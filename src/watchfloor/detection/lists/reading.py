"""Readers of lists: what stands, what stood at a version, what changed between two, and which rules ask."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Q, QuerySet

from watchfloor.detection import ruleset
from watchfloor.detection.models_lists import ListEntry, NamedList
from watchfloor.engines import sml
from watchfloor.engines.sml import tree
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound

ASKING = {"InList": "list", "ListEntry": "list", "HashMatch": "list", "InBank": "bank"}
"""Functions that ask a list, and the argument that names it."""


class Diff(msgspec.Struct, frozen=True):
    """What came and went between two versions, in order of the values; the counts are whole even where the lists are cut."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    added_count: int
    removed_count: int


def by_name(name: str) -> NamedList:
    """A list in use; ``NotFound`` with its name otherwise."""
    row = NamedList.objects.filter(name=name, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("no_list", f"There is no list {name[:60]!r}.")
    return row


def may_edit(actor: Actor, row: NamedList) -> bool:
    """Whether someone may change this list's entries: by the permission the list asks for, or as a writer of rules."""
    return actor.has(row.edit_permission) or (row.edit_permission == "list.edit" and actor.has("rule.edit"))


def may_begin(actor: Actor) -> bool:
    """Whether someone may begin lists and say who may change them."""
    return actor.has("rule.edit")


def standing(row: NamedList) -> QuerySet[ListEntry]:
    """The entries that were not taken out, ended ones included."""
    return ListEntry.objects.filter(list=row, removed_version__isnull=True)


def in_force(row: NamedList, now: datetime) -> QuerySet[ListEntry]:
    """The entries that count now."""
    return standing(row).filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def at_version(row: NamedList, version: int) -> QuerySet[ListEntry]:
    """The entries as they stood at a version."""
    return ListEntry.objects.filter(
        Q(removed_version__isnull=True) | Q(removed_version__gt=version), list=row, added_version__lte=version
    )


def diff(row: NamedList, before: int, after: int, *, most: int = 500) -> Diff:
    """What came and what went from version ``before`` to ``after``; a value that only changed its end or reason is in neither."""
    came = ListEntry.objects.filter(
        Q(removed_version__isnull=True) | Q(removed_version__gt=after), list=row, added_version__gt=before,
        added_version__lte=after,
    )  # fmt: skip
    went = ListEntry.objects.filter(
        list=row, added_version__lte=before, removed_version__gt=before, removed_version__lte=after
    )
    came_keys, went_keys = came.values("key"), went.values("key")
    added = came.exclude(key__in=went_keys).order_by("value")
    removed = went.exclude(key__in=came_keys).order_by("value")
    return Diff(
        tuple(added.values_list("value", flat=True)[:most]), tuple(removed.values_list("value", flat=True)[:most]),
        added.count(), removed.count(),
    )  # fmt: skip


def used_by(rules: sml.RuleSet | None = None) -> dict[str, tuple[str, ...]]:
    """The rules that ask each list, directly or through a value: by the list's name. Of the set in force unless one is given."""
    compiled = rules if rules is not None else ruleset.current().rules
    found: dict[str, list[str]] = {}
    if compiled is None:
        return {}
    for variable in compiled.program.rules():
        for name in sorted(_asked(variable.value)):
            found.setdefault(name, []).append(variable.name)
    return {name: tuple(names) for name, names in found.items()}


def _asked(expr: tree.Expr) -> set[str]:
    names: set[str] = set()
    seen: set[int] = set()
    waiting = [expr]
    while waiting:
        each = waiting.pop()
        waiting.extend(tree.children(each))
        if isinstance(each, tree.Var | tree.RuleArg) and each.variable.index not in seen:
            seen.add(each.variable.index)
            waiting.append(each.variable.value)
        if isinstance(each, tree.Apply) and each.function in ASKING:
            names |= {str(value) for argument, value in each.constants if argument == ASKING[each.function]}
    return names
