"""What the items of a slice have in common that those before did not: values of their fields, by a sample; and clusters they are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from watchfloor.insight import catalogue, lake
from watchfloor.insight.compile import Ask, compile_rows
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes.stored import Shared, filters
from watchfloor.insight.spikes.table import RIGHTS
from watchfloor.items.models import ItemVersion
from watchfloor.items.queries import types
from watchfloor.kernel import clock
from watchfloor.review.models import Case
from watchfloor.review.models_many import ClusterItem

SAMPLE = 200
COMMON, RISE, FEWEST = 0.3, 0.25, 5
LONGEST = 60
# Roles whose values say who somebody is, or are what they wrote: never shown as "in common".
PERSONAL = {
    "text",
    "displayName",
    "author",
    "creatorId",
    "parentId",
    "serverId",
    "deviceId",
    "ip",
    "payment",
    "email",
    "phone",
    "url",
}
BEARING = (
    "client",
    "app",
    "surface",
    "platform",
    "version",
    "kind",
    "category",
    "locale",
    "language",
    "country",
    "os",
    "type",
)


def case_ids(metric: str, where: Mapping[str, str], start: datetime, end: datetime, limit: int = SAMPLE) -> list[UUID]:
    """The newest cases of a slice."""
    ask = Ask(start=naive(start), end=naive(end), asof=naive(clock.now()), where=filters(where), rights=RIGHTS)
    query = compile_rows(catalogue.metric(metric), ask, ("case_id",), limit=limit, offset=0)
    return list(dict.fromkeys(UUID(row[0]) for row in lake.answer(query, ask.start, ask.end) if row[0]))


def shared(
    metric: str, where: Mapping[str, str], start: datetime, end: datetime, shifts: Sequence[timedelta]
) -> tuple[int, list[Shared], list[UUID]]:
    """How many were sampled, what they share, and their items."""
    items = _items(case_ids(metric, where, start, end))
    earlier: list[UUID] = []
    for shift in shifts[:4]:
        earlier += _items(case_ids(metric, where, start - shift, end - shift, SAMPLE // 4))
    now, before = _values(items), _values(earlier)
    found = []
    for (field, value), count in now.items():
        share, was = count / max(len(items), 1), before.get((field, value), 0) / max(len(earlier), 1)
        if count >= FEWEST and share >= COMMON and share - was >= RISE:
            found.append(Shared(field=field, value=value, share=share, before=was, count=count))
    found.sort(key=lambda each: -(each.share - each.before))
    return len(items), found[:6], items


def clusters(items: Sequence[UUID]) -> list[str]:
    """Names of clusters that hold several of them."""
    rows = ClusterItem.objects.filter(item_id__in=list(items)).values_list("cluster__name", flat=True)
    return [name for name, count in Counter(rows).most_common(3) if count >= FEWEST]


def _items(cases: Sequence[UUID]) -> list[UUID]:
    known = Case.objects.filter(pk__in=list(cases), clearance="").values_list("item_id", flat=True)
    return list(dict.fromkeys(known))


def _values(items: Sequence[UUID]) -> Counter[tuple[str, str]]:
    """How many of the items have each value in a field that tells of where a thing came from."""
    found: Counter[tuple[str, str]] = Counter()
    rows = ItemVersion.objects.filter(item_id__in=list(items), erased_at__isnull=True).order_by("seen_at")
    newest: dict[UUID, tuple[str, dict[str, Any]]] = {}
    for item_id, type_key, data in rows.values_list("item_id", "item__type_key", "data"):
        newest[item_id] = (type_key, data)
    known = types()
    for type_key, data in newest.values():
        fields = known[type_key][1] if type_key in known else []
        for field in fields:
            value = data.get(field.name)
            if (
                isinstance(value, (str, int, bool)) and str(value) and len(str(value)) <= LONGEST
                and field.role not in PERSONAL and any(word in field.name.lower() for word in BEARING)
            ):  # fmt: skip
                found[(field.name, str(value))] += 1
    return found
