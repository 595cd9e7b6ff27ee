"""A list shown a page at a time: ``?page=``, and what the table's foot says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict


class Shown(NamedTuple):
    """The rows of one page, and the foot for ``ui.data_table``; no foot where everything is on the page."""

    rows: list[Any]
    pager: dict[str, Any] | None


def paged(found: QuerySet[Any] | Sequence[Any], query: QueryDict, size: int = 100) -> Shown:
    """The page that the address asks for (the first where it asks for none, or for nonsense).

    Rows are not counted: one more than fits is read, which says whether there is a next page.
    """
    asked = query.get("page", "")
    page = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
    start = (page - 1) * size
    rows = list(found[start : start + size + 1])
    more, rows = len(rows) > size, rows[:size]
    if page == 1 and not more:
        return Shown(rows, None)
    foot = {
        "start": start + 1 if rows else start, "end": start + len(rows), "total": None,
        "previous": _at(query, page - 1) if page > 1 else None, "next": _at(query, page + 1) if more else None,
    }  # fmt: skip
    return Shown(rows, foot)


def _at(query: QueryDict, page: int) -> str:
    kept = query.copy()
    kept["page"] = str(page)
    return f"?{kept.urlencode()}"
