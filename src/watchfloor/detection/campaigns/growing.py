"""The loop's work: everything that counts is held together from scratch, and only what is different from before is written.

Ids do not depend on when this runs: a campaign is called by its earliest item. Where two become one, the older id stays.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from watchfloor.detection.campaigns.events import CampaignFound, CampaignStateChanged
from watchfloor.detection.campaigns.gathering import LIVE, Gathered, gather
from watchfloor.detection.campaigns.models import Campaign, CampaignEdge, CampaignItem
from watchfloor.detection.campaigns.tokens import token
from watchfloor.engines.campaigns import Campaign as Found
from watchfloor.engines.campaigns import Clusters, cluster
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform.among import among

LOCK = 0x63616D70  # one at a time, on all machines
AT_ONCE = 2_000
# Unrelated accounts up to which a key ties, below the engine's own where strangers share more: on a floor of mails relays, the
# addresses of mailing lists and the apps in use made one campaign of nine items in ten. An app is shown, and ties nothing.
CAPS = {"app": 0, "ip": 10, "email": 10}
Edge = tuple[UUID, UUID, str, str, float | None]


class Grown(msgspec.Struct, frozen=True, kw_only=True):
    """What a pass changed. ``items``: looked at; ``joined``, ``left``: memberships that began and ended."""

    items: int = 0
    found: int = 0
    joined: int = 0
    left: int = 0


def grow() -> Grown:
    """One pass; nothing when another process is at it."""
    actor = system("campaigns")
    with writing(actor) as w:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return Grown()
        seen = gather(clock.now() - timedelta(days=settings.CAMPAIGN_DAYS))
        return _write(w, seen, cluster(seen.texts(), caps=CAPS))


def _write(w: Writer, seen: Gathered, clusters: Clusters) -> Grown:
    now = clock.now()
    edges = _edges(clusters)
    before = dict(
        CampaignItem.objects.filter(among("item", [each.item for each in seen.items])).values_list("item", "campaign")
    )
    touched = set(before.values())
    rows = {
        row.pk: row
        for row in Campaign.objects.filter(among("pk", touched | {UUID(each.id) for each in clusters.campaigns}))
    }
    after: dict[UUID, UUID] = {}
    found = 0
    for each in clusters.campaigns:
        pk = UUID(each.id)
        after |= {UUID(item): pk for item in each.texts}
        if pk not in rows or rows[pk].state not in LIVE:
            rows[pk] = _begin(w, each, seen, rows.get(pk))
            found += 1
        _refresh(rows[pk], each)
    _end(w, [row for pk, row in rows.items() if pk in touched and pk not in set(after.values())], after)
    left = _leave(seen, before, after)
    joined = [
        CampaignItem(item_id=item, campaign_id=pk, joined_at=now, why=_why(item, edges.get(pk, set())))
        for item, pk in after.items()
        if before.get(item) != pk
    ]
    CampaignItem.objects.bulk_create(joined, batch_size=AT_ONCE)
    _write_edges(touched | set(after.values()), edges)
    return Grown(items=len(seen.items), found=found, joined=len(joined), left=left)


def _begin(w: Writer, each: Found, seen: Gathered, row: Campaign | None) -> Campaign:
    pk, now = UUID(each.id), clock.now()
    if row is not None:  # it had joined another, or was gone
        before = row.state
        w.update(row, state=Campaign.State.OPEN, into=None, changed_at=now, changed_by=w.actor)
        w.event(CampaignStateChanged(before=before, after=row.state), row)
        return row
    policies = Counter(seen.policies[UUID(item)] for item in each.texts if UUID(item) in seen.policies)
    policy = min(policies, key=lambda name: (-policies[name], name), default=settings.CAMPAIGN_POLICIES[0])
    row = w.create(
        Campaign, id=pk, policy_key=policy, state=Campaign.State.OPEN, found_at=now, changed_at=now, changed_by=w.actor
    )
    w.event(CampaignFound(policy=policy, items=each.size, accounts=each.accounts or 0), row)
    return row


def _refresh(row: Campaign, each: Found) -> None:
    """What anyone may work out again is not in the ledger."""
    last = datetime.fromtimestamp(each.last, UTC) if each.last is not None else None
    stands = UUID(each.representative)
    if (row.last_at, row.representative) != (last, stands):
        Campaign.objects.filter(pk=row.pk).update(last_at=last, representative=stands)


def _end(w: Writer, rows: list[Campaign], after: dict[UUID, UUID]) -> None:
    for row in rows:
        if row.state not in LIVE:
            continue
        before, into = row.state, after.get(row.pk)
        state = Campaign.State.JOINED if into else Campaign.State.GONE
        w.update(row, state=state, into=into, changed_at=clock.now(), changed_by=w.actor)
        w.event(CampaignStateChanged(before=before, after=state, into=str(into or "")), row)


def _leave(seen: Gathered, before: dict[UUID, UUID], after: dict[UUID, UUID]) -> int:
    gone = [item for item, pk in before.items() if after.get(item) != pk]
    CampaignItem.objects.filter(among("item", gone)).delete()
    # What is restricted or erased since is not among what was seen, yet may be a member of what was.
    hidden = CampaignItem.objects.filter(among("campaign", set(before.values())))
    others = set(hidden.values_list("item", flat=True)) - {each.item for each in seen.items}
    CampaignItem.objects.filter(among("item", others)).delete()
    return len(gone) + len(others)


def _edges(clusters: Clusters) -> dict[UUID, set[Edge]]:
    found: dict[UUID, set[Edge]] = {}
    for campaign, left, right, kind, value, distance in clusters.edges.iter_rows():
        held = token(kind, value) if value is not None else ""
        found.setdefault(UUID(campaign), set()).add((UUID(left), UUID(right), kind, held, distance))
    return found


def _write_edges(campaigns: set[UUID], edges: dict[UUID, set[Edge]]) -> None:
    known: dict[UUID, dict[Edge, int]] = {}
    rows = CampaignEdge.objects.filter(among("campaign", campaigns))
    for row in rows:
        edge = (row.left_id, row.right_id, row.kind, row.token, row.distance)
        known.setdefault(row.campaign_id, {})[edge] = row.pk
    stale = [
        pk for campaign, every in known.items() for edge, pk in every.items() if edge not in edges.get(campaign, set())
    ]
    CampaignEdge.objects.filter(among("pk", stale)).delete()
    CampaignEdge.objects.bulk_create(
        [
            CampaignEdge(campaign_id=pk, left_id=left, right_id=right, kind=kind, token=held, distance=distance)
            for pk, every in edges.items()
            for left, right, kind, held, distance in sorted(every - set(known.get(pk, ())), key=str)
        ],
        batch_size=AT_ONCE,
    )


def _why(item: UUID, edges: set[Edge]) -> str:
    """The strongest of the ties to what came before: a shared key says more than alike words."""
    kinds = {kind for _, right, kind, _, _ in edges if right == item}
    return min(kinds, key=lambda kind: ({"near": 2, "same": 1}.get(kind, 0), kind), default="first")
