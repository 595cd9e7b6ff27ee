"""What people do with campaigns: watch, close, reopen, and make a cluster case of one; and what is left to do afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from watchfloor.detection.campaigns import accounts, queries
from watchfloor.detection.campaigns.events import CampaignStateChanged
from watchfloor.detection.campaigns.models import Campaign
from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.platform.among import among
from watchfloor.policy import queries as policies
from watchfloor.review import clusters
from watchfloor.review.models import Case, Cluster, ClusterItem, Decision

OF = ("items", "accounts")
TO_DO = ("joined", "unasked", "skipped")  # why nothing was done to accounts that may be asked about (again)
BY_HAND = (Campaign.State.OPEN, Campaign.State.WATCHED, Campaign.State.CLOSED)


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How complete it is: which of its items were found violating or clean, and which nobody has decided.

    Attributes:
        joined: of those not decided, the ones that are in no cluster case of this campaign: they joined since, or were left out.
        left: undecided, in the order in which they were first seen. open: how many of them have an open case.
        cluster: the newest cluster case made of it.
    """

    violating: int
    clean: int
    left: list[UUID]
    joined: list[UUID]
    open: int
    cluster: Cluster | None


def set_state(actor: Actor, pk: UUID, state: str, why: str = "") -> Campaign:
    """Watch it, close it, open it again.

    Raises:
        BadInput: no such state, or closing without a reason. Conflict: it became part of another meanwhile.
        NotFound: the actor knows of no such campaign.
    """
    _must(actor)
    queries.campaign(actor, pk)
    if state not in BY_HAND:
        raise BadInput("unknown_state", f"{state[:20]!r} is nothing a campaign can be set to.", where="state",
                       hint=f"One of: {', '.join(BY_HAND)}.")  # fmt: skip
    if state == Campaign.State.CLOSED and not why.strip():
        raise BadInput("missing_why", "Say why it is closed, so that the next one understands.", where="why")
    with writing(actor, reason=" ".join(why.split())[:200]) as w:
        row = Campaign.objects.select_for_update().get(pk=pk)
        before = row.state
        if before not in BY_HAND:
            raise Conflict("not_there", "The campaign became part of another, or fell apart.")
        if before != state:
            w.update(row, state=state, changed_at=clock.now(), changed_by=w.actor)
            w.event(CampaignStateChanged(before=before, after=state), row)
    return row


def make_cluster(
    actor: Actor,
    pk: UUID,
    *,
    name: str,
    policy_key: str = "",
    share: float = 0.05,
    left: bool = False,
    of: str = "items",
) -> Cluster:
    """A cluster case of its items, or (``of="accounts"``) of the accounts that made them, by ``review.clusters.make``.

    ``left``: only of those that are not decided yet, and nobody has left out. Nothing is decided by it.

    Raises:
        NotFound: the actor knows of no such campaign. BadInput, Forbidden: as ``review.clusters.make``.
    """
    _must(actor)
    total = queries.campaign(actor, pk)
    return clusters.make(
        actor, chosen(actor, total, left=left, of=of), name=name, policy_key=policy_key or total.campaign.policy_key,
        source=accounts.SOURCE, about=str(pk), share=share,
    )  # fmt: skip


def chosen(actor: Actor, total: queries.Sum, *, left: bool = False, of: str = "items") -> list[UUID]:
    """The items, or accounts, that a cluster case of it would have."""
    if of not in OF:
        raise BadInput(
            "unknown_members", f"{of[:20]!r} is nothing a campaign has.", where="of", hint=f"One of: {', '.join(OF)}."
        )
    if of == "accounts":
        if not left:
            return accounts.of_campaign(actor, total.campaign.pk)
        every_account = accounts.accounts(actor, total.campaign.pk)
        return [each.item.pk for each in every_account if each.left in TO_DO]
    every = [row.item_id for row in queries.items_of(actor, total.campaign.pk)]
    return done(total.campaign, every).left if left else every


def done(campaign: Campaign, items: Sequence[UUID]) -> Done:
    """What was decided of these items under the campaign's harm group, and what is left."""
    group = policies.policy(campaign.policy_key).harm_group
    verdicts = dict(
        Decision.objects.filter(among("case__item", items), case__harm_group=group, superseded_at__isnull=True)
        .filter(verdict__in=("violating", "clean"))
        .order_by("at")
        .values_list("case__item", "verdict")
    )
    left = [item for item in items if item not in verdicts]
    made = accounts.clusters_of(campaign)
    in_any = set(ClusterItem.objects.filter(cluster__in=made).values_list("item_id", flat=True))
    authors = dict(Item.objects.filter(among("pk", left)).values_list("pk", "author"))
    waiting = Case.objects.filter(among("item", left), harm_group=group).exclude(state=Case.State.CLOSED)
    return Done(
        violating=sum(verdict == "violating" for verdict in verdicts.values()),
        clean=sum(verdict == "clean" for verdict in verdicts.values()),
        left=left, joined=[item for item in left if not in_any & {item, authors.get(item)}] if in_any else [],
        open=waiting.count(), cluster=made[0] if made else None,
    )  # fmt: skip


def _must(actor: Actor) -> None:
    if not actor.has(queries.ACTS):
        raise Forbidden(
            "no_permission", "Your roles do not include orders over many cases.", hint="It needs case.bulk."
        )
