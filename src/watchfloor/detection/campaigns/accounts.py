"""The accounts of a campaign: who was acted on, who was not and why, and of whom one may doubt that they belong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Count, Q

from watchfloor.detection.campaigns import queries
from watchfloor.detection.campaigns.models import Campaign, CampaignEdge, CampaignItem, CampaignRestore
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.platform.among import among
from watchfloor.policy import queries as policies
from watchfloor.review.bulk import choosing
from watchfloor.review.models import Appeal, BatchRow, Cluster, ClusterItem, Decision

SOURCE = "campaign"
FAR = 0.35  # of all pieces of two texts that are nearly the same: beyond, the tie is weak
OLD = timedelta(days=30)  # known so long before the campaign began
OWN = 3  # other items before the campaign that speak of a life of its own
SIGNS = ("before", "weak", "clean_item", "appeal")
LEFT = ("joined", "read_clean", "clean", "guarded", "skipped", "unasked")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account of a campaign.

    Attributes:
        items: its items in the campaign. since: when the first of them was seen.
        acted: decisions against the account that stand, newest last. found: those against its items of the campaign.
        restored: why it was restored ("" it was not).
        left: why nothing was done to it, one of ``LEFT`` ("" something was, or it was restored). said: in a batch's own words.
        signs: of ``SIGNS``, why one may doubt that it belongs: it was there and wrote other things long ``before``, its ties are all
            ``weak``, one of its items was found clean, or it appeals.
    """

    item: Item
    items: int
    since: datetime
    acted: tuple[UUID, ...]
    found: tuple[UUID, ...]
    restored: str
    left: str
    said: str
    signs: tuple[str, ...]


def accounts(actor: Actor, pk: UUID) -> list[Account]:
    """All of whom the actor may know, those with the most signs first, then in the order in which they came.

    Raises:
        NotFound: the actor knows of no such campaign.
    """
    campaign = queries.campaign(actor, pk).campaign
    members = queries.items_of(actor, pk)
    of: dict[UUID, list[CampaignItem]] = defaultdict(list)
    rows: dict[UUID, Item] = {}
    for row in members:
        account = row.item.author or row.item
        if account.kind == "account":
            rows[account.pk] = account
            of[account.pk].append(row)
    known = choosing.open_to(actor, list(rows))
    rows = {key: row for key, row in rows.items() if key in known}
    decided = _decisions(campaign, [*rows, *(row.item_id for key in rows for row in of[key])])
    restored = dict(CampaignRestore.objects.filter(campaign=pk).order_by("at").values_list("account", "reason"))
    why = _why_left(campaign, rows, decided)
    signs = _signs(campaign, rows, of, decided)
    made = []
    for key, account in rows.items():
        acted = tuple(pk for pk, verdict in decided.get(key, ()) if verdict == "violating")
        own = [each.item_id for each in of[key] if each.item_id != key]
        found = tuple(pk for item in own for pk, verdict in decided.get(item, ()) if verdict == "violating")
        back = "" if acted else restored.get(key, "")
        left, said = ("", "") if acted or back else why[key]
        made.append(
            Account(
                item=account, items=len(of[key]), since=of[key][0].item.first_seen_at, acted=acted, found=found, restored=back,
                left=left, said=said, signs=signs[key],
            )
        )  # fmt: skip
    return sorted(made, key=lambda each: (-len(each.signs), each.since, each.item.pk))


def of_campaign(actor: Actor, pk: UUID) -> list[UUID]:
    """The accounts that made its items, each once, in the order in which they came."""
    made = (row.item.author or row.item for row in queries.items_of(actor, pk))
    return list(dict.fromkeys(each.pk for each in made if each.kind == "account"))


def clusters_of(campaign: Campaign) -> list[Cluster]:
    """Cluster cases made of it, or of what has become part of it; the newest first."""
    names = [str(campaign.pk), *map(str, Campaign.objects.filter(into=campaign.pk).values_list("pk", flat=True))]
    rows = Cluster.objects.filter(source=SOURCE, about__in=names).exclude(state=Cluster.State.DROPPED)
    return list(rows.order_by("-made_at"))


