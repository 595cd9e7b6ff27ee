"""Verdicts: what makes one complete, what work follows it, and what an appeal's verdict says of the first one."""

from __future__ import annotations

from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_

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


# Whom a paused job waits for: key -> words.
WAITS_FOR: Final = {
    "reporter": N_("the reporter's answer"), "author": N_("the author's answer"), "authority": N_("an authority's answer"),
    "partner": N_("a partner outside"), "translation": N_("a translation from outside"), "other": N_("someone outside"),
}  # fmt: skip
