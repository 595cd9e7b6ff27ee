"""The settings of a bank checked: what cannot be is said in one sentence at its field."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from watchfloor.detection.banks.contracts import BankIn
from watchfloor.detection.banks.models import Bank
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies
from watchfloor.review import queries as review

_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
NAMES = [field for field in BankIn.__struct_fields__ if field != "key"]


def of(bank: Bank) -> BankIn:
    """A bank's settings as they are."""
    return BankIn(key=bank.key, **{name: getattr(bank, name) for name in NAMES})


def stored(settings: BankIn) -> Any:
    """As a version keeps them."""
    return msgspec.json.decode(msgspec.json.encode(settings))


def back(document: Any) -> BankIn:
    """From what a version keeps."""
    return msgspec.convert(document, BankIn)


def checked(settings: BankIn) -> BankIn:
    """The settings, trimmed.

    Raises:
        BadInput: one of them cannot be.
    """
    if len(settings.key) > 60 or not _KEY.fullmatch(settings.key):
        raise BadInput(
            "bad_key", f"{settings.key[:60]!r} is no key for a bank.", where="key",
            hint="Small letters and digits, with - or _ between, such as known-terror.",
        )  # fmt: skip
    name = " ".join(settings.name.split())
    if not name or len(name) > 120:
        raise BadInput("bad_name", "A bank needs a name of at most 120 characters.", where="name")
    for field, low, high in _BOUNDS:
        value = getattr(settings, field)
        if not low <= value <= high:  # NaN is in no bounds
            raise BadInput("out_of_bounds", f"{value} is not from {low} to {high}.", where=field)
    if settings.action not in Bank.Action.values:
        raise BadInput("unknown_action", f"{settings.action[:40]!r} is nothing a match can do.", where="action",
                       hint=f"One of: {', '.join(Bank.Action.values)}.")  # fmt: skip
    if settings.severity is not None and not 0 <= settings.severity <= 5:
        raise BadInput("out_of_bounds", "A severity is from 0 to 5.", where="severity")
    plain = msgspec.structs.replace(
        settings, name=name, purpose=settings.purpose.strip()[:300], owner=settings.owner.strip()[:120]
    )
    if settings.negative:
        return msgspec.structs.replace(plain, action="note", violation_key="", queue_key="")
    return _with_policy(plain)


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("ratio", 0, 1), ("radius", 0, 31), ("quality", 0, 100), ("text_within", 0, 0.6), ("frames", 1, 100), ("sample", 0, 1),
    ("flood_limit", 5, 1_000),
)  # fmt: skip


def _with_policy(settings: BankIn) -> BankIn:
    policy = policies.policy(settings.policy_key)  # BadInput names the known ones
    if settings.violation_key:
        if policies.violation(settings.violation_key).policy_key != settings.policy_key:
            raise BadInput(
                "other_policy",
                f"{settings.violation_key} is a violation type of another policy.",
                where="violation_key",
            )
    elif settings.action == "decide":
        raise BadInput("no_violation", "To decide by itself a bank needs the violation type.", where="violation_key")
    if settings.queue_key and (why := review.why_not_queue(settings.queue_key, settings.policy_key)):
        raise BadInput("no_queue", why, where="queue_key")
    if policy.clearance and not settings.clearance:  # known content under a restricted policy is restricted itself
        return msgspec.structs.replace(settings, clearance=policy.clearance)
    return settings
