"""The dimensions of a look for its events."""

from __future__ import annotations

from typing import Any

from watchfloor.quality.models import Look


def of_look(row: Look) -> dict[str, Any]:
    """As ``events.LookWork`` wants them."""
    return {
        "policy": row.policy_key, "market": row.market, "language": row.language, "vendor": row.vendor,
        "severity": row.severity, "queue": row.queue_key, "purpose": row.purpose, "origin": row.origin,
        "verdict": row.verdict, "violation": row.violation_key, "probability": row.probability,
    }  # fmt: skip
