"""What routing may know of a case, now and then: one case's facts for the live table, a frame of the past for a backtest.

Looking things up costs; the live table says what it asks (``Plan.asks``), and the rest is left out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from watchfloor.engines.routing import LISTS, NUMBERS, TEXT, local
from watchfloor.items import live
from watchfloor.items import queries as items
from watchfloor.items.models import Item, ItemType, Label
from watchfloor.kernel import clock
from watchfloor.review.domain.routing import Facts
from watchfloor.review.models import Case, Signal
from watchfloor.workforce import queries as workforce

EVERYTHING = frozenset((*TEXT, *NUMBERS, *LISTS))


def facts_of(
    case: Case,
    *,
    kind: str = "review",
    reporter_kind: str = "",
    asks: Collection[str] = EVERYTHING,
    at: datetime | None = None,
) -> Facts:
    """What routing may know of a case; what is not in ``asks`` may be left out."""
    more: dict[str, Any] = {}
    if "item_type" in asks or "media" in asks:
        item = case.item
        more |= {"item_type": item.type_key, "media": media_of(item, case.item_version) if "media" in asks else ""}
    if "protected" in asks:
        more["protected"] = items.guarded([case.item]).get(case.item_id, "")
    if "signals" in asks:
        more["signals"] = _signals(case)
    if "hour" in asks or "weekday" in asks:
        more["hour"], more["weekday"] = local(at or clock.now(), case.market)
    if "vendors" in asks or "sites" in asks:
        more["vendors"], more["sites"] = workforce.covering(case.language, case.market)
    return Facts(
        policy=case.policy_key, harm_group=case.harm_group, market=case.market, language=case.language,
        severity=case.severity, channel=case.channel, reporter_kind=reporter_kind, surface=case.surface,
        clearance=case.clearance, reach=case.reach, reports=case.report_count, kind=kind, **more,
    )  # fmt: skip


def media_of(item: Item, version: str) -> str:
    """text | image | video | audio | live | link | app | account: by the item's type, and for what can carry media by its version."""
    known = items.types().get(item.type_key)
    fields = known[1] if known is not None else []
    found = media_of_type(item.kind, {field.name: field.type for field in fields})
    if live.may_be_live(item.type_key):
        return "live" if live.now(item) is not None else "video"  # over: a recording like any other
    if found != "text" or not {"images", "videos"} & {field.name for field in fields}:
        return found
    data = items.snapshot(version) or {}
    return "video" if data.get("videos") else "image" if data.get("images") else "text"


def media_of_type(kind: str, fields: dict[str, str]) -> str:
    """The medium of a type that has but one."""
    if kind in (ItemType.Kind.ACCOUNT, ItemType.Kind.APP):
        return str(kind)
    if fields.get("live") == "boolean":
        return "live"
    for medium in ("video", "audio", "image"):
        if fields.get(medium) == medium:
            return medium
    return "link" if fields.get("url") == "url" else "text"


def _signals(case: Case) -> tuple[str, ...]:
    now = clock.now()
    sources = set(Signal.objects.filter(case_id=case.pk).values_list("source", flat=True))
    labels = Label.objects.filter(item_id=case.item_id, removed_at__isnull=True).exclude(expires_at__lte=now)
    return tuple(sorted(sources | {f"label:{value}" for value in labels.values_list("value", flat=True)}))
