"""What a case's item has in common with others: author, device, address, payment, link, near text and media. Counts, and the first few.

Everything is looked up by index (``items.keys``), at most ``MOST`` per kind, and filtered to what the actor may know of before it is
counted; so the answer costs the same beside a million items as beside a thousand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import F

from watchfloor.engines.nearby import distance, sketch
from watchfloor.identity.domain import Actor
from watchfloor.items import keys
from watchfloor.items import queries as item_queries
from watchfloor.items.media import seen
from watchfloor.items.models import Item, ItemKey, ItemVersion
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.among import among
from watchfloor.review.models import Case
from watchfloor.review.queries import access

KINDS = ("author", "device", "ip", "payment", "link", "text", "media")
MOST = 200
FIRST = 5
COMPARED = 20  # near-duplicate candidates whose texts are compared for the page
ALIKE = 0.5  # the largest distance (1 - Jaccard) that still counts as near-duplicate
_NUMBER = {name: number for number, name in keys.NAMES.items()}


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Another item, as the page shows it. ``cases``: (id, state, policy) of those the actor may open, newest first."""

    id: UUID
    type_key: str
    external_id: str
    kind: str
    state: str
    text: str
    cases: tuple[tuple[UUID, str, str], ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Items that share one thing with the case's item. ``more``: there are more than were counted."""

    kind: str
    count: int
    more: bool
    first: tuple[Other, ...]


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the picture: a hub (what is shared) or, with ``other``, an item."""

    x: int
    y: int
    hub_x: int
    hub_y: int
    kind: str
    other: Other | None = None


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """All groups that have something, in the order of ``KINDS``, and where the picture puts them."""

    case_id: UUID
    groups: tuple[Group, ...]
    spots: tuple[Spot, ...]
    width: int = 640
    height: int = 360


def related(actor: Actor, case: Case) -> Related:
    """Groups with counts and the first ``FIRST`` of each; nothing the actor may not know of is counted."""
    from watchfloor.review.bulk import choosing  # orders read cases, and cases are read here

    found: dict[str, list[UUID]] = {}
    for kind in KINDS:
        found[kind] = _candidates(case.item, kind, MOST + 1)
    allowed = choosing.open_to(actor, list({pk for every in found.values() for pk in every}))
    chosen = {kind: [pk for pk in every if pk in allowed] for kind, every in found.items()}
    more = {kind: len(every) > MOST for kind, every in found.items()}
    if chosen["text"]:
        compared = chosen["text"][:COMPARED]
        more["text"] = more["text"] or len(chosen["text"]) > COMPARED
        chosen["text"] = alike(case, compared)
    shown = _others(actor, list({pk for every in chosen.values() for pk in every[:FIRST]}))
    groups = tuple(
        Group(
            kind=kind, count=min(len(every), MOST), more=more[kind],
            first=tuple(shown[pk] for pk in every[:FIRST] if pk in shown),
        )
        for kind, every in chosen.items() if every
    )  # fmt: skip
    return Related(case_id=case.pk, groups=groups, spots=_spots(groups))


def members(actor: Actor, case: Case, kind: str, most: int = 20_000) -> list[UUID]:
    """All items of one group, with the case's own: what a cluster is made of."""
    from watchfloor.review.bulk import choosing

    if kind not in KINDS:
        raise BadInput(
            "unknown_kind",
            f"Items are not related by {kind[:40]!r}.",
            where="kind",
            hint=f"One of: {', '.join(KINDS)}.",
        )
    found = _candidates(case.item, kind, most)
    allowed = choosing.open_to(actor, found)
    kept = [pk for pk in found if pk in allowed]
    if kind == "text":
        kept = alike(case, kept)
    return [case.item_id, *kept]


def alike(case: Case, candidates: Sequence[UUID]) -> list[UUID]:
    """Those whose text is a near-duplicate of the case's item, in the order given."""
    # A version belongs to one item, so its own one is found by the join.
    versions = ItemVersion.objects.filter(
        among("item", [case.item_id, *candidates]), pk=F("item__current_version"), erased_at__isnull=True
    )
    sketches = {
        pk: sketch(item_queries.text_of(type_key, data))
        for pk, type_key, data in versions.values_list("item_id", "item__type_key", "data").iterator(chunk_size=500)
    }
    own = sketches.get(case.item_id, ())
    return [pk for pk in candidates if distance(own, sketches.get(pk, ())) <= ALIKE]


def _candidates(item: Item, kind: str, most: int) -> list[UUID]:
    """Other items, newest ids or best overlap first; at most so many."""
    if kind == "author":
        account = item.author_id or (item.pk if item.kind == "account" else None)
        if account is None:
            return []
        rows = Item.objects.filter(author_id=account).exclude(pk=item.pk).order_by("-first_seen_at")
        made = list(rows.values_list("pk", flat=True)[:most])
        return made if account == item.pk else [account, *made][:most]
    if kind == "media":
        return seen.items_near(item, most)
    # What is known of the account (its device, its payment) counts for what it made.
    own = [item.pk] if kind in ("text", "link") or item.author_id is None else [item.pk, item.author_id]
    rows_of = ItemKey.objects.filter(item__in=own, kind=_NUMBER[kind]).values_list("key", flat=True)
    mine = list(rows_of[:64])
    if not mine:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.item_id FROM unnest(%s::bigint[]) AS own(key) CROSS JOIN LATERAL"
            " (SELECT item_id FROM items_key WHERE kind = %s AND key = own.key LIMIT %s) AS k"
            " WHERE k.item_id <> ALL(%s) GROUP BY k.item_id ORDER BY count(*) DESC, k.item_id DESC LIMIT %s",
            [mine, _NUMBER[kind], most, own, most],
        )
        return [row[0] for row in cursor.fetchall()]


