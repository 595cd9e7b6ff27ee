"""What the lists share: filters read from the address, keyset pages as links, rows as CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.http import QueryDict, StreamingHttpResponse

from watchfloor.items.models import Item, ItemVersion
from watchfloor.review import bench

CSV_ROWS = 10_000
EXCERPT = 140
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """The rows as a download, streamed. A cell that a spreadsheet would run as a formula gets an apostrophe."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + writer.writerow(head)
        for row in rows:
            yield writer.writerow([cell(value) for value in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def cell(value: Any) -> str:
    """One value as text."""
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) and not isinstance(value, (int, float)) else text


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
    parts = [data.get(name) for name in names] or [value for value in data.values() if isinstance(value, str)][:2]
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
