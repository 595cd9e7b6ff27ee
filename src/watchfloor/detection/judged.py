"""What people have judged: the standing word on each case, with what detection and reporters had said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.detection.domain.precision import Judged
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.review.models import Case, Decision, Job, Signal

BY_PEOPLE = ("human", "appeal", "undo")
FINAL = ("violating", "clean")


class JudgedCase(msgspec.Struct, frozen=True):
    """One judged case."""

    case: UUID
    item: UUID
    item_version: str
    market: str
    at: datetime
    seen: Judged


def cases(group: str, start: datetime, end: datetime, *, markets: Iterable[str] | None = None) -> list[JudgedCase]:
    """The cases of a harm group whose last standing word of a person fell in ``[start, end)``."""
    found = Decision.objects.filter(
        case__harm_group=group, origin__in=BY_PEOPLE, verdict__in=FINAL, superseded_at__isnull=True,
        at__gte=start, at__lt=end,
    )  # fmt: skip
    if markets is not None:
        found = found.filter(case__market__in=list(markets))
    rows = {row.case_id: row for row in found.select_related("case").order_by("at", "pk")}
    sources: dict[UUID, set[str]] = {}
    for case, source in Signal.objects.filter(case__in=list(rows)).values_list("case", "source"):
        sources.setdefault(case, set()).add(source)
    return [
        JudgedCase(
            case=pk, item=row.case.item_id, item_version=row.item_version, market=row.case.market, at=row.at,
            seen=Judged(row.verdict == "violating", frozenset(sources.get(pk, ())), row.case.report_count > 0),
        )
        for pk, row in rows.items()
    ]  # fmt: skip


_BY_SOURCE = """
SELECT source, count(*), count(*) FILTER (WHERE verdict = 'violating')
FROM (SELECT DISTINCT ON (wanted.source, word.case_id) wanted.source, word.verdict
      FROM review_decision AS word
      JOIN review_case AS judged ON judged.id = word.case_id
      JOIN review_signal AS signal ON signal.case_id = word.case_id
      JOIN unnest(%(sources)s::text[], %(groups)s::text[]) AS wanted (source, harm_group)
        ON wanted.source = signal.source AND wanted.harm_group = judged.harm_group
      WHERE word.origin = ANY(%(people)s) AND word.verdict = ANY(%(final)s) AND word.superseded_at IS NULL
        AND word.at >= %(start)s AND word.at < %(end)s
      ORDER BY wanted.source, word.case_id, word.at DESC, word.id DESC) AS last
GROUP BY source
"""


def by_source(wanted: Mapping[str, str], start: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """For each source of ``wanted`` (source -> harm group): the judged cases it pointed at, and how many were violating.

    The same cases as those of ``cases``, counted where they lie.
    """
    asked: dict[str, Any] = {
        "sources": list(wanted), "groups": list(wanted.values()), "people": list(BY_PEOPLE), "final": list(FINAL),
        "start": start, "end": end,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BY_SOURCE, asked)
        return {source: (count, right) for source, count, right in cursor.fetchall()}


def verdicts(items: Iterable[UUID], group: str) -> dict[UUID, bool]:
    """Items people have judged under a harm group: True where the standing word is violating."""
    found = Decision.objects.filter(
        case__item__in=list(items), case__harm_group=group, origin__in=BY_PEOPLE, verdict__in=FINAL,
        superseded_at__isnull=True,
    )  # fmt: skip
    rows = found.order_by("at", "pk").values_list("case__item", "verdict")
    return {item: verdict == "violating" for item, verdict in rows}


def overturn_rate(group: str, since: datetime) -> tuple[int, int, Interval | None]:
    """Of people's violating decisions of a harm group since then: how many fell on appeal, of how many, and the share."""
    decided = Decision.objects.filter(case__harm_group=group, origin="human", verdict="violating", at__gte=since)
    count = decided.count()
    fallen = decided.filter(superseded_by__origin="appeal", superseded_by__verdict="clean").distinct().count()
    return fallen, count, wilson(fallen, count) if count else None


def known_cases(items: Iterable[UUID], group: str, source: str) -> dict[UUID, list[tuple[datetime, datetime | None]]]:
    """When cases of these items were open, those left out that only ``source`` itself brought."""
    rows = list(Case.objects.filter(item__in=list(items), harm_group=group))
    by: dict[UUID, set[str]] = {}
    for case, name in Signal.objects.filter(case__in=[row.pk for row in rows]).values_list("case", "source"):
        by.setdefault(case, set()).add(name)
    found: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for row in rows:
        reported = row.channel != "rule" or row.report_count > 0
        if reported or by.get(row.pk, set()) - {source}:
            found.setdefault(row.item_id, []).append((row.opened_at, row.closed_at))
    return found


def job_times(queues: Iterable[str], since: datetime) -> dict[str, list[int]]:
    """Active milliseconds of the jobs people decided in these queues since then."""
    rows = Job.objects.filter(
        queue_key__in=list(queues), state="decided", decided_at__gte=since, active_ms__gt=0
    ).values_list("queue_key", "active_ms")
    found: dict[str, list[int]] = {}
    for queue, active in rows:
        found.setdefault(queue, []).append(active)
    return found
