"""An initiative is begun and changed, its milestones are set, moved with a reason, and reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer
from watchfloor.programme.tracking import after
from watchfloor.programme.tracking.actions import checks
from watchfloor.programme.tracking.actions.checks import SAME, Same
from watchfloor.programme.tracking.after import Change
from watchfloor.programme.tracking.domain import dues, states
from watchfloor.programme.tracking.events import InitiativeBegun, InitiativeChanged, MilestoneSet
from watchfloor.programme.tracking.models import Initiative, Milestone, Slip

ENDED = ("done", "dropped")


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """What an initiative is begun with. ``about``: what it is the plan of (``launch:<id>``), for whoever keeps that."""

    kind: str
    title: str
    aim: str = ""
    owner: UUID | str | None = None
    sponsor: UUID | str | None = None
    state: str = "planned"
    zone: str = "UTC"
    about: str = ""
    objective: UUID | None = None
    market: str | None = None
    vendor: str = ""
    key: str | None = None


def begin_initiative(w: Writer, given: Started) -> Initiative:
    """Begin one; its owner is told by mail."""
    if given.kind not in states.KINDS:
        raise BadInput(
            "unknown_kind", f"There is no kind {given.kind[:20]!r}.", where="kind", hint=", ".join(states.KINDS)
        )
    dues.zone_of(given.zone)
    row = w.create(
        Initiative, kind=given.kind, title=checks.title(given.title), aim=checks.words(given.aim, "aim"),
        owner=checks.person(given.owner), sponsor=checks.person(given.sponsor, "sponsor"),
        state=states.check_state(given.state, states.INITIATIVE), zone=given.zone or "UTC", about=given.about[:120],
        objective=given.objective, market=given.market or None, vendor_key=given.vendor, made_by=w.actor, made_at=clock.now(),
        key=given.key,
    )  # fmt: skip
    w.event(InitiativeBegun(**dims(row), belongs=row.about.partition(":")[0]), row)
    after.tell(w, Change(what="begun", initiative=row))
    return row


def change_initiative(w: Writer, initiative: Initiative | UUID, *, why: str = "", **values: Any) -> Initiative:
    """Change title, aim, owner, sponsor, state, zone, objective, market or vendor; what is not named stays."""
    row = checks.locked(Initiative, initiative, "initiative")
    new = {name: _checked(name, value) for name, value in values.items()}
    changed = {name: (getattr(row, name), value) for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return row
    if "state" in changed:
        new["ended_at"] = clock.now() if new["state"] in ENDED else None
    w.update(row, **new)
    w.event(
        InitiativeChanged(**dims(row), fields=sorted(changed), state=row.state),
        row,
        reason=checks.words(why, "why", 200),
    )
    after.tell(w, Change(what="changed", initiative=row, fields=changed, why=why))
    return row


def add_milestone(w: Writer, initiative: Initiative | UUID, title: str, due: datetime | None) -> Milestone:
    """Set a day by which a part stands."""
    of = checks.locked(Initiative, initiative, "initiative")
    row = w.create(Milestone, initiative=of, title=checks.title(title), due=checks.moment(due))
    w.event(MilestoneSet(**dims(of)), row)
    after.tell(w, Change(what="milestone", initiative=of, milestone=row))
    return row


def move_milestone(
    w: Writer,
    milestone: Milestone | UUID,
    *,
    title: str | Same = SAME,
    due: datetime | Same | None = SAME,
    reached: bool | None = None,
    why: str = "",
) -> Milestone:
    """Rename it, move it (a later day needs a reason, and is kept), say that it is reached or is not after all."""
    row = checks.locked(Milestone, milestone, "milestone")
    was, new = row.due, dict[str, Any]()
    if not isinstance(title, Same):
        new["title"] = checks.title(title)
    if not isinstance(due, Same):
        new["due"] = checks.moment(due)
    if reached is not None and reached != (row.reached_at is not None):
        new["reached_at"] = clock.now() if reached else None
    changed = {name: (getattr(row, name), value) for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return row
    if "due" in changed:
        slip(w, was, new["due"], why, milestone=row)
    w.update(row, **new)
    w.event(
        MilestoneSet(**dims(row.initiative), reached=row.reached_at is not None, moved_ms=moved_ms(was, row.due)), row
    )
    after.tell(w, Change(what="milestone", initiative=row.initiative, milestone=row, fields=changed, why=why))
    return row


def slip(w: Writer, was: datetime | None, now: datetime | None, why: str, **of: Any) -> Slip:
    """Keep a change of a due time; the caller's event carries it."""
    why = checks.words(why, "why", checks.LONGEST_WHY)
    if states.needs_reason(was, now) and not why:
        raise BadInput("no_reason", "Say why it moves.", where="why", hint="One line: it is kept in the history.")
    return w.create(Slip, **of, was=was, now=now, why=why, by=w.actor, at=clock.now())


def moved_ms(was: datetime | None, now: datetime | None) -> int:
    """How much later it is now, in milliseconds."""
    return 0 if was is None or now is None else round((now - was).total_seconds() * 1000)


def dims(row: Initiative | None) -> dict[str, Any]:
    """The dimensions of an initiative's events."""
    return {"kind": "", "market": "", "vendor": ""} if row is None else {
        "kind": row.kind, "market": row.market or "", "vendor": row.vendor_key,
    }  # fmt: skip


def _checked(name: str, value: Any) -> Any:
    if name == "title":
        return checks.title(value)
    if name == "aim":
        return checks.words(value, "aim")
    if name in ("owner", "sponsor"):
        return checks.person(value, name)
    if name == "state":
        return states.check_state(value, states.INITIATIVE)
    if name == "zone":
        dues.zone_of(value)
        return value or "UTC"
    if name == "market":
        return value or None
    if name in ("objective", "vendor_key"):
        return value
    raise BadInput("unknown_field", f"An initiative has no {name[:30]!r}.", where=name[:30])
