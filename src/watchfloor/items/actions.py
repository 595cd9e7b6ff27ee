"""The only writers of items."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from watchfloor.items import domain, keys, queries
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.events import ItemSeenFirst, ItemStateChanged, ItemTypeSaved, LabelAdded, LabelRemoved
from watchfloor.items.media.linking import has_media, link_media
from watchfloor.items.models import Item, ItemType, ItemVersion, Label
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rows
from watchfloor.ledger.writer import Writer


def save_type(
    w: Writer, *, key: str, name: str, kind: str, fields: list[dict[str, Any]], description: str = ""
) -> ItemType:
    """Make or change an item type; field types and roles are checked."""
    _check_fields(fields)
    row = ItemType.objects.filter(key=key).first()
    if row is None:
        row = w.create(ItemType, key=key, name=name, kind=kind, fields=fields, description=description)
    else:
        w.update(row, name=name, kind=kind, fields=fields, description=description, archived_at=None)
    w.event(ItemTypeSaved(key=key), row)
    queries.forget_types()
    return row


def see(w: Writer, seen: ItemSeen) -> tuple[Item, str]:
    """Take note of an item as it looks now: the item, its author's account and this version exist afterwards.

    Returns the item and the hash of the version. Raises ``BadInput`` when the data do not fit the type. Safe when two
    transactions see the same new item at once: the second waits for the first and finds its row.
    """
    kind, fields = queries.item_type(seen.type)
    domain.check(fields, seen.data)
    data = keys.sealed(fields, seen.data)
    author_type, author_id = seen.author_type, seen.author_id
    creator_field = domain.role(fields, "creatorId")
    if not author_id and creator_field:
        author_id = str(seen.data.get(creator_field) or "")
    author = None
    if author_id and kind.kind != ItemType.Kind.ACCOUNT:
        author, new = _known(w, author_type or _account_type(), author_id, ItemType.Kind.ACCOUNT, seen)
        if new:  # known only as an author: no version yet
            w.event(_seen_event(author, "", True), author)
    version = domain.version_hash(seen.type, seen.id, data)
    item, new = _known(w, seen.type, seen.id, kind.kind, seen, author, version)
    if new or item.current_version != version:
        rows.insert([ItemVersion(hash=version, item=item, data=data, seen_at=seen.seen_at)], unless_known=True)
        if has_media(fields, data):
            link_media(w, fields, data, version)
        first = new or not item.current_version
        if not new:
            late = {"author_id": author.pk} if author is not None and item.author_id is None else {}
            w.update(item, current_version=version, **late)
        w.event(_seen_event(item, version, first), item, item_version=version)
    if author is not None and item.author_id == author.pk:
        item.author = author  # so that nobody reads it again
    return item, version


def set_state(w: Writer, item: Item, state: str) -> None:
    """Record what the platform is asked to show of an item."""
    before = item.state
    if before != state:
        w.update(item, state=state)
        w.event(ItemStateChanged(before=before, after=state), item)


def add_label(
    w: Writer, item: Item, value: str, *, source: str, public: bool = False, expires_at: datetime | None = None
) -> Label:
    """Put a label on an item; the same live label from the same source is renewed, not doubled."""
    label = Label.objects.filter(item=item, value=value, source=source, removed_at__isnull=True).first()
    if label is None:
        label = w.create(
            Label, item=item, value=value, source=source, public=public, added_at=clock.now(), expires_at=expires_at
        )
    else:
        w.update(label, expires_at=expires_at, public=public)
    w.event(LabelAdded(value=value, source=source), label)
    return label


def remove_label(w: Writer, label: Label) -> None:
    """Take a label off."""
    w.update(label, removed_at=clock.now())
    w.event(LabelRemoved(value=label.value, source=label.source), label)


def _known(
    w: Writer, type_key: str, external_id: str, kind: str, seen: ItemSeen, author: Item | None = None, version: str = ""
) -> tuple[Item, bool]:
    """The item of this name, and whether it was made just now (the caller's event says so)."""
    item = queries.find(type_key, external_id)
    if item is None:
        made = w.create_unless_known(
            Item, type_key=type_key, external_id=external_id, kind=kind, author=author, market=seen.market,
            language=seen.language, first_seen_at=seen.seen_at, current_version=version,
        )  # fmt: skip
        if made is not None:
            return made, True
        item = queries.find(type_key, external_id)
    assert item is not None
    return item, False


def _seen_event(item: Item, version: str, new: bool) -> ItemSeenFirst:
    return ItemSeenFirst(item_type=item.type_key, version=version, new=new)


def _account_type() -> str:
    for key, (row, _) in queries.types().items():
        if row.kind == ItemType.Kind.ACCOUNT:
            return key
    raise BadInput("no_account_type", "No item type stands for accounts.", hint="Make one with kind 'account'.")


def _check_fields(fields: list[dict[str, Any]]) -> None:
    roles: set[str] = set()
    for index, field in enumerate(fields):
        where = f"fields[{index}]"
        if field.get("type", "string") not in domain.FIELD_TYPES:
            raise BadInput("unknown_field_type", f"{field.get('type')!r} is no field type.", where=where,
                           hint="One of: " + ", ".join(domain.FIELD_TYPES))  # fmt: skip
        role = field.get("role", "")
        if role and role not in domain.ROLES:
            raise BadInput(
                "unknown_role", f"{role!r} is no role.", where=where, hint="One of: " + ", ".join(domain.ROLES)
            )
        if role and role in roles:
            raise BadInput("role_twice", f"Two fields have the role {role!r}.", where=where)
        roles.add(role)
