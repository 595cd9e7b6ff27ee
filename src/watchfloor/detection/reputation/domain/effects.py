"""What a restriction may do, to what people do, and what follows when several hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ALLOW, SLOW, CHALLENGE, REVIEW, DENY = "allow", "slow", "challenge", "review", "deny"
EFFECTS: Final = (ALLOW, SLOW, CHALLENGE, REVIEW, DENY)  # from mild to grave; ``allow`` is an exemption from all others
VERDICTS: Final = {SLOW: "slow", CHALLENGE: "challenge", REVIEW: "hold", DENY: "block"}  # as an answer calls them
ACTIONS: Final = ("sign_up", "post", "message", "follow", "report", "link", "media")


def gravest(effects: Iterable[str]) -> str:
    """The one that counts: an exemption before all, else the gravest; "" of none."""
    found = set(effects)
    if ALLOW in found:
        return ALLOW
    return max(found, key=EFFECTS.index, default="")
