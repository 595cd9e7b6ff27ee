"""What people type of a restriction, as an action takes it; and back, to change one."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from watchfloor.detection.reputation.contracts import RestrictionIn
from watchfloor.detection.reputation.models import Restriction
from watchfloor.identity.mending import moment

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def read(typed: QueryDict) -> RestrictionIn:
    """Still unchecked, but for the moment it ends."""
    return RestrictionIn(
        subject=typed.get("subject", ""), value=typed.get("value", ""), actions=tuple(typed.getlist("actions")),
        effect=typed.get("effect", ""), reason=typed.get("reason", ""), limit=_number(typed.get("limit", "")),
        window=_number(typed.get("window", "")) * UNITS.get(typed.get("unit", "m"), 60), per=typed.get("per") or "account",
        policy=typed.get("policy", ""), owner=typed.get("owner", ""), expires_at=moment(typed.get("expires_at", ""), "expires_at"),
    )  # fmt: skip


def as_typed(row: Restriction) -> dict[str, Any]:
    """What a form that changes it begins with."""
    unit = next((name for name in ("d", "h", "m") if row.window and row.window % UNITS[name] == 0), "s")
    return {
        "subject": row.subject, "value": row.value, "actions": list(row.actions), "effect": row.effect, "reason": row.reason,
        "limit": row.limit or "", "window": row.window // UNITS[unit] or "", "unit": unit, "per": row.per, "policy": row.policy_key,
        "owner": row.owner, "expires_at": f"{row.expires_at:%Y-%m-%d}" if row.expires_at else "",
    }  # fmt: skip


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
