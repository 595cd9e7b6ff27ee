"""Whom a page goes to next: steps with a wait for an answer after each, gone through again as often as the policy says. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from watchfloor.kernel.errors import BadInput, Conflict

MOST_STEPS, MOST_TARGETS, MOST_WAIT, MOST_REPEAT = 12, 12, 24 * 60, 9
KINDS: Final = ("schedule", "user", "contact")
MOVES: Final[dict[str, dict[str, str]]] = {
    "raised": {"acknowledge": "acknowledged", "resolve": "resolved"},
    "acknowledged": {"resolve": "resolved", "hand_back": "raised"},
}


class Target(msgspec.Struct, frozen=True):
    """Whom a step pages: who is on by a ``schedule`` (its key), a ``user`` or a house ``contact`` (their ids)."""

    kind: str
    id: str

    @classmethod
    def of(cls, text: str) -> Target:
        """``"schedule:leads"`` as a target."""
        kind, _sep, name = text.partition(":")
        if kind not in KINDS or not name:
            raise BadInput(
                "bad_target", f"{text[:60]!r} is nobody.", where="targets", hint="schedule:KEY, user:ID, contact:ID"
            )
        if kind != "schedule":
            try:
                UUID(name)
            except ValueError:
                raise BadInput("bad_target", f"{text[:60]!r} is no id.", where="targets") from None
        return cls(kind, name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Step(msgspec.Struct, frozen=True):
    """Page these, then wait so many minutes for an acknowledgement."""

    targets: tuple[str, ...]
    wait: int = 5


class Turn(msgspec.Struct, frozen=True):
    """Which step is next, in which round (both from 0), and how long after the one before."""

    round: int
    step: int
    after: timedelta


def read(steps: Any, repeat: int) -> tuple[Step, ...]:
    """Steps from plain values, checked.

    Raises:
        BadInput: something makes no sense; ``where`` is the field.
    """
    try:
        found = msgspec.convert(steps, tuple[Step, ...])
    except msgspec.ValidationError as error:
        raise BadInput("bad_steps", f"The steps do not fit: {error}.", where="steps") from None
    if not 1 <= len(found) <= MOST_STEPS:
        raise BadInput("bad_steps", f"A policy has 1 to {MOST_STEPS} steps.", where="steps")
    if not 0 <= repeat <= MOST_REPEAT:
        raise BadInput("bad_repeat", f"It is gone through again 0 to {MOST_REPEAT} times.", where="repeat")
    for number, step in enumerate(found):
        if not 1 <= len(step.targets) <= MOST_TARGETS:
            raise BadInput("bad_steps", f"A step pages 1 to {MOST_TARGETS} targets.", where=f"steps[{number}].targets")
        if not 1 <= step.wait <= MOST_WAIT:
            raise BadInput("bad_wait", f"One waits 1 to {MOST_WAIT} minutes.", where=f"steps[{number}].wait")
        for text in step.targets:
            Target.of(text)
    return found


def following(steps: tuple[Step, ...], repeat: int, round_: int, step: int) -> Turn | None:
    """What comes after a step that was taken; None when all was tried."""
    after = timedelta(minutes=steps[step].wait)
    if step + 1 < len(steps):
        return Turn(round_, step + 1, after)
    return Turn(round_ + 1, 0, after) if round_ < repeat else None


def moved(state: str, verb: str) -> str:
    """The state of a page after ``verb``; ``Conflict`` where nothing follows."""
    after = MOVES.get(state, {}).get(verb)
    if after is None:
        raise Conflict("bad_transition", f"A page that is {state} cannot be answered so.", hint="Load the page again.")
    return after
