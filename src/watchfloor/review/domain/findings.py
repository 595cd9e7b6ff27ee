"""Verdicts: what makes one complete, what work follows it, and what an appeal's verdict says of the first one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_
from watchfloor.review.domain.clocks import APPEAL_WINDOW

VERDICTS: Final = ("violating", "clean", "unsure")
SKIP_REASONS: Final = {
    "language": N_("I do not read this language well enough"),
    "expertise": N_("I am not trained for this policy"),
    "conflict": N_("I know the people involved"),
    "wellbeing": N_("I need to step back from this"),
    "technical": N_("The item does not load or is damaged"),
    "other": N_("Another reason"),
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a decision that can be compared."""

    verdict: str
    violation: str = ""


def check(verdict: str, violation: str) -> None:
    """``BadInput`` unless the verdict is known and names a violation exactly when it is violating."""
    if verdict not in VERDICTS:
        raise BadInput(
            "unknown_verdict",
            f"{verdict[:40]!r} is no verdict.",
            where="verdict",
            hint=f"One of: {', '.join(VERDICTS)}.",
        )
    if verdict == "violating" and not violation:
        raise BadInput(
            "no_violation", "A violating decision must say what is violated.", where="violation_key",
            hint="Pick a violation type of the policy.",
        )  # fmt: skip
    if verdict != "violating" and violation:
        raise BadInput("needless_violation", f"A verdict of {verdict} names no violation.", where="violation_key")


def follow_up(kind: str, verdict: str) -> str:
    """What a verdict leads to: ``close``, or a further job of kind ``second``, ``escalation`` or ``appeal``."""
    if verdict != "unsure":
        return "close"
    if kind == "escalation":
        raise BadInput(
            "must_rule", "An escalation ends with violating or clean.", where="verdict", hint="Or hand the case back."
        )
    return {"review": "second", "second": "escalation", "appeal": "appeal"}[kind]


def appeal_outcome(first: Finding, then: Finding) -> str:
    """``upheld``, ``modified`` (violating still, but otherwise) or ``overturned``."""
    if first.verdict != then.verdict:
        return "overturned"
    return "upheld" if first.violation == then.violation else "modified"


def why_ineligible(
    *, by: str, verdict: str, origin: str, superseded: bool, decided_at: datetime, now: datetime, has_standing: bool
) -> str:
    """The reason an appeal cannot be heard, or ``""``. Authors appeal violating decisions, reporters clean ones."""
    if superseded:
        return N_("The decision no longer stands.")
    if origin == "appeal":
        return N_("The decision was itself made on appeal.")
    if origin == "undo" or verdict == "unsure":
        return N_("The decision found nothing that could be appealed.")
    if now - decided_at > APPEAL_WINDOW:
        return f"The decision was made more than {APPEAL_WINDOW.days} days ago."
    if (by == "author") != (verdict == "violating"):
        return N_("The decision went the appellant's way.")
    if not has_standing:
        return N_("The appellant is not the author.") if by == "author" else N_("The appellant did not report this.")
    return ""


# Whom a paused job waits for: key -> words.
WAITS_FOR: Final = {
    "reporter": N_("the reporter's answer"), "author": N_("the author's answer"), "authority": N_("an authority's answer"),
    "partner": N_("a partner outside"), "translation": N_("a translation from outside"), "other": N_("someone outside"),
}  # fmt: skip