def _decisions(campaign: Campaign, wanted: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Standing decisions that have to do with the campaign, oldest first: made with it, or under its harm group. (decision, verdict)

    What else an account was found guilty of is another matter.
    """
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    batches = [row.batch_id for row in clusters_of(campaign) if row.batch_id]
    with_it = Q(pk__in=BatchRow.objects.filter(batch__in=batches, decision_id__isnull=False).values("decision_id"))
    about = with_it | Q(case__harm_group=policies.policy(campaign.policy_key).harm_group)
    rows = Decision.objects.filter(
        about, among("case__item", wanted), superseded_at__isnull=True, case__clearance=""
    )  # fmt: skip
    for item, pk, verdict in rows.order_by("at", "pk").values_list("case__item", "pk", "verdict"):
        if verdict != "unsure":
            found.setdefault(item, []).append((pk, verdict))
    return found


def _why_left(
    campaign: Campaign, rows: dict[UUID, Item], decided: dict[UUID, list[tuple[UUID, str]]]
) -> dict[UUID, tuple[str, str]]:
    made = ClusterItem.objects.filter(cluster__in=clusters_of(campaign), item__type_key__in=_account_types())
    read = dict(made.order_by("cluster__made_at").values_list("item", "verdict"))
    batches = [row.batch_id for row in clusters_of(campaign) if row.batch_id]
    skipped = dict(BatchRow.objects.filter(batch__in=batches, state=BatchRow.State.SKIPPED).values_list("item", "why"))
    guarded = items.guarded(rows.values())
    found = {}
    for key in rows:
        said = skipped.get(key, "")
        if read and key not in read:
            left = "joined"
        elif any(verdict == "clean" for _, verdict in decided.get(key, ())):
            left = "clean"
        elif read.get(key) == "clean":
            left = "read_clean"
        elif key in guarded:
            left = "guarded"
        else:
            left = "skipped" if said else "unasked"
        found[key] = (left, said if left == "skipped" else "")
    return found


def _signs(
    campaign: Campaign,
    rows: dict[UUID, Item],
    of: dict[UUID, list[CampaignItem]],
    decided: dict[UUID, list[tuple[UUID, str]]],
) -> dict[UUID, tuple[str, ...]]:
    strong = _strongly_tied(campaign)
    began = min(row.item.first_seen_at for each in of.values() for row in each) if of else None
    others = Counter[UUID]()
    if began is not None:
        before = Item.objects.filter(among("author", list(rows)), first_seen_at__lt=began)
        others.update(dict(before.values_list("author").annotate(n=Count("pk"))))
    appeals = set(
        Appeal.objects.filter(
            among("case__item", list(rows)), state__in=("filed", "queued")
        ).values_list("case__item", flat=True)
    )  # fmt: skip
    found: dict[UUID, tuple[str, ...]] = {}
    for key, row in rows.items():
        own = [each.item_id for each in of[key]]
        lived = began is not None and row.first_seen_at < began - OLD and others[key] >= OWN
        said = {
            "before": lived,
            "weak": not any(item in strong for item in own),
            "clean_item": any(verdict == "clean" for item in own for _, verdict in decided.get(item, ())),
            "appeal": key in appeals,
        }
        found[key] = tuple(name for name in SIGNS if said[name])
    return found


def _strongly_tied(campaign: Campaign) -> set[UUID]:
    """Items that share a key or the very words with another of the campaign, or most of the words."""
    edges = CampaignEdge.objects.filter(campaign=campaign).exclude(kind="near", distance__gt=FAR)
    return {pk for pair in edges.values_list("left", "right") for pk in pair}


def _account_types() -> Sequence[str]:
    return [key for key, (row, _) in items.types().items() if row.kind == "account"]
