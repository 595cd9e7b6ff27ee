"""Weeks of decided jobs in four queues, written as the exporter writes them; from a day on one of them takes less time."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from watchfloor.insight import facts, lake
from watchfloor.insight.models import FactCursor, FactFile
from watchfloor.insight.schema import DIGEST, SCHEMA

TOUCHED, OTHERS = "spam.en", ("hate.en", "scam", "ip")
WEEKDAYS = (1.0, 1.05, 1.0, 0.95, 1.1, 0.6, 0.55)
SHARE = 0.16  # of the time in the touched queue that goes away


def history(last: date, shipped: date, *, weeks: int = 12, jobs: int = 30, hours: float = 34.8) -> float:
    """Facts up to ``last`` (with it); ``hours`` of work a day in the touched queue until ``shipped``. Returns agent-hours a month saved."""
    shutil.rmtree(facts.folder(), ignore_errors=True)
    chance, rows = random.Random(11), []
    for back in range(weeks * 7 - 1, -1, -1):
        day = last - timedelta(days=back)
        common = WEEKDAYS[day.weekday()] * (1 + 0.04 * chance.gauss(0, 1))
        for queue in (TOUCHED, *OTHERS):
            size = 1.0 if queue == TOUCHED else 0.6
            whole = hours * 3_600_000 * size * common * (1 + 0.015 * chance.gauss(0, 1))
            if queue == TOUCHED and day >= shipped:
                whole *= 1 - SHARE
            many = round(jobs * size)
            for number in range(many):
                at = datetime.combine(day, time(10, number % 60), UTC)
                rows.append(_decided(at, queue, round(whole / many)))
    for leaf, row in enumerate(rows):
        row["leaf"], row["event"] = leaf, f"e{leaf}"
    FactFile.objects.all().delete()
    FactFile.objects.bulk_create(facts.write(0, len(rows), rows))
    now = datetime.combine(last + timedelta(days=1), time(), UTC)
    FactCursor.objects.update_or_create(pk=1, defaults={"leaf": len(rows), "columns": DIGEST, "exported_at": now})
    lake.forget()
    return hours * sum(WEEKDAYS) / 7 * 30.4375 * SHARE


def _decided(at: datetime, queue: str, spent: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(SCHEMA)
    return row | {
        "type": "job.decided", "moment": at.replace(tzinfo=None), "subject_kind": "job", "subject": "", "queue": queue, "market": "US",
        "policy": "spam", "severity": 2, "active_ms": spent, "active_total_ms": spent, "solves": True, "kind": "review",
    }  # fmt: skip
