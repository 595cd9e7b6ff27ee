"""What the lists share: filters read from the address, keyset pages as links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import QueryDict

from watchfloor.items.models import Item, ItemVersion
from watchfloor.review import bench

CSV_ROWS = 10_000
EXCERPT = 140


def next_link(query: QueryDict, cursor: str) -> str | None:
    """The address of the next page."""
    return with_query(query, after=cursor) if cursor else None


def with_query(query: QueryDict, **changes: str) -> str:
    """This address with some parts changed; an empty value takes a part out."""
    kept = query.copy()
    for name, value in changes.items():
        if value:
            kept[name] = value
        else:
            kept.pop(name, None)
    return f"?{kept.urlencode()}"


def excerpts(found: Iterable[tuple[Item, str]]) -> dict[str, str]:
    """A short piece of text per item version, one query for all."""
    wanted = {version: item for item, version in found if version}
    rows = ItemVersion.objects.filter(pk__in=wanted, erased_at__isnull=True).values_list("pk", "data")
    return {version: excerpt(wanted[version], data) for version, data in rows}


def excerpt(item: Item, data: dict[str, Any]) -> str:
    """The first words of an item: its title or name, then its text."""
    _, fields = bench.fields_of(item.type_key)
    names = [field.name for field in fields if field.role in {"displayName", "text"}]
    parts = [data.get(name) for name in names] or [
        value for value in data.values() if isinstance(value, str) and not value.startswith("med_")
    ][:2]
    text = " · ".join(" ".join(part.split()) for part in parts if isinstance(part, str) and part.strip())
    return text[:EXCERPT] + ("…" if len(text) > EXCERPT else "")


def read_all(page: Callable[[str], Any], most: int = CSV_ROWS) -> Iterator[Any]:
    """All rows of a list, page after page, up to ``most``."""
    cursor, count = "", 0
    while True:
        found = page(cursor)
        for row in found.rows:
            yield row
            count += 1
            if count == most:
                return
        cursor = found.next
        if not cursor:
            return
