"""Two sides that changed since they last agreed: what goes there, what comes here, and what only a person can settle.

Each field is judged by three values: the one last agreed on, ours, theirs. A change on one side is carried to the other; the same change
on both is an agreement; different changes are a conflict, which touches neither side. A field that one side owns is carried from it, and
what the other side had is kept as a conflict already settled. So no value that somebody wrote is ever lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

FIELDS: Final = ("title", "text", "due", "state")
OWNERS: Final = ("both", "ours", "theirs")


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one issue."""

    agreed: str | None  # None: never agreed, the two were only now tied together
    ours: str
    theirs: str


class Overruled(msgspec.Struct, frozen=True):
    """A value that a side wrote into a field the other one owns."""

    field: str
    side: str  # whose value gave way: ours | theirs


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``push``: values that go there; ``take``: values that come here; ``agreed``: what both have already."""

    push: dict[str, str] = {}
    take: dict[str, str] = {}
    agreed: dict[str, str] = {}
    conflicts: tuple[str, ...] = ()
    overruled: tuple[Overruled, ...] = ()


def plan(sides: Mapping[str, Sides], owners: Mapping[str, str], *, poorer: frozenset[str] = frozenset()) -> Plan:
    """What to do. ``poorer``: fields whose value there says more than text can; ours is never written over one of these unasked."""
    push: dict[str, str] = {}
    take: dict[str, str] = {}
    agreed: dict[str, str] = {}
    conflicts: list[str] = []
    overruled: list[Overruled] = []
    for name, each in sides.items():
        owner = owners.get(name, "both")
        we, they = each.ours != each.agreed, each.theirs != each.agreed
        if each.ours == each.theirs:
            agreed[name] = each.ours
        elif owner == "ours":
            push[name] = each.ours
            if they and each.agreed is not None:
                overruled.append(Overruled(name, "theirs"))
        elif owner == "theirs":
            take[name] = each.theirs
            if we and each.agreed is not None:
                overruled.append(Overruled(name, "ours"))
        elif (we and they) or (we and name in poorer):
            conflicts.append(name)
        elif we:
            push[name] = each.ours
        else:
            take[name] = each.theirs
    return Plan(push=push, take=take, agreed=agreed, conflicts=tuple(conflicts), overruled=tuple(overruled))


def day_of(due: datetime | None, zone: ZoneInfo) -> str:
    """The day a moment falls on there, as Jira keeps it; empty for none."""
    return "" if due is None else due.astimezone(zone).date().isoformat()


def moment_of(day: str, before: datetime | None, zone: ZoneInfo, *, end: time = time(18, 0)) -> datetime | None:
    """A day that came from Jira as a moment: at the hour it had before (18:00 where it had none), by the zone's clock of that day."""
    if not day:
        return None
    wall = before.astimezone(zone).timetz().replace(tzinfo=None) if before is not None else end
    made = datetime.combine(date.fromisoformat(day), wall, tzinfo=zone).astimezone(UTC)
    if day_of(made, zone) != day:  # an hour that the clock skipped just before midnight
        made = datetime.combine(date.fromisoformat(day), end, tzinfo=zone).astimezone(UTC)
    return made
