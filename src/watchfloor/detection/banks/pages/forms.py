"""The settings of a bank as a form: read from what was typed, and shown again as it was typed where something is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, time
from math import isfinite
from typing import Any

from django.http import QueryDict

from watchfloor.detection.banks import settings_of
from watchfloor.detection.banks.contracts import BankIn
from watchfloor.detection.banks.models import Bank
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.platform import datefields
from watchfloor.policy import queries as policies
from watchfloor.review import plan

FIELDS = ("key", *settings_of.NAMES)
_SHARES = ("ratio", "sample")
_WORDS = ("name", "purpose", "owner", "policy_key", "violation_key", "clearance", "action", "queue_key")
_WHOLE = ("radius", "quality", "frames", "flood_limit")


def typed(post: QueryDict, before: BankIn | None = None) -> dict[str, str]:
    """What stands in each field: what was typed, else what is."""
    base = before or BankIn(key="", name="")
    return {name: post.get(name, shown(name, getattr(base, name))) for name in FIELDS}


def shown(name: str, value: Any) -> str:
    """A setting as a field holds it: shares in per cent, days as dates."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    if name in _SHARES:
        return f"{value * 100:g}"
    if name == "expires_at":
        return str(value.date())
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(post: QueryDict, bank: Bank | None = None) -> BankIn:
    """The settings as typed. ``BadInput`` at the field that cannot be."""
    key, negative = (
        (bank.key, bank.negative) if bank is not None else (post.get("key", "").strip(), post.get("negative") == "on")
    )
    numbers: dict[str, Any] = {name: _number(post, name) / 100 for name in _SHARES}
    numbers |= {name: round(_number(post, name)) for name in _WHOLE}
    words: dict[str, Any] = {name: post.get(name, "").strip() for name in _WORDS}
    severity = post.get("severity", "")
    return BankIn(
        key=key, negative=negative, **numbers, text_within=_number(post, "text_within"),
        severity=whole(severity), expires_at=_day(post.get("expires_at", "")),
        **words,
    )  # fmt: skip


def options() -> dict[str, list[tuple[str, str]]]:
    """What can be chosen: policies, violation types, queues."""
    found = policies.all_policies()
    return {
        "policies": [(row.key, row.name) for row in found],
        "violations": [(kind.key, f"{row.name}: {kind.name}") for row in found for kind in policies.violations(row.key, "")],
        "queues": [(queue.key, queue.key) for queue in plan.live_queues() if queue.kind == "review"],
    }  # fmt: skip


def sentence(error: WatchfloorError) -> str:
    """The error and how to mend it."""
    return " ".join(part for part in (error.message, error.hint) if part)


def field_of(error: WatchfloorError, post: QueryDict) -> str:
    """The field of the forms on an entry (releasing it, taking it out) where an error belongs."""
    if error.where in ("limit", "flood_limit"):
        return "limit"
    return "release-why" if post.get("step") == "release" else "why"


def _number(post: QueryDict, name: str) -> float:
    text = post.get(name, "").replace(",", ".").strip()
    if not text:
        value = getattr(BankIn(key="", name=""), name)
        return float(value * 100 if name in _SHARES else value)
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):  # a word, "nan", "inf", or more digits than a number has
        raise BadInput("no_number", f"{text[:20]!r} is no number.", where=name)
    return number


def whole(text: str) -> int | None:
    """A whole number as typed; None where it is none that could be meant."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 10 else None


def limit(post: QueryDict) -> int | None:
    """The hits in an hour that an entry may have from now on; None where the field was left empty."""
    text = post.get("limit", "").strip()
    if text and whole(text) is None:
        raise BadInput("no_number", "The limit is a whole number, or nothing.", where="limit")
    return whole(text)


def _day(text: str) -> datetime | None:
    day = datefields.day_or_none(text, "expires_at")
    return None if day is None else datetime.combine(day, time(), UTC)
