"""Readers of items."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.items.contracts import ItemRef
from watchfloor.items.domain import Field
from watchfloor.items.models import Item, ItemType, ItemVersion, Label, ProtectedAccount
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger import rows

PROTECTED = "protected"  # a label by which a team takes items out of reach
NAMES_AT_ONCE = 5_000


def types() -> dict[str, tuple[ItemType, list[Field]]]:
    """All live item types with their parsed fields; cached for a few seconds."""
    return _types()


def forget_types() -> None:
    """Read again at the next use (after a change)."""
    _types.forget()


def _read_types() -> dict[str, tuple[ItemType, list[Field]]]:
    return {
        row.key: (row, msgspec.convert(row.fields, list[Field]))
        for row in ItemType.objects.filter(archived_at__isnull=True)
    }


_types = Remembered(_read_types, seconds=5)


def item_type(key: str) -> tuple[ItemType, list[Field]]:
    """One type; ``BadInput`` with the known ones when there is no such."""
    known = types()
    if key not in known:
        names = ", ".join(sorted(known)) or "none yet"
        raise BadInput(
            "unknown_item_type",
            f"There is no item type {key[:60]!r}.",
            where="item.type",
            hint=f"Known types: {names}.",
        )
    return known[key]


def ref(item: Item) -> ItemRef:
    """An item as other contexts may know it."""
    return ItemRef(
        uuid=item.pk, type=item.type_key, id=item.external_id, kind=item.kind, state=item.state, author=item.author_id,
        market=item.market, language=item.language, version=item.current_version,
    )  # fmt: skip


def snapshot(version: str) -> dict[str, Any] | None:
    """The data of an item version; None when unknown or erased."""
    row = ItemVersion.objects.filter(pk=version).values("data", "erased_at").first()
    return row["data"] if row and row["erased_at"] is None else None


def find(type_key: str, external_id: str) -> Item | None:
    """The item with the platform's own name, or None."""
    return rows.one(Item, "WHERE type_key = %s AND external_id = %s", [type_key, external_id])


def by_names(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Item]:
    """The items behind the platform's names (type, id), with their authors; unknown names are left out."""
    found: dict[tuple[str, str], Item] = {}
    wanted: dict[str, list[str]] = {}
    for kind, name in sorted(set(names)):
        wanted.setdefault(kind, []).append(name)
    for kind, every in wanted.items():
        for start in range(0, len(every), NAMES_AT_ONCE):
            part = every[start : start + NAMES_AT_ONCE]
            rows = Item.objects.filter(type_key=kind, external_id__in=part).select_related("author")
            found |= {(kind, row.external_id): row for row in rows}
    return found


def guarded(items: Iterable[Item]) -> dict[UUID, str]:
    """Which items must not be touched in passing, and why: ``protected`` (they or their accounts bear that label, or are in the
    register), or ``verified``
    (their accounts bear that label, or the account's present version says so)."""
    every = list(items)
    accounts = {account.pk: account for item in every for account in [item.author or item]}
    versions = {account.current_version: pk for pk, account in accounts.items() if account.current_version}
    rows = ItemVersion.objects.filter(hash__in=list(versions), erased_at__isnull=True, data__verified=True)
    verified = {versions[version] for version in rows.values_list("hash", flat=True)}
    verified |= with_label(list(accounts), "verified")
    marked = with_label([*accounts, *(item.pk for item in every)], PROTECTED) | registered(accounts)
    found = {}
    for item in every:
        account = (item.author or item).pk
        if item.pk in marked or account in marked:
            found[item.pk] = PROTECTED
        elif account in verified:
            found[item.pk] = "verified"
    return found


def registered(accounts: Collection[UUID]) -> set[UUID]:
    """Which of these accounts are in the register of protected ones."""
    rows = ProtectedAccount.objects.filter(account__in=list(accounts), ended_at__isnull=True)
    return set(rows.values_list("account", flat=True))


def with_label(items: Collection[UUID], label: str) -> set[UUID]:
    """Which of these bear a label now."""
    rows = Label.objects.filter(item__in=items, value=label, removed_at__isnull=True)
    return set(rows.exclude(expires_at__lte=clock.now()).values_list("item", flat=True))


def account_of(item: Item) -> Item | None:
    """The account that answers for an item: itself, or its author."""
    return item if item.kind == ItemType.Kind.ACCOUNT else item.author


def state_now(item: Item) -> str:
    """The state in the item's row, whatever the object in hand says."""
    with rows.prepared() as cursor:
        cursor.execute("SELECT state FROM items_item WHERE id = %s", [item.pk])
        return str(cursor.fetchone()[0])


def by_id(item_id: UUID) -> Item:
    """An item by our id."""
    item = rows.one(Item, "WHERE id = %s", [item_id])
    if item is None:
        raise Item.DoesNotExist(f"no item {item_id}")
    if item.author_id is not None:
        item.author = rows.one(Item, "WHERE id = %s", [item.author_id])
    return item


def text_of(type_key: str, data: dict[str, Any]) -> str:
    """What a person would read of an item: its name or title, then its text, as the type's roles say."""
    _, fields = item_type(type_key)
    names = [field.name for field in fields if field.role in {"displayName", "text"}]
    parts = [data.get(name) for name in names]
    return "\n".join(part for part in parts if isinstance(part, str) and part)
