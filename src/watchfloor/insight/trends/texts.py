"""The texts behind topics, read where they live: a report's note, or what was reported. Nothing is kept, so what is erased is gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from watchfloor.insight.trends.models import ITEM, NOTE, TopicText
from watchfloor.items.models import ItemVersion
from watchfloor.items.queries import types
from watchfloor.review.models import Report

READABLE = frozenset({"displayName", "text"})


def of_item(type_key: str, data: dict[str, Any]) -> str:
    """What an item says: its title or name and its text."""
    known = types().get(type_key)
    names = [field.name for field in known[1] if field.role in READABLE] if known else []
    parts = [data.get(name) for name in names] or [value for value in data.values() if isinstance(value, str)][:2]
    return "\n".join(part for part in parts if isinstance(part, str) and part.strip())


def of_versions(wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The text of item versions, given as (type, version); erased ones are missing."""
    kinds = {version: kind for kind, version in wanted if version}
    rows = ItemVersion.objects.filter(pk__in=kinds, erased_at__isnull=True).values_list("pk", "data")
    return {version: of_item(kinds[version], data) for version, data in rows if isinstance(data, dict)}


def of_rows(rows: Iterable[TopicText]) -> dict[int, str]:
    """The texts of topic rows (with ``item`` selected), by their ids; those that are gone are missing."""
    many = list(rows)
    notes = dict(
        Report.objects.filter(pk__in=[row.report_id for row in many if row.source == NOTE]).values_list("pk", "note")
    )
    versions = of_versions({(row.item.type_key, row.item_version) for row in many if row.source == ITEM})
    found = {
        row.pk: notes.get(row.report_id, "") if row.source == NOTE else versions.get(row.item_version, "")
        for row in many
    }
    return {pk: text for pk, text in found.items() if text}
