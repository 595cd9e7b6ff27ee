"""The only writers of rosters: asked for, made by a worker, edited by hand, published, dropped. Within one's vendors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Max

from watchfloor.engines.staffing.roster import Plan, Problem, Roster, plain, plan
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, MissingExtra, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.staffing import bases, running, weekly
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.events import RosterSaved
from watchfloor.staffing.models import RosterRow
from watchfloor.staffing.rights import PLAN, VIEW
from watchfloor.workforce.models import Vendor

SOLVER_SECONDS = 45.0
LIVE = ("draft", "published")


def vendors(actor: Actor, permission: str = VIEW) -> list[Vendor]:
    """Whose rosters one may see (or plan)."""
    return list(Vendor.objects.filter(access.rows(actor, permission, vendor="key")).order_by("name"))


def vendor(actor: Actor, key: str, permission: str = VIEW) -> Vendor:
    """One of them; ``NotFound`` for any other."""
    row = Vendor.objects.filter(access.rows(actor, permission, vendor="key"), key=key).first()
    if row is None:
        raise NotFound("no_vendor", "There is no such vendor.")
    return row


def one(actor: Actor, pk: UUID, permission: str = VIEW, *, lock: bool = False) -> RosterRow:
    """A roster of one's vendors."""
    rows = RosterRow.objects.select_for_update() if lock else RosterRow.objects
    row = rows.filter(access.rows(actor, permission, vendor="vendor_key"), pk=pk).first()
    if row is None:
        if lock and RosterRow.objects.filter(access.rows(actor, VIEW, vendor="vendor_key"), pk=pk).exists():
            raise Forbidden("no_permission", "Your roles do not include planning rosters.")
        raise NotFound("no_roster", "There is no such roster.")
    return row


def current(vendor_key: str, week: date) -> RosterRow | None:
    """The newest draft of the week, else what is published, else what is being made."""
    rows = RosterRow.objects.filter(vendor_key=vendor_key, week=week).order_by("-number")
    for state in ("draft", "asked", "published"):
        found = rows.filter(state=state).first()
        if found is not None:
            return found
    return None


def published(vendor_key: str, week: date) -> RosterRow | None:
    """What counts."""
    return RosterRow.objects.filter(vendor_key=vendor_key, week=week, state="published").first()


def times(row: RosterRow, of: Vendor, plan: Plan) -> list[tuple[datetime, datetime]]:
    """A person's shifts in UTC. They begin by the clock on the wall of the site and keep their length when clocks change."""
    begin = datetime.combine(row.week, time(0), weekly.zone_of(of))
    starts = [((begin + timedelta(hours=duty.begin)).astimezone(UTC), duty.hours) for duty in plan.duties]
    return [(start, start + timedelta(hours=hours)) for start, hours in starts]


def ask(actor: Actor, vendor_key: str, week: date) -> RosterRow:
    """A new roster of the week, made by a worker from the newest base."""
    of = vendor(actor, vendor_key, PLAN)
    base = bases.newest().base
    if base is None:
        raise Conflict(
            "no_base", "The floor has not been read yet.", hint="It is read once a day, or on the staffing page."
        )
    week = weeks.monday(week)
    problem = weekly.problem(of, week, base)
    with writing(actor) as w:
        _drop_older(w, of.key, week, ("asked",))
        row = _new(w, actor, of.key, week, "asked", problem, None)
    running.ask("roster", row.pk, str(actor))
    return row


def solve(pk: UUID, by: str) -> dict[str, Any]:
    """What a worker does for one that was asked for: by the solver, or plainly where it is not installed."""
    row = RosterRow.objects.get(pk=pk)
    problem = msgspec.convert(row.problem, Problem)
    try:
        roster, proved = plan(problem, seconds=SOLVER_SECONDS), True
    except MissingExtra:
        roster, proved = plain(problem), False
    with writing(by) as w:
        row = RosterRow.objects.select_for_update().get(pk=pk)
        if row.state != "asked":
            return {"proved": proved}
        _drop_older(w, row.vendor_key, row.week, ("draft",))
        w.update(row, state="draft", roster=msgspec.to_builtins(roster))
        w.event(_event(row, problem, roster), row)
    return {"proved": proved}


