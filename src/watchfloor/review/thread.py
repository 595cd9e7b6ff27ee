"""The thread around an item: everything said in it, in its order, a window at a time. Up to ``MOST`` posts are known of.

Threads are found by an index on the data's field ``thread_id``; for a type whose thread field has another name only what the same
author said (of the latest ``OWN`` items) is shown. Items of cases one is not cleared for are left out.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
from django.db.models import Exists, F, FloatField, OuterRef, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import MD5, Cast, Extract
from django.utils.dateparse import parse_datetime

from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.items.domain import Field, role
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel.errors import BadInput
from watchfloor.review.bench_view import ItemView, item_view
from watchfloor.review.models import Case

FIELD = "thread_id"  # what the index is made for
MOST, OWN = 5_000, 200
NEAR, STRETCH = 12, 60


class Post(msgspec.Struct, frozen=True):
    """One thing said in the thread; ``here`` is the item that is judged."""

    number: int  # from 1
    item: Item
    said: ItemView
    at: datetime
    here: bool


class Window(msgspec.Struct, frozen=True):
    """Posts ``start`` to ``stop`` (from 0, half open) of ``total``; ``place`` is where the judged item stands, -1 if nowhere."""

    posts: tuple[Post, ...]
    start: int
    stop: int
    total: int
    place: int

    @property
    def earlier(self) -> int | None:
        """Where the stretch before this one starts."""
        return max(0, self.start - STRETCH) if self.start else None

    @property
    def later(self) -> int | None:
        """Where the stretch after this one starts."""
        return self.stop if self.stop < self.total else None


NOTHING = Window((), 0, 0, 0, -1)


def window(actor: Actor, case: Case, *, start: int | None = None, stop: int | None = None) -> Window:
    """The posts near the case's item, or from ``start`` (at most ``STRETCH``, and none from ``stop`` on)."""
    try:
        _, fields = items.item_type(case.item.type_key)
    except BadInput:
        return NOTHING
    name = role(fields, "threadId")
    key = (items.snapshot(case.item_version) or {}).get(name) if name else None
    if not isinstance(key, str) or not key:
        return NOTHING
    order = _order(actor, case, name, key, role(fields, "createdAt"))
    own = str(case.item_id)
    place = next((number for number, row in enumerate(order) if row[2] == own), -1)
    if len(order) < 2:
        return NOTHING
    if start is None:
        middle = place if place >= 0 else len(order) - 1
        start, stop = max(0, middle - NEAR), min(len(order), middle + NEAR + 1)
    else:
        start = max(0, min(start, len(order)))
        stop = min(len(order), start + STRETCH, len(order) if stop is None else max(start, stop))
    return Window(_posts(order[start:stop], fields, case, start), start, stop, len(order), place)


Row = tuple[float, str, str]  # when (seconds since 1970), version, item id: light, for there may be thousands


def _order(actor: Actor, case: Case, name: str, key: str, made_at: str) -> list[Row]:
    rows = _versions(case, name, key)
    hidden = Case.objects.filter(item=OuterRef("item")).exclude(clearance__in=["", *_clearances(actor)])
    rows = rows.filter(~Exists(hidden)).filter(item__current_version=F("hash"), item__type_key=case.item.type_key)
    found = (
        rows.annotate(
            said_at=KeyTextTransform(made_at or "created_at", "data"),
            seen=Cast(Extract("seen_at", "epoch"), FloatField()),
            of=Cast("item_id", TextField()),
        )
        .order_by("seen_at", "hash")
        .values_list("said_at", "seen", "hash", "of")
    )
    order = [(_moment(said_at, seen), version, item) for said_at, seen, version, item in found[:MOST]]
    judged = str(case.item_id)
    if len(order) == MOST and all(row[2] != judged for row in order):  # the judged one is always there
        own = found.filter(item=case.item_id)[:1]
        order[-1:] = [(_moment(said_at, seen), version, item) for said_at, seen, version, item in own]
    order.sort()
    return order


def _versions(case: Case, name: str, key: str) -> QuerySet[ItemVersion]:
    if name == FIELD:
        digest = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
        rows = ItemVersion.objects.annotate(thread=MD5(KeyTextTransform(FIELD, "data")))
        return rows.filter(thread=digest, data__has_key=FIELD, erased_at=None)
    near = Item.objects.filter(author=case.item.author_id, type_key=case.item.type_key)
    latest = near.order_by("-first_seen_at").values_list("current_version", flat=True)[:OWN]
    return ItemVersion.objects.filter(hash__in=list(latest), erased_at=None, **{f"data__{name}": key})


def _clearances(actor: Actor) -> set[str]:
    if actor.all_powerful:
        return set(Case.objects.exclude(clearance="").values_list("clearance", flat=True).distinct())
    return {name for scope in actor.scopes if "case.view" in scope.permissions for name in scope.clearances}


def _posts(rows: list[Row], fields: list[Field], case: Case, start: int) -> tuple[Post, ...]:
    data = dict(ItemVersion.objects.filter(hash__in=[row[1] for row in rows]).values_list("hash", "data"))
    known = {
        str(item.pk): item for item in Item.objects.select_related("author").filter(pk__in=[row[2] for row in rows])
    }
    return tuple(
        Post(
            start + number,
            known[item],
            item_view(fields, data.get(version)),
            datetime.fromtimestamp(at, UTC),
            known[item].pk == case.item_id,
        )
        for number, (at, version, item) in enumerate(rows, 1)
    )


def _moment(said: str | None, seen: float) -> float:
    if said:
        try:
            found = datetime.fromisoformat(said) if len(said) < 40 else None
        except ValueError:
            found = parse_datetime(said[:40]) if said[:1].isdigit() else None
        if found is not None and found.tzinfo is not None:
            at = found.timestamp()
            if at <= seen:  # nobody has seen what is not yet written
                return at
    return seen
