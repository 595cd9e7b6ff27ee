"""Ten weeks of cases in five markets, as the exporter writes facts; from a day on one market gets a third fewer. With the time that was
worked on them, and what was published of four vendors' exposure by the week: one of them is shown two fifths less from then on."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from watchfloor.insight import facts, lake
from watchfloor.insight.models import FactCursor, FactFile
from watchfloor.insight.schema import DIGEST, SCHEMA

CHANGED = datetime(2026, 11, 2, tzinfo=UTC)
TODAY = CHANGED + timedelta(days=21, hours=9)
SIZES = {"DE": 60, "FR": 45, "ES": 30, "IT": 50, "PL": 25}
LEFT = 2 / 3
HOURS = {"north": 40, "south": 30, "east": 50, "west": 20}  # of exposure a week, at severity 4
SHOWN = 0.6  # of it is left to north
WEEKS = range(-26, 4)


def written(changed: datetime = CHANGED, today: datetime = TODAY, before: int = 49) -> None:
    """Put them into an empty lake; up to the day before ``today``."""
    shutil.rmtree(facts.folder(), ignore_errors=True)
    lake.forget()
    chance = np.random.default_rng(11)
    rows: list[dict[str, Any]] = []
    days = before + (today - changed).days
    for number in range(days):
        day = (changed + timedelta(days=number - before)).replace(tzinfo=None)
        tide = (1.25 if day.weekday() < 5 else 0.7) * np.exp(chance.normal(0, 0.1))
        for market, size in SIZES.items():
            mean = size * tide * (LEFT if market == "DE" and number >= before else 1.0)
            for _ in range(int(chance.poisson(mean))):
                at = day + timedelta(seconds=int(chance.integers(0, 86_399)))
                rows.append(
                    dict.fromkeys(SCHEMA)
                    | {"type": "case.opened", "moment": at, "market": market, "queue": f"spam.{market}"}
                )
            worked = int(size * 3_600_000 / 20 * tide * (LEFT if market == "DE" and number >= before else 1.0))
            rows.append(
                dict.fromkeys(SCHEMA)
                | {"type": "job.decided", "moment": day + timedelta(hours=18), "market": market,
                   "vendor": "north" if market == "DE" else "south", "active_total_ms": worked}
            )  # fmt: skip
    for number in WEEKS:
        out = (changed + timedelta(days=7 * number + 7, hours=6)).replace(tzinfo=None)
        for vendor, hours in HOURS.items():
            share = float(np.exp(chance.normal(0, 0.04))) * (SHOWN if vendor == "north" and number >= 0 else 1.0)
            rows.append(
                dict.fromkeys(SCHEMA)
                | {"type": "wellbeing.week", "how": "exposure", "severity": 4, "moment": out, "vendor": vendor,
                   "active_ms": int(hours * share * 3_600_000)}
            )  # fmt: skip
    rows.sort(key=lambda row: row["moment"])
    for leaf, row in enumerate(rows):
        row["leaf"], row["event"], row["subject_kind"], row["subject"] = leaf, f"e{leaf}", "case", f"c{leaf}"
    FactFile.objects.bulk_create(facts.write(0, len(rows), rows))
    FactCursor.objects.update_or_create(pk=1, defaults={"leaf": len(rows), "columns": DIGEST, "exported_at": today})
    lake.forget()
