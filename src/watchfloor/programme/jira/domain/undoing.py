"""Taking back what a person picked: what each side must get again, or why it no longer can be.

A settlement made one value give way. It can be taken back as long as both sides still hold what it left there, or what they had before
(it was never carried): then each side gets its own value again and the question is open as it was. A value that changed since is nobody's
to write over, so then nothing is done.
"""

from __future__ import annotations

from typing import Final

import msgspec

CHANGED_HERE: Final = "changed_here"
CHANGED_THERE: Final = "changed_there"
RICH: Final = "rich"
NO_STEP: Final = "no_step"
REFUSED: Final = "refused"


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement as it is kept. ``kind``: both, richer or overwritten; ``side``: ours or theirs; ``rich``: theirs said more than text."""

    kind: str
    side: str
    ours: str
    theirs: str
    rich: bool = False


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """What is written ``here`` and ``there`` (None: it stands already), or ``why`` nothing can be."""

    here: str | None = None
    there: str | None = None
    why: str = ""


def back(was: Settled, *, ours: str, theirs: str) -> Back:
    """What to write, given both values as they are now."""
    kept = was.ours if was.side == "ours" else was.theirs
    if was.kind == "overwritten":  # before a person picked, both sides had ours
        if ours != kept:
            return Back(why=CHANGED_HERE)
        if theirs not in (was.ours, kept):
            return Back(why=CHANGED_THERE)
        return Back(here=was.ours if ours != was.ours else None, there=was.ours if theirs != was.ours else None)
    if ours not in (was.ours, kept):
        return Back(why=CHANGED_HERE)
    if theirs not in (was.theirs, kept):
        return Back(why=CHANGED_THERE)
    there = was.theirs if theirs != was.theirs else None
    if there is not None and was.rich:
        return Back(why=RICH)
    return Back(here=was.ours if ours != was.ours else None, there=there)
