"""Retention rules as data: how many days each kind of data is kept. Pure; what a kind is stands in ``law.retention``."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput

KINDS: Final = {
    "content": "what items looked like, once their cases are closed",
    "media": "pictures, video and sound of items, once their cases are closed",
    "reports": "who reported, and what they wrote, once the case is closed",
    "appeals": "what people wrote in appeals that are decided",
    "notices": "the words of notices that were sent",
    "notes": "what colleagues wrote on closed cases",
    "requests": "people's requests about their own data, once answered",
    "spool": "the raw bytes of what came in",
    "deliveries": "the words of messages the platform has confirmed, and each try to deliver them",
    "events": "platform events in the lake",
    "logs": "log files",
    "exports": "files that were exported",
    "sessions": "sessions that have run out",
}
LEAST_DAYS: Final = {"reports": 30, "content": 30, "appeals": 184, "notices": 184}


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many days for one kind of data; ``why`` names the ground, ``on`` switches it."""

    kind: str
    days: int
    why: str = ""
    on: bool = True


def read(document: dict[str, Any]) -> list[Rule]:
    """A document ``{"rules": [...]}`` as rules, in the order of ``KINDS``; every mistake is a ``BadInput`` that says where."""
    found: dict[str, Rule] = {}
    for place, entry in enumerate(document.get("rules", [])):
        where = f"rules[{place}]"
        try:
            rule = msgspec.convert(entry, Rule)
        except msgspec.ValidationError as wrong:
            raise BadInput("bad_rule", f"{wrong}.", where=where) from None
        if rule.kind not in KINDS:
            raise BadInput(
                "unknown_kind", f"{rule.kind!r} is no kind of data.", where=f"{where}.kind", hint="One of: " + ", ".join(KINDS)
            )  # fmt: skip
        if rule.kind in found:
            raise BadInput("kind_twice", f"Two rules speak of {rule.kind!r}.", where=where)
        least = LEAST_DAYS.get(rule.kind, 1)
        if not least <= rule.days <= 36_500:
            raise BadInput(
                "bad_days", f"{rule.kind} are kept for {least} to 36,500 days.", where=f"{where}.days",
                hint="People have six months to complain: what a complaint needs is kept at least as long.",
            )  # fmt: skip
        found[rule.kind] = rule
    return [found[kind] for kind in KINDS if kind in found]
