"""What is looked at: items reported or flagged under the policies of spam in the last days, and all of the campaigns they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from watchfloor.detection.campaigns.models import Campaign, CampaignItem
from watchfloor.engines.campaigns import Texts
from watchfloor.items import keys, queries
from watchfloor.items.domain import Field
from watchfloor.items.media.models import MediaLink
from watchfloor.items.models import Item, ItemKey, ItemVersion
from watchfloor.kernel.errors import BadInput
from watchfloor.platform.among import among
from watchfloor.review.models import Case, Report, Signal

MOST = 50_000  # items at once, the newest
AT_ONCE = 5_000
SHARED = {keys.DEVICE: "device", keys.ADDRESS: "ip", keys.PAYMENT: "payment"}
APP = "client_app"
LIVE = (Campaign.State.OPEN, Campaign.State.WATCHED, Campaign.State.CLOSED)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An item as it is held against others."""

    item: UUID
    account: UUID
    at: datetime
    version: str
    text: str
    app: str = ""


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Items in the order in which they were first seen, the policy under which each was reported, and what they share."""

    items: list[Known]
    policies: dict[UUID, str]
    shared: dict[str, dict[UUID, str]]

    def texts(self) -> Texts:
        """As the engine takes them; ids are those of the items."""
        return Texts(
            texts=[each.text for each in self.items], ids=[str(each.item) for each in self.items],
            accounts=[str(each.account) for each in self.items], times=[each.at.timestamp() for each in self.items],
            keys={
                kind: [found.get(each.item) for each in self.items] for kind, found in sorted(self.shared.items())
            },
        )  # fmt: skip


def gather(since: datetime) -> Gathered:
    """What counts since then. Items that a restricted case is about stay out altogether."""
    policies = _reported(since)
    wanted = set(policies) | set(_members(since, list(policies)))
    found = _read(wanted)
    found.sort(key=lambda each: (each.at, each.item))
    found = found[-MOST:]
    pks = [each.item for each in found]
    shared = _shared(pks)
    shared["media"] = _media(found)
    shared["app"] = {each.item: each.app for each in found if each.app}
    return Gathered(items=found, policies=policies, shared=shared)


def _reported(since: datetime) -> dict[UUID, str]:
    of_case = {"case": OuterRef("pk")}
    lately = Exists(Report.objects.filter(**of_case, received_at__gte=since)) | Exists(
        Signal.objects.filter(**of_case, at__gte=since)
    )
    open_or_since = ~Q(state=Case.State.CLOSED) | Q(closed_at__gte=since)
    rows = Case.objects.filter(open_or_since, lately, policy_key__in=settings.CAMPAIGN_POLICIES, clearance="")
    return dict(rows.order_by("-pk").values_list("item_id", "policy_key")[: MOST * 2])


def _members(since: datetime, reported: list[UUID]) -> Iterable[UUID]:
    """Of campaigns that grew since then, that are reported again or that somebody watches: the earliest item stays in sight, and the id."""
    again = CampaignItem.objects.filter(among("item", reported)).values("campaign")
    live = (
        Q(campaign__state=Campaign.State.WATCHED)
        | Q(campaign__state__in=LIVE, campaign__last_at__gte=since)
        | Q(campaign__in=again)
    )
    return CampaignItem.objects.filter(live).values_list("item_id", flat=True)


def _read(wanted: set[UUID]) -> list[Known]:
    every, found = sorted(wanted), []
    hidden = Case.objects.filter(item=OuterRef("pk")).exclude(clearance="")
    for start in range(0, len(every), AT_ONCE):
        rows = list(Item.objects.filter(among("pk", every[start : start + AT_ONCE])).exclude(Exists(hidden)))
        versions = ItemVersion.objects.filter(
            among("pk", [row.current_version for row in rows]), erased_at__isnull=True
        )
        data = dict(versions.values_list("pk", "data"))
        for row in rows:
            if row.current_version not in data:
                continue
            held = data[row.current_version]
            app = held.get(APP)
            found.append(
                Known(
                    item=row.pk, account=row.author_id or row.pk, at=row.first_seen_at, version=row.current_version,
                    text=text_of(row.type_key, held), app=app.strip() if isinstance(app, str) else "",
                )
            )  # fmt: skip
    return found


def text_of(type_key: str, data: dict[str, Any]) -> str:
    """Title or name, and text."""
    try:
        fields: list[Field] = queries.item_type(type_key)[1]
    except BadInput:  # the type is gone
        return ""
    names = [field.name for field in fields if field.role in ("displayName", "text")]
    return "\n".join(value for name in names if isinstance(value := data.get(name), str) and value.strip())


def _shared(pks: list[UUID]) -> dict[str, dict[UUID, str]]:
    found: dict[str, dict[UUID, str]] = {kind: {} for kind in SHARED.values()}
    for start in range(0, len(pks), AT_ONCE):
        rows = ItemKey.objects.filter(among("item", pks[start : start + AT_ONCE]), kind__in=list(SHARED))
        for kind, key, item in rows.order_by("kind", "-key").values_list("kind", "key", "item_id"):
            found[SHARED[kind]][item] = f"{key & (2**64 - 1):016x}"
    return found


def _media(items: list[Known]) -> dict[UUID, str]:
    by_version = {each.version: each.item for each in items}
    found: dict[UUID, str] = {}
    versions = list(by_version)
    for start in range(0, len(versions), AT_ONCE):
        rows = MediaLink.objects.filter(among("item_version", versions[start : start + AT_ONCE]), media__clearance="")
        for version, media in rows.order_by("-media").values_list("item_version", "media"):
            found[by_version[version]] = str(media)
    return found
