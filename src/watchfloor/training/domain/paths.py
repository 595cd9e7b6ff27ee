"""Paths that new people go: ordered steps, which one somebody is at, and whether they have been there too long; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from watchfloor.kernel.errors import BadInput

KINDS: Final = ("read", "practice", "exam", "session", "shadow")
COUNTED: Final = ("practice", "session", "shadow")  # how many is said; the others are done or not
MOST_STEPS: Final = 12
MOST_COUNT: Final = 500


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: read a policy's unit, answer practice cases right, pass the exam, be at sessions, watch decisions."""

    kind: str
    policy: str
    count: int = 1

    @property
    def key(self) -> str:
        """Its name within the path: what somebody has done stays done when the order or the number changes."""
        return f"{self.kind}.{self.policy}"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody is with one step, and when that last changed."""

    count: int = 0
    at: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody is. ``at``: the number of the step they are at, None when all is done; ``moved``: when anything last went on."""

    done: tuple[bool, ...]
    counts: tuple[int, ...]
    at: int | None
    moved: datetime
    stuck: bool

    @property
    def finished(self) -> bool:
        """Whether every step is done."""
        return self.at is None


def steps(rows: Iterable[Mapping[str, Any]], known: Iterable[str]) -> list[Step]:
    """Steps as they are stored or typed, checked. Raises ``BadInput`` for the first thing wrong, naming its place."""
    policies, found = set(known), list[Step]()
    for index, row in enumerate(rows):
        where = f"steps[{index}]"
        try:
            step = msgspec.convert(dict(row), Step)
        except msgspec.ValidationError as error:
            raise BadInput("bad_step", f"A step cannot be read: {error}.", where=where) from None
        if step.kind not in KINDS:
            raise BadInput(
                "unknown_kind", "There is no such kind of step.", where=where, hint=f"One of: {', '.join(KINDS)}."
            )
        if step.policy not in policies:
            raise BadInput("unknown_policy", "Choose the policy of the step.", where=where)
        if not 1 <= step.count <= MOST_COUNT:
            raise BadInput("bad_count", f"How many goes from 1 to {MOST_COUNT}.", where=where)
        if any(step.key == other.key for other in found):
            raise BadInput("same_step", "A step is on the path once.", where=where, hint="Raise its number instead.")
        found.append(step if step.kind in COUNTED else msgspec.structs.replace(step, count=1))
    if not 1 <= len(found) <= MOST_STEPS:
        raise BadInput("no_steps", f"A path has 1 to {MOST_STEPS} steps.", where="steps[0]")
    return found


def standing(path: Sequence[Step], said: Mapping[str, Done], *, began: datetime, now: datetime, days: int) -> Standing:
    """How far somebody is who began then; stuck when nothing went on for so many days and something is left."""
    counts = tuple(said.get(step.key, Done()).count for step in path)
    done = tuple(count >= step.count for count, step in zip(counts, path, strict=True))
    moved = max([began, *(each.at for step in path if (each := said.get(step.key, Done())).at is not None)])
    at = next((number for number, yes in enumerate(done) if not yes), None)
    return Standing(
        done=done, counts=counts, at=at, moved=moved, stuck=at is not None and now - moved >= timedelta(days=days)
    )
