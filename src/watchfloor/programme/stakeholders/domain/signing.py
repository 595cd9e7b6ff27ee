"""What a sign-off is worth now: it stands for what was signed, and for nothing that came after."""

from __future__ import annotations

from collections.abc import Iterable

ASKED, GIVEN, REFUSED, EXPIRED = "asked", "given", "refused", "expired"


def worth(state: str, signed: str, now: str) -> str:
    """The state that counts: what was given or asked for another text than the present one is expired. A refusal stays one."""
    return state if signed == now or state == REFUSED else EXPIRED


def settled(states: Iterable[str]) -> str:
    """All of them as one: refused if anyone did, given when everyone asked has, else waiting; "none" when nobody was asked."""
    found = list(states)
    if not found:
        return "none"
    if REFUSED in found:
        return REFUSED
    return GIVEN if all(each == GIVEN for each in found) else "waiting"
