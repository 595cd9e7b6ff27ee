"""The picture of a campaign: who, since when, how it spread, and which media go round in it; none of these is shown but veiled."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db.models import Count

from watchfloor.identity.domain import Actor
from watchfloor.items.media import queries as media
from watchfloor.items.media.contracts import MediaView
from watchfloor.items.media.models import MediaLink
from watchfloor.items.models import Item
from watchfloor.platform.among import among
from watchfloor.review.bulk import choosing
from watchfloor.review.models import Cluster, ClusterItem
from watchfloor.review.queries.seen_media import by_day

MOST_MEDIA = 12


class Shown(msgspec.Struct, frozen=True):
    """A medium of the campaign, and how many of its items show the very same file."""

    view: MediaView
    items: int


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """What the items of a cluster come to, those the actor may know of.

    Attributes:
        accounts: who made them. largest: how many items the busiest of them made.
        first, last: when the first and the last of them was seen. days: how many on each day (UTC), without gaps, the last 60.
        markets, languages: with their numbers, most first.
        media: those that most of the items show, as views; a few.
    """

    items: int
    accounts: int
    largest: int
    first: datetime | None
    last: datetime | None
    days: tuple[tuple[date, int], ...]
    markets: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    media: tuple[Shown, ...]


def campaign(actor: Actor, cluster: Cluster) -> Campaign:
    """Of a cluster the actor may see."""
    every = list(ClusterItem.objects.filter(cluster=cluster).values_list("item_id", flat=True))
    known = choosing.open_to(actor, every)
    accounts: Counter[UUID] = Counter()
    markets: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    times: list[datetime] = []
    versions: list[str] = []
    rows = Item.objects.filter(among("pk", sorted(known)))
    for pk, author, at, market, language, version in rows.values_list(
        "pk", "author_id", "first_seen_at", "market", "language", "current_version"
    ):
        accounts[author or pk] += 1
        markets[market] += 1
        languages[language] += 1
        times.append(at)
        if version:
            versions.append(version)
    times.sort()
    return Campaign(
        items=len(known), accounts=len(accounts), largest=max(accounts.values(), default=0),
        first=times[0] if times else None, last=times[-1] if times else None, days=by_day(times),
        markets=tuple((key, count) for key, count in markets.most_common(4) if key),
        languages=tuple((key, count) for key, count in languages.most_common(4) if key), media=_media(actor, versions),
    )  # fmt: skip


def _media(actor: Actor, versions: list[str]) -> tuple[Shown, ...]:
    links = MediaLink.objects.filter(among("item_version", versions))
    counted = links.values("media").annotate(items=Count("item_version", distinct=True)).order_by("-items", "media")
    found = []
    for row in counted[:MOST_MEDIA]:
        link = MediaLink.objects.filter(among("item_version", versions), media=row["media"]).order_by("pk").first()
        wanted = media.id_of(row["media"])
        views = media.views(link.item_version, actor) if link is not None else []
        found += [Shown(view, row["items"]) for view in views if view.id == wanted][:1]
    return tuple(found)
