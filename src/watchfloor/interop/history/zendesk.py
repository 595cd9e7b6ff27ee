"""Zendesk's tickets by its incremental export: pages by cursor, until it says that the stream has ended.

``metric_sets`` come beside the tickets and are joined to them by ticket: reopenings, groups a ticket was in, the last solving. The export
speaks of the last minute too early, so the newest minute may come again: steps are recognised. Deleted tickets come as a status.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import httpx
import msgspec

from watchfloor.interop.history.calling import Caller, Refused

PAGE: Final = 1_000
MOST_PAGES: Final = 10_000


class Page(msgspec.Struct, frozen=True):
    """Rows with the names of their places, where to go on, and whether that was all for now."""

    rows: list[tuple[str, dict[str, Any]]]
    cursor: str
    last: bool


def pages(url: str, account: str, secret: str, cursor: str, *, start: int = 0) -> Iterator[Page]:
    """Pages from ``cursor``, or from ``start`` (seconds since 1970) where there is none yet."""
    with Caller(url, auth=httpx.BasicAuth(f"{account}/token", secret)) as caller:
        for _ in range(MOST_PAGES):
            query: dict[str, Any] = {"per_page": PAGE, "include": "metric_sets"}
            query |= {"cursor": cursor} if cursor else {"start_time": start}
            found = caller.ask("GET", "/api/v2/incremental/tickets/cursor.json", query=query).json()
            tickets = found.get("tickets")
            if not isinstance(tickets, list):
                raise Refused(200, "that is no page of tickets")
            metrics = {each.get("ticket_id"): each for each in found.get("metric_sets") or [] if isinstance(each, dict)}
            rows = [
                _row(each, metrics) for each in tickets if isinstance(each, dict) and each.get("status") != "deleted"
            ]
            after, ended = str(found.get("after_cursor") or cursor), bool(found.get("end_of_stream"))
            yield Page(rows, after, ended)
            if ended or after == cursor:
                return
            cursor = after


def _row(ticket: dict[str, Any], metrics: dict[Any, Any]) -> tuple[str, dict[str, Any]]:
    found = metrics.get(ticket.get("id"))
    return f"ticket {ticket.get('id')} {ticket.get('updated_at')}", {
        **ticket,
        "metric_set": found or ticket.get("metric_set") or {},
    }