def edit(actor: Actor, pk: UUID, change: Callable[[Problem, Roster], Roster]) -> RosterRow:
    """Change a draft; what is published stays as it is, and a draft is made of it."""
    with writing(actor) as w:
        row = one(actor, pk, PLAN, lock=True)
        if row.state not in LIVE or row.roster is None:
            raise Conflict("not_editable", "This roster cannot be changed any more.", hint="Open the week's newest.")
        problem, roster = msgspec.convert(row.problem, Problem), msgspec.convert(row.roster, Roster)
        changed = change(problem, roster)
        if row.state == "published":
            _drop_older(w, row.vendor_key, row.week, ("draft",))
            row = _new(w, actor, row.vendor_key, row.week, "draft", problem, changed)
        else:
            w.update(row, roster=msgspec.to_builtins(changed), edits=row.edits + 1)
            w.event(_event(row, problem, changed), row)
    return row


def publish(actor: Actor, pk: UUID, why: str = "") -> RosterRow:
    """From now on this is the week; what was published before stays to be looked at. A broken rule needs a reason."""
    with writing(actor) as w:
        row = one(actor, pk, PLAN, lock=True)
        if row.state != "draft" or row.roster is None:
            raise Conflict("not_draft", "Only a draft is published.")
        problem, roster = msgspec.convert(row.problem, Problem), msgspec.convert(row.roster, Roster)
        if weeks.broken(problem, roster) and not why.strip():
            raise BadInput("broken_rules", "Rules are broken: say why it is published all the same.", where="why")
        _publish(w, row, str(actor), why.strip()[:200])
        w.event(_event(row, problem, roster), row)
    return row


def renewed(w: Writer, row: RosterRow, roster: Roster, by: str, why: str) -> RosterRow:
    """A published roster with another content, as swaps make it: the next number."""
    problem = msgspec.convert(row.problem, Problem)
    new = _new(w, by, row.vendor_key, row.week, "draft", problem, roster, said=False)
    _publish(w, new, by, why)
    w.event(_event(new, problem, roster), new)
    return new


def drop(actor: Actor, pk: UUID) -> None:
    """A draft is not wanted any more."""
    with writing(actor) as w:
        row = one(actor, pk, PLAN, lock=True)
        if row.state not in ("draft", "asked"):
            raise Conflict("not_draft", "Only a draft is dropped.")
        w.update(row, state="dropped")
        w.event(_event(row, None, None), row)


def _publish(w: Writer, row: RosterRow, by: str, why: str) -> None:
    _drop_older(w, row.vendor_key, row.week, ("published",), to="superseded")
    w.update(row, state="published", published_by=by, published_at=clock.now(), why=why)


def _drop_older(w: Writer, vendor_key: str, week: date, states: tuple[str, ...], to: str = "dropped") -> None:
    for old in RosterRow.objects.select_for_update().filter(vendor_key=vendor_key, week=week, state__in=states):
        w.update(old, state=to)
        w.event(_event(old, None, None), old)


def _new(
    w: Writer, by: Actor | str, vendor_key: str, week: date, state: str, problem: Problem, roster: Roster | None, *, said: bool = True
) -> RosterRow:  # fmt: skip
    last = RosterRow.objects.filter(vendor_key=vendor_key, week=week).aggregate(most=Max("number"))["most"] or 0
    row = w.create(
        RosterRow, vendor_key=vendor_key, week=week, number=last + 1, state=state, problem=msgspec.to_builtins(problem),
        roster=None if roster is None else msgspec.to_builtins(roster), made_by=str(by), made_at=clock.now(),
    )  # fmt: skip
    if said:
        w.event(_event(row, problem, roster), row)
    return row


def _event(row: RosterRow, problem: Problem | None, roster: Roster | None) -> RosterSaved:
    broken = 0 if problem is None or roster is None else sum(map(len, weeks.broken(problem, roster).values()))
    return RosterSaved(
        vendor=row.vendor_key, week=str(row.week), number=row.number, state=row.state, broken=broken,
        uncovered=0 if roster is None else roster.uncovered,
    )  # fmt: skip
