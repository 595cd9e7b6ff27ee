"""One campaign as a person reads it: its items with words, the edges between them, a picture, when they came; now or as of a moment."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import polars as pl

from watchfloor.detection.campaigns import queries, tokens
from watchfloor.detection.campaigns.gathering import text_of
from watchfloor.detection.campaigns.models import CampaignEdge
from watchfloor.engines.campaigns import Campaign as Found
from watchfloor.engines.campaigns import Clusters, Key, Picture, layout
from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel.errors import NotFound
from watchfloor.platform.among import among

STEPS = 8  # of the slider
KEYS = 20  # in the picture
DOTS = 12  # of wordings in it; alike ones are one dot where there are more
HOUR = timedelta(hours=1)
_EDGE = ("campaign", "left", "right", "kind", "value", "distance")


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An item of it. ``account`` is the platform's name of who made it; ``why``: what ties it to what came before."""

    item: Item
    account: UUID
    account_name: str
    text: str
    app: str
    joined_at: datetime
    why: str


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """What ties two items: ``same`` or ``near`` words (``distance``), or a shared key; ``value`` where it stands in a text."""

    left: UUID
    right: UUID
    kind: str
    token: str
    value: str
    distance: float | None


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """A key that items share, and how many of them and of their accounts do."""

    kind: str
    token: str
    value: str
    items: int
    accounts: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one campaign that the actor may know of.

    Attributes:
        hours: (start of an hour, items first seen in it), those with any.
        moments: when so many of its items were there, for looking at it as of then; the last is now.
        stands: the item of the wording most others are near to.
    """

    sum: queries.Sum
    members: list[Member]
    edges: list[Edge]
    shared: list[Shared]
    picture: Picture
    hours: list[tuple[datetime, int]]
    moments: list[datetime]
    stands: UUID
    apps: list[tuple[str, int]]
    accounts: list[tuple[str, UUID, int]]


def seen(actor: Actor, pk: UUID, as_of: datetime | None = None) -> Seen:
    """One campaign, with the items that were there at a moment (by default: all).

    Raises:
        NotFound: the actor knows of no such campaign.
    """
    total = queries.campaign(actor, pk)
    rows = queries.items_of(actor, pk)
    if not rows:
        raise NotFound("no_campaign", "There is no such campaign.")
    moments = _moments([row.item.first_seen_at for row in rows])
    rows = [row for row in rows if as_of is None or row.item.first_seen_at <= as_of] or rows[:1]
    versions = ItemVersion.objects.filter(
        among("pk", [row.item.current_version for row in rows]), erased_at__isnull=True
    )
    data = dict(versions.values_list("pk", "data"))
    members = []
    for row in rows:
        held = data.get(row.item.current_version, {})
        author = row.item.author or row.item
        app = held.get("client_app")
        members.append(
            Member(
                item=row.item, account=author.pk, account_name=author.external_id, text=text_of(row.item.type_key, held),
                app=app if isinstance(app, str) else "", joined_at=row.joined_at, why=row.why,
            )
        )  # fmt: skip
    edges = _edges(pk, members)
    shared = _shared(edges, members)
    first = members[0].item.pk
    there = {each.item.pk for each in members}
    stands = total.campaign.representative if total.campaign.representative in there else first
    apps = Counter(each.app for each in members if each.app)
    accounts = Counter((each.account_name, each.account) for each in members)
    return Seen(
        sum=total, members=members, edges=edges, shared=shared, picture=_picture(pk, members, edges, shared),
        hours=_hours([each.item.first_seen_at for each in members]), moments=moments, stands=stands or first,
        apps=apps.most_common(20), accounts=[(name, key, count) for (name, key), count in accounts.most_common(20)],
    )  # fmt: skip


def _edges(pk: UUID, members: list[Member]) -> list[Edge]:
    there = {each.item.pk for each in members}
    rows = CampaignEdge.objects.filter(campaign=pk).order_by("pk")
    kept = [
        row
        for row in rows.values_list("left", "right", "kind", "token", "distance")
        if row[0] in there and row[1] in there
    ]
    wanted = {(kind, token) for _, _, kind, token, _ in kept if token}
    known = tokens.values([each.text for each in members], wanted)
    return [
        Edge(left=left, right=right, kind=kind, token=token, value=known.get((kind, token), ""), distance=distance)
        for left, right, kind, token, distance in kept
    ]


def _shared(edges: list[Edge], members: list[Member]) -> list[Shared]:
    account = {each.item.pk: each.account for each in members}
    having: dict[tuple[str, str, str], set[UUID]] = {}
    for edge in edges:
        if edge.token:
            having.setdefault((edge.kind, edge.token, edge.value), set()).update((edge.left, edge.right))
    found = [
        Shared(kind=kind, token=token, value=value, items=len(items), accounts=len({account[item] for item in items}))
        for (kind, token, value), items in having.items()
    ]
    return sorted(found, key=lambda each: (-each.items, each.kind, each.token))


def _picture(pk: UUID, members: list[Member], edges: list[Edge], shared: list[Shared]) -> Picture:
    name = str(pk)
    found = Found(
        id=name, size=len(members), forms=0, accounts=None, representative=name, sample="", first=None, last=None, step=0,
        timeline=[], keys=[Key(each.kind, each.token, each.items, each.accounts) for each in shared[:KEYS]], hubs=[], edges={},
        texts=[str(each.item.pk) for each in members],
    )  # fmt: skip
    drawn = {(each.kind, each.token) for each in shared[:KEYS]}
    rows = [
        (name, str(each.left), str(each.right), each.kind, each.token or None, each.distance)
        for each in edges
        if not each.token or (each.kind, each.token) in drawn
    ]
    types = (pl.String, pl.String, pl.String, pl.String, pl.String, pl.Float64)
    frame = pl.DataFrame(rows, schema=dict(zip(_EDGE, types, strict=True)), orient="row")
    return layout(Clusters([found], [], frame, len(members)), name, DOTS)


def _hours(times: list[datetime]) -> list[tuple[datetime, int]]:
    counts = Counter(time.replace(minute=0, second=0, microsecond=0) for time in times)
    return sorted(counts.items())


def _moments(times: list[datetime]) -> list[datetime]:
    """At most ``STEPS`` of the times at which items came, evenly by number; the last is among them."""
    step = max(1, -(-len(times) // STEPS))
    return sorted({times[min(place, len(times) - 1)] for place in range(step - 1, len(times) + step - 1, step)})
