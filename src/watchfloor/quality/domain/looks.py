"""A look's states, why it was made and what may have gone wrong. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

from watchfloor.kernel.words import N_

PURPOSES: Final = {"sample": N_("drawn"), "gold": N_("known answer"), "again": N_("a look at a look")}
STATES: Final = {
    "waiting": N_("waits"), "agreed": N_("found the same"), "differs": N_("found otherwise"), "settled": N_("settled"),
    "disputed": N_("disputed"), "void": N_("void"),
}  # fmt: skip
CAUSES: Final = {  # of a wrong decision, as whoever settles it sees it
    "policy_unclear": N_("The policy is unclear here"),
    "policy_old": N_("It was decided by an older text"),
    "not_known": N_("A part of the policy was not known"),
    "context": N_("Context was not looked at"),
    "language": N_("Language or culture was misread"),
    "hurry": N_("It was decided in a hurry"),
    "screen": N_("The page misled"),
    "rule": N_("A rule or model was wrong"),
    "other": N_("Another reason"),
}
DONE: Final = ("agreed", "differs", "settled", "disputed")  # they say something of the decision


class Finding(msgspec.Struct, frozen=True):
    """What can be compared."""

    verdict: str
    violation: str = ""


def same(one: Finding, other: Finding) -> bool:
    """Whether two findings say the same: the verdict and, where it violates, the violation type."""
    return one.verdict == other.verdict and (one.verdict != "violating" or one.violation == other.violation)


def confidence(score: float | None) -> str:
    """How sure detection was, in three words."""
    if score is None:
        return "none"
    return "high" if score >= 0.9 else "low"
