"""Seen before: where else a case's pictures and videos are, or ones near them; since when, in how many hands, and what was decided."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.items.media import seen
from watchfloor.items.media.access import may_see
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.models import Item
from watchfloor.platform.among import among
from watchfloor.review.models import Case, Decision
from watchfloor.review.queries import access

MOST_DAYS = 60  # of the small chart
FIRST = 6


class SeenItem(msgspec.Struct, frozen=True, kw_only=True):
    """One of the other items; ``same``: it shows the same file. ``case_id``: the newest case of it that the actor may open."""

    id: UUID
    type_key: str
    external_id: str
    state: str
    at: datetime
    distance: int
    same: bool
    case_id: UUID | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one medium among one's own items.

    Attributes:
        items, exact: other items that show it or one near it; how many of them the very same file.
        accounts: who made these items. first, last: when the first and the last of them was seen, the case's own included.
        days: how many items were seen first on each day, oldest first, without gaps; at most the last ``MOST_DAYS``.
        decisions: standing findings on these items (verdict and number), most frequent first; those the actor may know of.
        shown: the first few, nearest first.
    """

    media_id: UUID
    kind: str
    items: int
    exact: int
    accounts: int
    first: datetime | None
    last: datetime | None
    days: tuple[tuple[date, int], ...]
    decisions: tuple[tuple[str, int], ...]
    shown: tuple[SeenItem, ...]


def seen_before(actor: Actor, case: Case) -> list[Seen]:
    """One for each ready medium of the case's item version that the actor may see. Nothing they may not know of is counted."""
    links = MediaLink.objects.filter(item_version=case.item_version or case.item.current_version)
    needed = set(links.values_list("media__clearance", flat=True))
    open_to = {"", *(clearance for clearance in needed if may_see(actor, clearance))}
    found = seen.media_of(case.item_version or case.item.current_version, open_to=open_to)
    kinds = dict(Media.objects.filter(pk__in=found).values_list("pk", "kind"))
    return [_seen(actor, case, media, kinds[media], open_to) for media in found]


def _seen(actor: Actor, case: Case, media: UUID, kind: str, open_to: set[str]) -> Seen:
    from watchfloor.review.bulk import choosing  # orders read cases, and cases are read here

    every = seen.sightings(media, open_to=open_to)
    allowed = choosing.open_to(actor, [each.item_id for each in every if each.item_id != case.item_id])
    others = [each for each in every if each.item_id in allowed]
    own = [each for each in every if each.item_id == case.item_id]
    times = sorted(each.at for each in (*others, *own))
    accounts: set[UUID] = set()
    ids = [each.item_id for each in others]
    for pk, author in Item.objects.filter(among("pk", ids)).values_list("pk", "author_id"):
        accounts.add(author or pk)
    return Seen(
        media_id=media, kind=kind, items=len(others), exact=sum(each.media_id == media for each in others),
        accounts=len(accounts), first=times[0] if times else None, last=times[-1] if times else None,
        days=by_day(times), decisions=_decisions(actor, ids), shown=_shown(actor, media, others[:FIRST]),
    )  # fmt: skip


def by_day(times: list[datetime]) -> tuple[tuple[date, int], ...]:
    """How many on each day (UTC), without gaps."""
    counts = Counter(each.date() for each in times)
    if not counts:
        return ()
    last = max(counts)
    first = max(min(counts), last - timedelta(days=MOST_DAYS - 1))
    return tuple(
        (first + timedelta(days=day), counts[first + timedelta(days=day)]) for day in range((last - first).days + 1)
    )


def _decisions(actor: Actor, items: list[UUID]) -> tuple[tuple[str, int], ...]:
    """Findings that stand, each item's newest in each case."""
    cases = access.visible_cases(actor).filter(among("item", items))
    rows = Decision.objects.filter(case__in=cases, superseded_at=None)
    return tuple(Counter(rows.values_list("verdict", flat=True)).most_common())


def _shown(actor: Actor, media: UUID, found: list[seen.Sighting]) -> tuple[SeenItem, ...]:
    ids = [each.item_id for each in found]
    rows = {row.pk: row for row in Item.objects.filter(pk__in=ids)}
    cases: dict[UUID, UUID] = dict(
        access.visible_cases(actor).filter(item__in=ids).order_by("pk").values_list("item_id", "pk")
    )
    return tuple(
        SeenItem(
            id=each.item_id, type_key=rows[each.item_id].type_key, external_id=rows[each.item_id].external_id,
            state=rows[each.item_id].state, at=each.at, distance=each.distance,
            same=each.media_id == media, case_id=cases.get(each.item_id),
        )
        for each in found if each.item_id in rows
    )  # fmt: skip