def _others(actor: Actor, items: list[UUID]) -> dict[UUID, Other]:
    rows = {row.pk: row for row in Item.objects.filter(pk__in=items)}
    texts = dict(
        ItemVersion.objects.filter(
            pk__in=[row.current_version for row in rows.values()], erased_at__isnull=True
        ).values_list("pk", "data")
    )
    seen: dict[UUID, list[tuple[UUID, str, str]]] = {}
    found = access.visible_cases(actor).filter(item__in=items).order_by("-pk")
    for item, pk, state, policy in found.values_list("item_id", "pk", "state", "policy_key"):
        seen.setdefault(item, []).append((pk, state, policy))
    return {
        pk: Other(
            id=pk, type_key=row.type_key, external_id=row.external_id, kind=row.kind, state=row.state,
            text=_excerpt(row, texts.get(row.current_version)), cases=tuple(seen.get(pk, ())[:3]),
        )
        for pk, row in rows.items()
    }  # fmt: skip


def _excerpt(item: Item, data: dict[str, object] | None) -> str:
    try:
        return " ".join(item_queries.text_of(item.type_key, data or {}).split())[:140]
    except BadInput:
        return ""


def _spots(groups: Sequence[Group], width: int = 640, height: int = 360) -> tuple[Spot, ...]:
    """The case in the middle, what is shared around it, the items beyond; whole numbers, so that the same case looks the same."""
    made: list[Spot] = []
    for place, group in enumerate(groups):
        angle = 2 * math.pi * place / len(groups) - math.pi / 2
        hub = (width / 2 + 130 * math.cos(angle), height / 2 + 80 * math.sin(angle))
        made.append(Spot(x=round(hub[0]), y=round(hub[1]), hub_x=width // 2, hub_y=height // 2, kind=group.kind))
        fan = 2 * math.pi / len(groups) / max(FIRST, 1) * 0.8
        for number, other in enumerate(group.first):
            turn = angle + fan * (number - (len(group.first) - 1) / 2)
            x, y = width / 2 + 270 * math.cos(turn), height / 2 + 155 * math.sin(turn)
            made.append(
                Spot(x=round(x), y=round(y), hub_x=round(hub[0]), hub_y=round(hub[1]), kind=group.kind, other=other)
            )
    return tuple(made)
