"""Taking back a settlement: a person asks, and the next comparison puts both sides back, since only it knows what Jira has now."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict as Refusal
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.programme.jira.actions.arriving import ACTOR
from watchfloor.programme.jira.actions.issues import locked, push, write_here
from watchfloor.programme.jira.domain.undoing import Back
from watchfloor.programme.jira.events import JiraConflictUndone
from watchfloor.programme.jira.models import Conflict, Link


def undo(w: Writer, conflict_id: UUID) -> Conflict:
    """Have a settlement taken back; what can be told at once why it cannot be is a ``Conflict`` with the reason."""
    link_id = Conflict.objects.filter(pk=conflict_id).values_list("link", flat=True).first()
    if link_id is None:
        raise NotFound("unknown_conflict", "There is no such conflict.")
    link = locked(Link(pk=link_id))  # first, as the comparison does
    row = Conflict.objects.select_for_update().get(pk=conflict_id)
    if row.undo_at is not None:
        return row
    if row.state not in (Conflict.State.OURS, Conflict.State.THEIRS):
        raise Refusal("nobody_picked", "Nobody picked a side here, so there is nothing to take back.")
    if row.kind == Conflict.Kind.OWNED:
        raise Refusal(
            "owned",
            "The side that owns this field had its way.",
            hint="Who owns a field is said in the settings of Jira.",
        )
    if link.state != Link.State.LINKED:
        raise Refusal(
            "not_in_step", "The issue is not in step with Jira now.", hint="Mend that first, then take it back."
        )
    newer = Conflict.objects.filter(link=link, field=row.field).exclude(pk=row.pk)
    if newer.filter(state=Conflict.State.OPEN).exists() or newer.filter(settled_at__gt=row.settled_at).exists():
        raise Refusal("asked_anew", "The two sides differed over this field once more since then.")
    w.update(row, undo_at=clock.now(), undo_by=w.actor, undo_why="")
    w.event(JiraConflictUndone(field=row.field, state="asked"), row)
    push(w, link)
    return row


def put_back(row: Conflict, steps: Back) -> str:
    """Both sides have their own values again (Jira's was written already): ours is written here and the question is open.

    ``steps.why`` instead leaves the settlement as it stands and says so beside it. Returns why nothing was done.
    """
    with writing(ACTOR) as w:
        link = Link.objects.select_for_update().get(pk=row.link_id)
        row = Conflict.objects.select_for_update().get(pk=row.pk)
        if row.undo_at is None or link.ended_at is not None:
            return ""
        if steps.why:
            w.update(row, undo_at=None, undo_why=steps.why)
            w.event(JiraConflictUndone(field=row.field, state="kept"), row)
            return steps.why
        if steps.here is not None:
            write_here(w, link, row.field, steps.here, why=f"Taken back: as it was before {link.key} was settled")
        if row.kind != Conflict.Kind.OVERWRITTEN:
            agreed = {name: value for name, value in link.agreed.items() if name != row.field}
            w.update(link, agreed=agreed if row.agreed is None else {**agreed, row.field: row.agreed})
        elif steps.there is not None:
            w.update(link, agreed={**link.agreed, row.field: row.ours})
        w.update(row, state=Conflict.State.OPEN, settled_by="", settled_at=None, undo_at=None, undo_why="")
        w.event(JiraConflictUndone(field=row.field, state="open"), row)
    return ""
