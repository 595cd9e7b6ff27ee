"""Everything that is a person's: their account, what they wrote, what others said of it, and under which names they are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.items import domain, holds, queries
from watchfloor.items.models import Item, ItemVersion
from watchfloor.review.models import Appeal, Case, Decision, Report

NAME_FIELDS = re.compile(r"name|handle|nick|mail|phone|user", re.IGNORECASE)
LEAST = 5  # characters: a shorter name stands in too much that is not theirs to be searched for


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is erased of one account.

    ``items`` are theirs and not held, ``held`` theirs and held; ``cases`` are those about ``items``. ``ids`` are the platform's ids of
    the account (their reports, appeals and notices come under it), ``names`` what else names them, ``texts`` what they wrote.
    """

    account: UUID
    external: str
    type_key: str
    items: list[UUID]
    held: list[UUID]
    cases: list[UUID]
    decisions: list[UUID]
    reports: list[UUID]  # about their items, and those they wrote
    own_reports: list[UUID]
    appeals: list[UUID]
    versions: list[str]
    named: list[tuple[str, str]]  # (type, id) of the items, as the platform names them
    names: list[str]
    texts: list[str]

    @property
    def marks(self) -> list[str]:
        """The words to look for when it is done: ids and names long enough to be theirs alone."""
        found = {self.external, *self.names, *(name for _, name in self.named)}
        return sorted(each for each in found if len(each) >= LEAST and not each.startswith("erased:"))


def of(account: Item) -> Person:
    """Collect it. What a hold keeps is left out of everything, together with what was said of it."""
    all_items = [account.pk, *Item.objects.filter(author=account).order_by("pk").values_list("pk", flat=True)]
    held = holds.which(all_items)  # by a legal hold, an incident, a report to an authority
    items = [pk for pk in all_items if pk not in held]
    rows = list(Item.objects.filter(pk__in=items).only("type_key", "external_id", "current_version"))
    cases = list(Case.objects.filter(item__in=items).order_by("pk").values_list("pk", flat=True))
    own = Report.objects.filter(reporter=account.external_id).exclude(item__in=held)
    about = Report.objects.filter(item__in=items)
    versions = list(ItemVersion.objects.filter(item__in=items).only("hash", "data", "item_id").order_by("hash"))
    kinds = {row.pk: row.type_key for row in rows}
    texts, names = _words(versions, kinds, account.pk)
    return Person(
        account=account.pk, external=account.external_id, type_key=account.type_key, items=items, held=sorted(held),
        cases=cases, decisions=list(Decision.objects.filter(case__in=cases).order_by("pk").values_list("pk", flat=True)),
        reports=sorted({*about.values_list("pk", flat=True), *own.values_list("pk", flat=True)}),
        own_reports=list(own.order_by("pk").values_list("pk", flat=True)),
        appeals=sorted({
            *Appeal.objects.filter(case__in=cases).values_list("pk", flat=True),
            *Appeal.objects.filter(appellant=account.external_id).exclude(case__item__in=held).values_list("pk", flat=True),
        }),
        versions=[row.hash for row in versions], named=[(row.type_key, row.external_id) for row in rows],
        names=names, texts=texts,
    )  # fmt: skip


def _words(versions: list[ItemVersion], kinds: dict[UUID, str], account: UUID) -> tuple[list[str], list[str]]:
    texts: list[str] = []
    names: set[str] = set()
    for row in versions:
        kind = kinds[row.item_id]
        _, fields = queries.types().get(kind, (None, []))
        texts.append(queries.text_of(kind, row.data) if fields else "")
        if row.item_id == account:
            shown = domain.role(fields, "displayName")
            names.update(value for key, value in _strings(row.data) if key == shown or NAME_FIELDS.search(key))
    return [text for text in texts if text], sorted(names)


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _strings(each, str(name))
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each, key)
