"""A scorecard: what is looked at beside the verdict, what each part weighs, and which part fails the whole. Pure.

The score of a decision is the weighted mean of its marks, each as a share of its scale, over the parts that apply; a critical part that is
marked nought makes it nought. A part may apply to some decisions only, so that a score is not lowered by what could not be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_

MOST: Final = 20
SCALES: Final = {2: N_("no or yes"), 3: N_("three steps"), 4: N_("four steps"), 5: N_("five steps")}
WHEN: Final = {
    "always": N_("every decision"), "violating": N_("violating ones"), "clean": N_("clean ones"),
    "wrong": N_("wrong ones"),
}  # fmt: skip
NOT_ASKED: Final = "-"  # the mark of a part that does not apply to this very decision


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is looked at.

    Attributes:
        key: by which marks are kept; it stays when the name changes.
        weight: against the other parts.
        scale: steps, from 0 to ``scale - 1``.
        critical: nought here is nought for the whole.
        when: of ``WHEN``.
    """

    key: str
    name: str
    weight: float = 1.0
    scale: int = 2
    critical: bool = False
    when: str = "always"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A scorecard; a decision passes from the score ``passes`` on."""

    parts: tuple[Part, ...] = ()
    passes: float = 0.8


class Score(msgspec.Struct, frozen=True):
    """What marks come to: between 0 and 1, and whether a critical part failed it."""

    value: float
    failed: bool
    passed: bool


def check(card: Card) -> None:
    """``BadInput`` for a card that cannot be marked."""
    if not card.parts or len(card.parts) > MOST:
        raise BadInput("bad_parts", f"A scorecard has between 1 and {MOST} parts.", where="parts")
    if not 0 < card.passes <= 1:
        raise BadInput("bad_passes", "A decision passes from a score above 0 and at most 1.", where="passes")
    seen: set[str] = set()
    for number, part in enumerate(card.parts):
        where = f"parts[{number}]"
        if not part.name.strip() or len(part.name) > 120:
            raise BadInput("bad_name", "A part has a name of at most 120 characters.", where=f"{where}.name")
        if not part.key or len(part.key) > 40 or part.key in seen:
            raise BadInput("bad_key", "Each part has a key of its own, of at most 40 characters.", where=f"{where}.key")
        if not 0 < part.weight <= 100:
            raise BadInput("bad_weight", "A part weighs more than 0 and at most 100.", where=f"{where}.weight")
        if part.scale not in SCALES:
            raise BadInput("bad_scale", f"{part.scale} is no scale.", where=f"{where}.scale", hint="2, 3, 4 or 5")
        if part.when not in WHEN:
            raise BadInput(
                "bad_when", f"{part.when[:20]!r} is no kind of decision.", where=f"{where}.when", hint=", ".join(WHEN)
            )
        seen.add(part.key)


def asked(card: Card, *, verdict: str, wrong: bool) -> list[Part]:
    """The parts that apply to a decision."""
    return [part for part in card.parts if part.when in ("always", verdict) or (part.when == "wrong" and wrong)]


def score(card: Card, marks: Mapping[str, str], *, verdict: str, wrong: bool) -> Score:
    """What marks of the parts that apply come to; ``NOT_ASKED`` leaves one out.

    Raises:
        BadInput: a part without a mark, a mark off its scale, or nothing marked at all.
    """
    reached = whole = 0.0
    failed = False
    for part in asked(card, verdict=verdict, wrong=wrong):
        mark = marks.get(part.key, "")
        if mark == NOT_ASKED:
            continue
        if not mark.isdecimal() or int(mark) >= part.scale:
            raise BadInput("no_mark", f"Mark “{part.name}”, or say that it does not apply.", where=f"mark-{part.key}")
        reached += part.weight * int(mark) / (part.scale - 1)
        whole += part.weight
        failed = failed or (part.critical and mark == "0")
    if not whole:
        raise BadInput("nothing_marked", "Mark at least one part.", where="marks")
    value = 0.0 if failed else reached / whole
    return Score(value, failed, not failed and value >= card.passes - 1e-12)
