"""JSON: campaigns, one with its items and edges, its state, and a cluster case of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from watchfloor.detection.campaigns import actions, queries, reading, restoring
from watchfloor.detection.campaigns.accounts import accounts
from watchfloor.detection.campaigns.api_rings import router as rings_router
from watchfloor.detection.campaigns.documents import document, summary
from watchfloor.identity.guard import needs
from watchfloor.kernel.ids import decode, encode

router = Router(tags=["campaigns"])
router.add_router("", rings_router)


class CampaignOut(Schema):
    """A campaign, counted over the items one may know of.

    ``last_day``: first seen within a day. ``since_state``: joined since its state was set.
    """

    id: UUID
    policy: str
    state: str
    items: int
    accounts: int
    last_day: int
    first_seen: datetime
    last_seen: datetime
    since_state: int


class CampaignMember(Schema):
    """An item of a campaign. ``why``: what ties it to what came before (``first``, ``same``, ``near``, or a kind of key)."""

    item: str
    type: str
    name: str
    account: str
    first_seen: datetime
    joined: datetime
    why: str
    app: str


class CampaignTie(Schema):
    """An edge: words alike (``distance`` 0 to 1) or a shared key; ``value`` where it stands in a text, ``token`` its keyed hash."""

    left: str
    right: str
    kind: str
    value: str
    token: str
    distance: float | None


class CampaignKey(Schema):
    """A key that items share."""

    kind: str
    value: str
    token: str
    items: int
    accounts: int


class CampaignWhole(CampaignOut):
    """A campaign with everything that holds it together."""

    members: list[CampaignMember]
    edges: list[CampaignTie]
    shared: list[CampaignKey]


class CampaignStateBody(Schema):
    """``state``: open, watched or closed; closing needs a reason."""

    state: str
    why: str = ""


class CampaignClusterBody(Schema):
    """A cluster case of its items, or (``of``: accounts) of who made them. ``share``: how much of it may be wrong; ``left``: only of
    what is not decided yet."""

    of: str = "items"
    name: str
    policy: str = ""
    share: float = 0.05
    left: bool = False


class CampaignClusterOut(Schema):
    """The cluster case: read its sample under ``/v1/clusters``."""

    cluster: UUID
    items: int
    sample: int


class CampaignDone(Schema):
    """What was decided of its items, what is left, and what of that joined after its cluster case was made."""

    violating: int
    clean: int
    left: int
    joined: int
    open: int
    cluster: UUID | None


class CampaignAccount(Schema):
    """An account of a campaign.

    ``decisions``: against it, that stand. ``left``: why nothing was done: ``joined``, ``read_clean``, ``clean``, ``guarded``,
    ``skipped`` (with ``said``), ``unasked``. ``doubts``: why it may not belong: ``before``, ``weak``, ``clean_item``, ``appeal``.
    """

    account: str
    name: str
    items: int
    first_item: datetime
    decisions: list[str]
    restored: str
    left: str
    said: str
    doubts: list[str]


class CampaignRestoreBody(Schema):
    """``reason``: ``taken_over`` (what was sent stays removed, and does not count) or ``not_part`` (that falls as well)."""

    accounts: list[str]
    reason: str
    why: str


class CampaignKept(Schema):
    """An account that was not restored."""

    account: str
    why: str


class CampaignRestored(Schema):
    """What came of it. ``forgiven``: strikes voided although what they were for stays removed."""

    accounts: int
    decisions: int
    forgiven: int
    kept: list[CampaignKept]


@router.get("/campaigns", response=list[CampaignOut], summary="List campaigns", operation_id="campaigns")
def campaigns(
    request: HttpRequest, state: str = "", policy: str = "", least: int = 2, grows: str = "", sort: str = "-items"
) -> Any:
    """The largest first; open and watched ones unless ``state`` says otherwise (``all``). Needs ``case.view``."""
    wanted = {"state": state, "policy": policy, "least": str(least), "grows": grows, "sort": sort}
    return [summary(each) for each in queries.campaigns(needs(request, queries.SEES), wanted)]


@router.get("/campaigns/{campaign_id}", response=CampaignWhole, summary="Read a campaign", operation_id="campaign")
def campaign(request: HttpRequest, campaign_id: UUID, as_of: datetime | None = None) -> Any:
    """With its items and edges, now or as of a moment. Needs ``case.view``."""
    return document(reading.seen(needs(request, queries.SEES), campaign_id, as_of))


@router.get(
    "/campaigns/{campaign_id}/done", response=CampaignDone, summary="What is left of a campaign", operation_id="campaign_done"
)  # fmt: skip
def campaign_done(request: HttpRequest, campaign_id: UUID) -> Any:
    """The completeness check after a decision. Needs ``case.view``."""
    actor = needs(request, queries.SEES)
    row = queries.campaign(actor, campaign_id).campaign
    found = actions.done(row, [each.item_id for each in queries.items_of(actor, campaign_id)])
    return CampaignDone(
        violating=found.violating, clean=found.clean, left=len(found.left), joined=len(found.joined), open=found.open,
        cluster=found.cluster.pk if found.cluster else None,
    )  # fmt: skip


@router.get(
    "/campaigns/{campaign_id}/accounts",
    response=list[CampaignAccount],
    summary="List a campaign's accounts",
    operation_id="campaign_accounts",
)
def campaign_accounts(request: HttpRequest, campaign_id: UUID) -> Any:
    """Who was acted on, who was not and why, and who may not belong. Needs ``case.bulk``."""
    return [
        CampaignAccount(
            account=encode("itm", each.item.pk), name=each.item.external_id, items=each.items, first_item=each.since,
            decisions=[encode("dec", pk) for pk in each.acted], restored=each.restored, left=each.left, said=each.said,
            doubts=list(each.signs),
        )
        for each in accounts(needs(request, queries.ACTS), campaign_id)
    ]  # fmt: skip


@router.post(
    "/campaigns/{campaign_id}/restore", response=CampaignRestored, summary="Restore accounts of a campaign", operation_id="campaign_restore"
)  # fmt: skip
def campaign_restore(request: HttpRequest, campaign_id: UUID, body: CampaignRestoreBody) -> Any:
    """Each in a transaction of its own, with a notice to whose it is. Needs ``case.bulk``."""
    actor = needs(request, queries.ACTS)
    chosen = [decode("itm", text) for text in body.accounts]
    done = restoring.restore(actor, campaign_id, chosen, reason=body.reason, why=body.why)
    return CampaignRestored(
        accounts=done.accounts, decisions=done.decisions, forgiven=done.forgiven,
        kept=[CampaignKept(account=encode("itm", key), why=why) for key, why in done.kept],
    )  # fmt: skip


@router.post(
    "/campaigns/{campaign_id}/state", response=CampaignOut, summary="Watch, close or open a campaign", operation_id="campaign_state"
)  # fmt: skip
def campaign_state(request: HttpRequest, campaign_id: UUID, body: CampaignStateBody) -> Any:
    """Needs ``case.bulk``."""
    actor = needs(request, queries.ACTS)
    actions.set_state(actor, campaign_id, body.state, body.why)
    return summary(queries.campaign(actor, campaign_id))


@router.post(
    "/campaigns/{campaign_id}/cluster",
    response={201: CampaignClusterOut},
    summary="Make a cluster case of a campaign",
    operation_id="campaign_cluster",
)
def campaign_cluster(request: HttpRequest, campaign_id: UUID, body: CampaignClusterBody) -> Any:
    """Nothing is decided by it. Needs ``case.bulk``."""
    actor = needs(request, queries.ACTS)
    row = actions.make_cluster(
        actor, campaign_id, name=body.name, policy_key=body.policy, share=body.share, left=body.left, of=body.of
    )
    return Status(201, CampaignClusterOut(cluster=row.pk, items=row.count, sample=row.sample_size))
