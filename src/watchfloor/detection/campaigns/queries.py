"""Readers of campaigns. Everything is counted over the items one may know of: a campaign is as large as what one sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from watchfloor.detection.campaigns.gathering import LIVE
from watchfloor.detection.campaigns.models import Campaign, CampaignItem
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.platform.among import among
from watchfloor.review.models import Case

SEES, ACTS = "case.view", "case.bulk"
FEWEST = 2  # of one item one sees nothing that hangs together
MOST = 500
SORTS = ("items", "accounts", "day", "first", "last")


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as one actor sees it.

    Attributes:
        items, accounts: of which the actor may know. day: items first seen within the last day.
        first, last: when the first and the last item was first seen.
        since: items that joined after its state was set (what came since it was closed).
    """

    campaign: Campaign
    items: int
    accounts: int
    day: int
    first: datetime
    last: datetime
    since: int


def members(actor: Actor) -> QuerySet[CampaignItem]:
    """The items of all campaigns that the actor may know of: of their markets, and none that a restricted case is about."""
    hidden = Case.objects.filter(item=OuterRef("item")).exclude(clearance="")
    return CampaignItem.objects.filter(access.rows(actor, SEES, market="item__market")).exclude(Exists(hidden))


def campaigns(actor: Actor, wanted: Mapping[str, str] | None = None) -> list[Sum]:
    """The largest first, or by ``sort``; filters ``state``, ``policy``, ``least`` (items), ``grows`` (in the last day)."""
    wanted = wanted or {}
    state = wanted.get("state", "")
    rows = Campaign.objects.filter(state=state) if state in LIVE else Campaign.objects.filter(state__in=LIVE[:2])
    if state == "all":
        rows = Campaign.objects.filter(state__in=LIVE)
    if policy := wanted.get("policy", ""):
        rows = rows.filter(policy_key=policy)
    least = wanted.get("least", "")
    found = [
        each for each in _sums(actor, rows)
        if each.items >= (int(least) if least.isdecimal() else FEWEST) and (wanted.get("grows") != "yes" or each.day)
    ]  # fmt: skip
    sort = wanted.get("sort", "")
    name = sort.removeprefix("-")
    if name not in SORTS:
        name, sort = "items", "-items"
    found.sort(key=lambda each: (getattr(each, name), each.campaign.pk), reverse=sort.startswith("-"))
    return found[:MOST]


def campaign(actor: Actor, pk: UUID) -> Sum:
    """One campaign.

    Raises:
        NotFound: there is none, it is part of another or fell apart, or the actor knows of fewer than two of its items.
    """
    found = _sums(actor, Campaign.objects.filter(pk=pk, state__in=LIVE))
    if not found:
        raise NotFound("no_campaign", "There is no such campaign.")
    return found[0]


def became(actor: Actor, pk: UUID) -> UUID | None:
    """The campaign that this one became part of, if the actor may know of that."""
    row = Campaign.objects.filter(pk=pk, state=Campaign.State.JOINED).first()
    if row is None or row.into is None:
        return None
    return row.into if _sums(actor, Campaign.objects.filter(pk=row.into)) else became(actor, row.into)


def items_of(actor: Actor, pk: UUID) -> list[CampaignItem]:
    """Its items with their accounts, in the order in which they were first seen."""
    rows = members(actor).filter(campaign=pk).select_related("item__author")
    return list(rows.order_by("item__first_seen_at", "item"))


def _sums(actor: Actor, rows: QuerySet[Campaign]) -> list[Sum]:
    known = {row.pk: row for row in rows}
    day = clock.now() - timedelta(days=1)
    counted = (
        members(actor)
        .filter(among("campaign", known))
        .values("campaign")
        .annotate(
            items=Count("pk"),
            accounts=Count(Coalesce("item__author", "item"), distinct=True),
            day=Count("pk", filter=Q(item__first_seen_at__gte=day)),
            first=Min("item__first_seen_at"),
            last=Max("item__first_seen_at"),
            since=Count("pk", filter=Q(joined_at__gt=Coalesce("campaign__changed_at", "campaign__found_at"))),
        )
    )
    return [
        Sum(
            campaign=known[row["campaign"]], items=row["items"], accounts=row["accounts"], day=row["day"], first=row["first"],
            last=row["last"], since=row["since"],
        )
        for row in counted
        if row["items"] >= FEWEST
    ]  # fmt: skip
