"""Pages of a list: every row on exactly one of them, and nonsense in the address is the first page."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from watchfloor.platform.paging import paged


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20, 21])
def test_the_next_links_lead_through_every_row_once(count: int) -> None:
    rows, seen, query = list(range(count)), [], "state=open"
    while True:
        shown = paged(rows, QueryDict(query), size=10)
        seen += shown.rows
        if shown.pager is None or shown.pager["next"] is None:
            break
        query = shown.pager["next"].removeprefix("?")
        assert "state=open" in query
    assert seen == rows


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "9" * 40, "²"])
def test_nonsense_is_the_first_page(page: str) -> None:
    query = QueryDict(mutable=True)
    query["page"] = page
    assert paged([1, 2, 3], query, size=2).rows == [1, 2]


def test_beyond_the_end_there_is_a_way_back() -> None:
    shown = paged([1, 2, 3], QueryDict("page=9"), size=2)
    assert shown.rows == []
    assert shown.pager is not None and shown.pager["next"] is None and shown.pager["previous"] == "?page=8"
