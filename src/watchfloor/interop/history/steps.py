"""What happened to a case, from snapshots of it: opened, moved, reassigned, reopened, its target missed, solved. Pure.

A step has a name of its own (its kind and which one of the case it is), so a snapshot seen twice, or an overlapping export, adds nothing.
A count that grew by three between two snapshots is three steps at the later one: when exactly, the other system does not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from watchfloor.interop.history.mapping import Snapshot

KINDS: Final = ("opened", "state", "reassigned", "reopened", "sla_missed", "solved", "closed")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """``number``: which of its kind. ``value``: the state or group it came to; ``seconds``: of a solving, from the opening."""

    case: str
    kind: str
    number: int
    at: datetime
    value: str = ""
    seconds: int | None = None
    group: str = ""
    priority: str = ""
    channel: str = ""
    category: str = ""


def steps(seen: Snapshot, mapping_solved: tuple[str, ...]) -> Iterator[Step]:
    """The steps that a snapshot proves. Each is yielded again by later snapshots; the first one in keeps its time."""
    marks = {
        "case": seen.case,
        "group": seen.group,
        "priority": seen.priority,
        "channel": seen.channel,
        "category": seen.category,
    }
    yield Step(kind="opened", number=0, at=seen.opened_at, **marks)
    if seen.state:
        yield Step(kind="state", number=_minute(seen.at), at=seen.at, value=seen.state, **marks)
    for number in range(1, (seen.reassignments or 0) + 1):
        yield Step(kind="reassigned", number=number, at=seen.at, value=seen.group, **marks)
    for number in range(1, (seen.reopens or 0) + 1):
        yield Step(kind="reopened", number=number, at=seen.at, value=seen.state, **marks)
    if seen.made_sla is False:
        yield Step(kind="sla_missed", number=0, at=seen.at, **marks)
    solved = seen.solved_at or (seen.at if seen.state in mapping_solved else None)
    if solved is not None:
        after = round((solved - seen.opened_at).total_seconds())
        yield Step(kind="solved", number=_minute(solved), at=solved, seconds=after, **marks)
    if seen.closed_at is not None:
        yield Step(kind="closed", number=_minute(seen.closed_at), at=seen.closed_at, **marks)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
