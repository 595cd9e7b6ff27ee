"""Public labels, signed: what is in force on items, followed along the ledger and published in an order that never changes.

Two things of ours are public labels: an action of the catalogue that puts a label on, while it is in force, and a label of an item that
is marked public. A loop reads the ledger's leaves in their order; for each item they touch it compares what is in force with what was
published last, and appends the difference, signed. So the stream survives restarts, says nothing twice, and can be read from any place.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.domain import IN_FORCE
from watchfloor.enforcement.models import Action
from watchfloor.interop.atproto import subjects
from watchfloor.interop.atproto.asking import iso
from watchfloor.interop.atproto.domain import signing
from watchfloor.interop.atproto.here import here, label_key
from watchfloor.interop.atproto.models import Followed, Issuer, Published
from watchfloor.items.models import Item, Label
from watchfloor.kernel import clock
from watchfloor.law.erasing.elsewhere import ERASED
from watchfloor.law.erasing.who import Person
from watchfloor.ledger.models import Event, Leaf
from watchfloor.ledger.writer import Writer

VERSION = 1
TOUCHES = (
    "action.taken", "action.started", "action.approved", "action.withheld", "action.reversed", "action.expired", "action.rejected",
    "label.added", "label.removed",
)  # fmt: skip
LONGEST_ADDRESS, LONGEST_VALUE = 2_048, 128  # of the protocol, in bytes
LOCK = 7_220_031  # one follower at a time


def follow(limit: int = 1_000) -> int:
    """Publish what changed since last time; how many leaves were looked at."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        row, _ = Followed.objects.get_or_create(pk=1)
        top = Leaf.objects.aggregate(top=Max("number"))["top"]
        if top is None or top <= row.leaf:
            return 0
        upto = min(top, row.leaf + limit)
        touched = Event.objects.filter(leaf__number__gt=row.leaf, leaf__number__lte=upto, type__in=TOUCHES)
        names = list(touched.order_by("leaf__number").values_list("subject", "at"))
        looked: int = upto - row.leaf
        Followed.objects.filter(pk=1).update(leaf=upto)
        for item, at in _items(names).items():
            publish(item, at)
    return looked


def publish(item: Item, at: datetime) -> int:
    """Append what differs between what is in force on an item and what was published of it; in the caller's transaction."""
    if item.external_id.startswith(f"{ERASED}:"):
        return 0
    src, uri, now = here().did, subjects.uri(here(), item), clock.now()
    if len(uri) > LONGEST_ADDRESS:  # nobody in the protocol could read it
        return 0
    said = {row.val: row for row in Published.objects.filter(item=item.pk, src=src, uri=uri, last=True)}
    stands = in_force(item)
    rows = []
    for value in sorted({*stands, *said}):
        ends = stands.get(value)
        exp = iso(ends) if ends is not None else ""
        before = said.get(value)
        if value in stands:
            if before is not None and not before.neg and before.exp == exp:
                continue
            rows.append((value, False, exp))
        elif before is not None and not before.neg and not (before.exp and before.exp <= iso(now)):
            rows.append((value, True, ""))
    for value, neg, exp in rows:
        _say(item, src, uri, value, neg, at, exp)
    # What an item was called before (another address of ours, another way of writing it) says nothing any more.
    elsewhere = Published.objects.filter(item=item.pk, src=src, last=True, neg=False).exclude(uri=uri)
    gone = [row for row in elsewhere.order_by("pk") if not row.exp or row.exp > iso(now)]
    for row in gone:
        _say(item, src, row.uri, row.val, True, at)
    return len(rows) + len(gone)


def _say(item: Item, src: str, uri: str, value: str, neg: bool, at: datetime, exp: str = "") -> None:
    Published.objects.filter(item=item.pk, src=src, uri=uri, val=value, last=True).update(last=False)
    label = {"ver": VERSION, "src": src, "uri": uri, "val": value, "neg": neg, "cts": iso(at), "exp": exp or None}
    Published.objects.create(
        item=item.pk, src=src, uri=uri, val=value, neg=neg, cts=iso(at), exp=exp,
        sig=signing.sign(label_key(), signing.label_bytes(label)),
    )  # fmt: skip


def in_force(item: Item) -> dict[str, datetime | None]:
    """The public labels an item bears now, with their ends."""
    found: dict[str, datetime | None] = {}
    keys = {each.key for each in enforcement.kinds(enabled=False) if each.does == "label"}
    rows = Action.objects.filter(item=item, kind_key__in=keys, state__in=sorted(IN_FORCE), inverse_of__isnull=True)
    for action in rows:
        _longest(found, str(action.params.get("value") or ""), action.expires_at)
    for label in Label.objects.filter(item=item, public=True, removed_at__isnull=True):
        _longest(found, label.value, label.expires_at)
    now = clock.now()
    fits = {value: ends for value, ends in found.items() if 0 < len(value.encode()) <= LONGEST_VALUE}
    return {value: ends for value, ends in fits.items() if ends is None or ends > now}


def labels_of(item: Item) -> list[dict[str, Any]]:
    """The labels of one item as they were published last."""
    return [as_json(row) for row in Published.objects.filter(item=item.pk, src=here().did, last=True, neg=False)]


def fields(row: Published) -> dict[str, Any]:
    """A label as it was signed, with the signature as bytes."""
    label = {"ver": VERSION, "src": row.src, "uri": row.uri, "val": row.val, "neg": row.neg, "cts": row.cts}
    return {**label, **({"exp": row.exp} if row.exp else {}), "sig": bytes(row.sig)}


def as_json(row: Published) -> dict[str, Any]:
    """The same for JSON."""
    import base64

    label = fields(row)
    return {**label, "sig": {"$bytes": base64.b64encode(label["sig"]).decode().rstrip("=")}}


def erase(w: Writer, who: Person) -> dict[str, int]:
    """Labels name items, and items are people's: what was published of an erased person's is gone from the stream."""
    gone = Published.objects.filter(item__in=who.items).delete()[0]
    return {
        "interop_atproto_label": gone,
        "interop_atproto_issuer": Issuer.objects.filter(did=who.external).delete()[0],
    }


def _longest(found: dict[str, datetime | None], value: str, ends: datetime | None) -> None:
    if value in found and (found[value] is None or (ends is not None and ends <= found[value])):  # type: ignore[operator]
        return
    found[value] = ends


def _items(names: list[tuple[str, datetime]]) -> dict[Item, datetime]:
    """The items behind subjects of events, each with when it was touched last."""
    by: dict[str, dict[UUID, datetime]] = {"action": {}, "label": {}}
    for subject, at in names:
        kind, _, name = subject.partition(":")
        if kind in by:
            by[kind][UUID(name)] = at
    keys = {each.key for each in enforcement.kinds(enabled=False) if each.does == "label"}
    found: dict[UUID, datetime] = {}
    acted = Action.objects.filter(pk__in=by["action"], kind_key__in=keys).values_list("pk", "item_id")
    marked = Label.objects.filter(pk__in=by["label"], public=True).values_list("pk", "item_id")
    for kind, rows in (("action", acted), ("label", marked)):
        for pk, touched in rows:
            found[touched] = max(found.get(touched, by[kind][pk]), by[kind][pk])
    every = Item.objects.select_related("author").filter(pk__in=found)
    return {item: found[item.pk] for item in sorted(every, key=lambda item: found[item.pk])}
