"""Starting and ending a surge: all its steps in one transaction, and what each changed kept, so that the end puts it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, plain, writing
from watchfloor.review.events import PlaybookSaved, SurgeEnded, SurgePrepared, SurgeStarted
from watchfloor.review.models import Playbook, Surge
from watchfloor.review.surge.steps import Effect, kind_of

LONGEST_HOURS = 14 * 24


def save_playbook(
    w: Writer, *, key: str, name: str, steps: Sequence[Mapping[str, Any]], description: str = "", hours: float = 4,
    archived: bool = False,
) -> Playbook:  # fmt: skip
    """Write or change a playbook; a surge that is on goes on by the steps it was started with."""
    if not key.strip() or not name.strip():
        raise BadInput("missing_name", "A playbook needs a key and a name.", where="name")
    if not steps:
        raise BadInput("no_steps", "A playbook does something: one step at least.", where="steps")
    if not 0 < hours <= LONGEST_HOURS:
        raise BadInput("bad_hours", f"A surge lasts up to {LONGEST_HOURS} hours.", where="hours")
    for index, step in enumerate(steps):
        try:
            kind_of(step).check(step)
        except BadInput as error:
            where = f"steps[{index}].{error.where or 'kind'}"
            raise BadInput(error.code, error.message, where=where, hint=error.hint) from None
    values = {
        "name": name.strip(), "description": description.strip(), "steps": [dict(step) for step in steps], "hours": hours,
        "archived_at": clock.now() if archived else None,
    }  # fmt: skip
    row = Playbook.objects.filter(key=key).first()
    row = w.create(Playbook, key=key, **values) if row is None else w.update(row, **values)
    w.event(PlaybookSaved(key=key, steps=len(steps)), row)
    return row


def playbook(key: str) -> Playbook:
    """A playbook that is in use; ``NotFound`` otherwise."""
    row = Playbook.objects.filter(key=key, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("unknown_playbook", f"There is no playbook {key[:60]!r}.", where="playbook")
    return row


def preview(actor: Actor, key: str) -> list[Effect]:
    """What starting it now would do, step by step, counted. Nothing is changed."""
    found = []
    for step in playbook(key).steps:
        try:
            found.append(kind_of(step).preview(actor, step))
        except (BadInput, NotFound) as error:  # a queue or a vendor that has gone since
            found.append(Effect(str(step.get("kind")), "", 0, error.message))
    return found


def start_surge(actor: Actor, key: str, *, why: str, hours: float | None = None) -> Surge:
    """Do all steps of a playbook, or none; it ends by itself after ``hours`` (the playbook's own, by default).

    Raises:
        Conflict: it is on already.
        BadInput: no reason, or one of its steps cannot be done any more (its place is in ``where``).
    """
    if not actor.has("review.reassign"):
        raise Forbidden("no_permission", "Your roles do not include starting a surge.", hint="Ask a lead.")
    row = playbook(key)
    length = row.hours if hours is None else hours
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    if not 0 < length <= LONGEST_HOURS:
        raise BadInput("bad_hours", f"A surge lasts up to {LONGEST_HOURS} hours.", where="hours")
    now = clock.now()
    with writing(actor, reason=why) as w:
        values = {
            "playbook": key, "name": row.name, "steps": row.steps, "why": why.strip()[:200], "started_by": w.actor,
            "started_at": now, "until": now + timedelta(hours=length),
        }  # fmt: skip
        surge = w.create_unless_known(Surge, **values)
        if surge is None:
            raise Conflict("on_already", f"{row.name} is on already.", hint="End it first.")
        begun = SurgeStarted(
            playbook=key, steps=[str(step["kind"]) for step in row.steps], until=str(plain(surge.until))
        )
        w.event(begun, surge)
        undo = []
        for index, step in enumerate(row.steps):
            try:
                undo.append(kind_of(step).start(w, actor, surge, step))
            except (BadInput, NotFound) as error:
                raise BadInput(error.code, error.message, where=f"steps[{index}]", hint=error.hint) from None
        w.update(surge, undo=undo)
        w.event(SurgePrepared(playbook=key), surge)
    return surge


def end_surge(actor: Actor, surge_id: UUID, *, why: str = "") -> Surge:
    """End a surge by hand; everything it changed is put back."""
    if not actor.has("review.reassign"):
        raise Forbidden("no_permission", "Your roles do not include ending a surge.", hint="Ask a lead.")
    with writing(actor, reason=why) as w:
        surge = Surge.objects.select_for_update().filter(pk=surge_id).first()
        if surge is None:
            raise NotFound("unknown_surge", "There is no such surge.")
        if surge.ended_at is not None:
            raise Conflict("ended_already", "This surge has ended.")
        _end(w, surge, "by_hand")
    return surge


def sweep_surges() -> int:
    """End surges whose time is up; returns how many. Safe to run anywhere, at any time."""
    with writing(system("surges")) as w:
        up = list(
            Surge.objects.select_for_update(skip_locked=True).filter(ended_at__isnull=True, until__lte=clock.now())
        )
        for surge in up:
            _end(w, surge, "expired")
    return len(up)


def _end(w: Writer, surge: Surge, how: str) -> None:
    """Steps are put back in the reverse order, by the program itself: who ends a surge need not be allowed each of its steps."""
    by = system("surges")
    for step, undo in reversed(list(zip(surge.steps, surge.undo, strict=False))):
        kind_of(step).end(w, by, surge, step, undo)
    now = clock.now()
    w.update(surge, ended_at=now, ended_by=w.actor)
    lasted = int((now - surge.started_at).total_seconds() * 1000)
    w.event(SurgeEnded(playbook=surge.playbook, how=how, lasted_ms=lasted), surge)
