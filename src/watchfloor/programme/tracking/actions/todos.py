"""An action is agreed, and it moves: its state, its due time (kept with the reason), its owner, what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.tracking import access, after
from watchfloor.programme.tracking.actions import checks
from watchfloor.programme.tracking.actions.checks import SAME, Same
from watchfloor.programme.tracking.actions.initiatives import moved_ms, slip
from watchfloor.programme.tracking.after import Change
from watchfloor.programme.tracking.domain import graph, states
from watchfloor.programme.tracking.events import ActionAdded, ActionMoved
from watchfloor.programme.tracking.models import Action, Initiative, Milestone

MOST_BEFORE = 30  # things one action may wait for
_LOCK = 0x57464752  # two new waits at once could close a ring that neither sees


class Todo(msgspec.Struct, frozen=True, kw_only=True):
    """What an action is agreed with. Without ``market`` and ``vendor`` it has its initiative's."""

    title: str
    owner: UUID | str | None = None
    due: datetime | None = None
    text: str = ""
    initiative: Initiative | UUID | None = None
    milestone: Milestone | UUID | None = None
    depends_on: Sequence[UUID] = ()
    about: str = ""
    market: str | None = None
    vendor: str = ""
    key: str | None = None


def add_action(w: Writer, given: Todo) -> Action:
    """Agree on an action. A milestone brings its initiative along."""
    initiative = None if given.initiative is None else _initiative(given.initiative)
    milestone = None if given.milestone is None else _milestone(given.milestone, initiative)
    initiative = milestone.initiative if milestone is not None else initiative
    now = clock.now()
    row = w.create(
        Action, initiative=initiative, milestone=milestone, title=checks.title(given.title), text=checks.words(given.text, "text"),
        owner=checks.person(given.owner), due=checks.moment(given.due), depends_on=_known(given.depends_on), about=given.about[:120],
        market=given.market or (initiative.market if initiative else None),
        vendor_key=given.vendor or (initiative.vendor_key if initiative else ""), made_by=w.actor, made_at=now, moved_at=now,
        key=given.key,
    )  # fmt: skip
    w.event(ActionAdded(**_dims(row), waits_for=len(row.depends_on)), row)
    after.tell(w, Change(what="added", action=row, initiative=initiative))
    return row


def move(
    w: Writer,
    action: Action | UUID,
    *,
    state: str | Same = SAME,
    due: datetime | Same | None = SAME,
    owner: UUID | str | Same | None = SAME,
    title: str | Same = SAME,
    text: str | Same = SAME,
    milestone: Milestone | UUID | Same | None = SAME,
    depends_on: Sequence[UUID] | Same = SAME,
    why: str = "",
    actor: Actor | None = None,
) -> Action:
    """Change what is named, leave the rest. A due time that moves back needs a reason; each change of it is kept.

    ``actor``: who is told of a ring, if that is somebody who may not know of all actions in it.

    Raises:
        BadInput: a ring of actions that wait for each other, and it is named; a due time moved back without a reason.
    """
    row = checks.locked(Action, action, "action")
    new: dict[str, Any] = {}
    if not isinstance(state, Same):
        new["state"] = states.check_state(state)
    if not isinstance(due, Same):
        new["due"] = checks.moment(due)
    if not isinstance(owner, Same):
        new["owner"] = (
            owner if owner == row.owner else checks.person(owner)
        )  # who has left stays until somebody else has it
    if not isinstance(title, Same):
        new["title"] = checks.title(title)
    if not isinstance(text, Same):
        new["text"] = checks.words(text, "text")
    if not isinstance(milestone, Same):
        if milestone is not None and row.initiative is None:
            raise BadInput("unknown_milestone", "It belongs to no initiative.", where="milestone")
        new["milestone"] = None if milestone is None else _milestone(milestone, row.initiative)
    if not isinstance(depends_on, Same):
        new["depends_on"] = _known(depends_on)
        _no_ring(row, new["depends_on"], actor)
    changed = {name: (getattr(row, name), value) for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return row
    now, was = clock.now(), row.due
    if "due" in changed:
        slip(w, was, new["due"], why, action=row)
        new["slips"] = row.slips + 1
    if "state" in changed:
        new |= {"moved_at": now, "done_at": now if new["state"] in states.OVER else None}
    w.update(row, **new)
    over = "state" in changed and row.state == states.DONE and row.due is not None
    late = max(0, round((now - row.due).total_seconds() * 1000)) if over and row.due is not None else None
    w.event(
        ActionMoved(
            **_dims(row), fields=sorted(changed), state=row.state, moved_ms=moved_ms(was, row.due) if "due" in changed else 0,
            late_ms=late, in_time=None if late is None else late == 0,
        ),
        row,
    )  # fmt: skip
    after.tell(w, Change(what="moved", action=row, initiative=row.initiative, fields=changed, why=why))
    return row


def _dims(row: Action) -> dict[str, Any]:
    kind = row.initiative.kind if row.initiative is not None else ""
    return {"kind": kind, "market": row.market or "", "vendor": row.vendor_key}


def _initiative(given: Initiative | UUID) -> Initiative:
    found = given if isinstance(given, Initiative) else Initiative.objects.filter(pk=given).first()
    if found is None:
        raise NotFound("unknown_initiative", "There is no such initiative.")
    return found


def _milestone(given: Milestone | UUID, initiative: Initiative | None) -> Milestone:
    pk = given.pk if isinstance(given, Milestone) else given
    found = Milestone.objects.select_related("initiative").filter(pk=pk).first()
    if found is None or (initiative is not None and found.initiative_id != initiative.pk):
        raise BadInput("unknown_milestone", "There is no such milestone in this initiative.", where="milestone")
    return found


def _known(wanted: Sequence[UUID]) -> list[UUID]:
    found = list(dict.fromkeys(wanted))
    if len(found) > MOST_BEFORE:
        raise BadInput("too_many", f"An action waits for at most {MOST_BEFORE} others.", where="depends_on")
    if found and Action.objects.filter(pk__in=found).count() != len(found):
        raise BadInput("unknown_action", "There is no such action to wait for.", where="depends_on")
    return found


def _no_ring(row: Action, before: list[UUID], actor: Actor | None) -> None:
    if not before:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    waits, todo = {row.pk: list(before)}, list(before)
    while todo:
        found = dict(Action.objects.filter(pk__in=todo).values_list("pk", "depends_on"))
        waits = {**found, **waits}
        todo = [one for each in found.values() for one in each if one not in waits]
    path = graph.ring(waits, row.pk)
    if path:
        known = (
            Action.objects.filter(pk__in=path)
            if actor is None
            else Action.objects.filter(access.rows(actor), pk__in=path)
        )
        titles = dict(known.values_list("pk", "title"))
        named = " → ".join(titles.get(one, "…") for one in path)
        raise BadInput("ring", f"These would wait for each other: {named}.", where="depends_on",
                       hint="Take one of them out.")  # fmt: skip
