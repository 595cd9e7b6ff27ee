"""A fortnight of facts written straight into the lake (quickly), with a spike in it whose cause is known."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from watchfloor.identity.domain import system
from watchfloor.insight import changes, facts
from watchfloor.insight.changes import ChangeIn
from watchfloor.insight.flatten import naive
from watchfloor.insight.models import FactCursor, FactFile
from watchfloor.insight.schema import SCHEMA
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 19, 20, 30, tzinfo=UTC)
SPIKE_AT = datetime(2026, 11, 19, 15, 10, tzinfo=UTC)
MARKETS, POLICIES = ("ES", "GB", "DE"), ("spam", "hate", "scam")


def fact(moment: datetime, type_: str, case: str, **more: Any) -> dict[str, Any]:
    return dict.fromkeys(SCHEMA) | {
        "event": str(new_id()),
        "moment": naive(moment),
        "type": type_,
        "case_id": case,
        **more,
    }


def poisson(chance: random.Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count, product = count + 1, product * chance.random()
    return count


def put(rows: list[dict[str, Any]]) -> None:
    """Into the lake, in the order of their time, as an export would."""
    cursor, _ = FactCursor.objects.get_or_create(pk=1)
    rows.sort(key=lambda row: row["moment"])
    for place, row in enumerate(rows):
        row["leaf"] = cursor.leaf + place
    FactFile.objects.bulk_create(facts.write(cursor.leaf, cursor.leaf + len(rows), rows))
    cursor.leaf, cursor.exported_at = cursor.leaf + len(rows), clock.now()
    cursor.save()


def fortnight(
    *, spike: float = 5.0, ends: datetime | None = None, days: int = 12, stuck: datetime | None = None
) -> list[dict[str, Any]]:
    """What came in and was decided, by the hour; from ``SPIKE_AT`` on so many times as much spam in Spain; from ``stuck`` on nobody
    decides hate in Germany."""
    chance = random.Random(7)
    rows: list[dict[str, Any]] = []
    hour = NOW.replace(minute=0) - days * DAY
    while hour < NOW:
        wave = 1 + 0.5 * math.sin((hour.hour - 9) / 24 * 2 * math.pi)
        for market in MARKETS:
            for policy in POLICIES:
                mean = 2.0 * wave
                dims = {"market": market, "policy": policy, "queue": f"{policy}.{market.lower()}", "channel": "user",
                        "language": market.lower(), "severity": 2}  # fmt: skip
                moments = [hour + HOUR * chance.random() for _ in range(poisson(chance, mean))]
                if (market, policy) == ("ES", "spam"):
                    extra = [hour + HOUR * chance.random() for _ in range(poisson(chance, mean * (spike - 1) + 4))]
                    moments += [at for at in extra if SPIKE_AT <= at < (ends or NOW)]
                for at in moments:
                    case = str(new_id())
                    rows.append(fact(at, "case.opened", case, **dims))
                    rows.append(fact(at, "job.ready", case, job_id=case, cause="new", **dims))
                    done = at + timedelta(minutes=20)
                    left = stuck is not None and done >= stuck and dims["queue"] == "hate.de"
                    if done < NOW and not left:
                        rows.append(fact(done, "job.decided", case, job_id=case, solves=True, vendor="alder", active_total_ms=60_000,
                                         age_ms=1_200_000, **dims))  # fmt: skip
        hour += HOUR
    return rows


def write_changes() -> dict[str, str]:
    """The true cause nine minutes before, and others that had nothing to do with it."""
    found = {}
    with writing(system("test")) as w:
        for name, minutes, kind, scope, effect in (
            ("true", 9, "rule", {"policy": ["spam"]}, "more"),
            ("elsewhere", 12, "rule", {"policy": ["hate"]}, "more"),
            ("opposite", 15, "rule", {"policy": ["spam"], "market": ["GB"]}, "less"),
            ("long_ago", 60 * 30, "rule", {"policy": ["spam"]}, "more"),
            ("afterwards", -45, "surge", {}, ""),
        ):
            row = changes.record(w, ChangeIn(
                kind=kind, title=f"Change {name}", starts_at=SPIKE_AT - timedelta(minutes=minutes), scope=scope, effect=effect,
                source="api",
            ))  # fmt: skip
            found[name] = f"{row.pk}"
    return found
