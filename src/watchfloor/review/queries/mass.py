"""Reports by the thousand on one case: counted by reason, market, channel and hour; the latest; page by page."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import connection

from watchfloor.review.models import Case, Report
from watchfloor.review.queries.pages import Page, page

LATEST = 50
GROUPS = 30


class Mass(msgspec.Struct, frozen=True, kw_only=True):
    """A case's reports as numbers. ``hours`` are the latest ``GROUPS`` hours in which any came, oldest first."""

    total: int
    counted: int
    muted: int
    people: int
    reasons: tuple[tuple[str, int], ...]
    markets: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, int], ...]
    hours: tuple[tuple[datetime, int], ...]


def mass(case: Case) -> Mass:
    """All counts in one pass over the case's reports."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason_key, market, channel, date_trunc('hour', received_at), count(*),"
            " count(*) FILTER (WHERE counted), count(*) FILTER (WHERE outcome = 'muted'),"
            " grouping(reason_key, market, channel, date_trunc('hour', received_at)),"
            " CASE WHEN grouping(reason_key, market, channel, date_trunc('hour', received_at)) = 15"
            " THEN count(DISTINCT reporter) END"
            " FROM review_report WHERE case_id = %s GROUP BY GROUPING SETS"
            " ((reason_key), (market), (channel), (date_trunc('hour', received_at)), ())",
            [case.pk],
        )
        rows = cursor.fetchall()
    whole = next((row for row in rows if row[7] == 15), None)

    def of(which: int, column: int) -> tuple[tuple[str, int], ...]:
        found = [(row[column], row[4]) for row in rows if row[7] == which]
        return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0]))[:GROUPS])

    hours = sorted((row[3], row[4]) for row in rows if row[7] == 0b1110)[-GROUPS:]
    return Mass(
        total=whole[4] if whole else 0, counted=whole[5] if whole else 0, muted=whole[6] if whole else 0,
        people=(whole[8] or 0) if whole else 0, reasons=of(0b0111, 0), markets=of(0b1011, 1), channels=of(0b1101, 2),
        hours=tuple(hours),
    )  # fmt: skip


def reports(
    case: Case, *, reason: str = "", market: str = "", outcome: str = "", after: str = "", limit: int = LATEST
) -> Page[Report]:
    """The case's reports, newest first."""
    rows = Report.objects.filter(case=case).select_related("item")
    if reason:
        rows = rows.filter(reason_key=reason)
    if market:
        rows = rows.filter(market=market)
    if outcome:
        rows = rows.filter(outcome="" if outcome == "open" else outcome)
    return page(rows, ("-received_at", "-id"), after=after, limit=limit)
