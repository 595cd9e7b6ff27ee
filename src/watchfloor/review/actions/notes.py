"""Notes on a case, for colleagues."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.review.actions.people import of_case
from watchfloor.review.events import NoteAdded
from watchfloor.review.models import Note
from watchfloor.review.queries import access

MAX_NOTE = 10_000


def note(actor: Actor, case_id: UUID, text: str) -> Note:
    """Add a note to a case one may see. The ledger learns that there is one, never what it says."""
    text = text.strip()
    if not text or len(text) > MAX_NOTE:
        raise BadInput("bad_note", f"A note has 1 to {MAX_NOTE:,} characters; this has {len(text):,}.", where="text")
    case = access.case(actor, case_id)
    with writing(actor) as w:
        row = w.create(Note, case=case, author=str(actor), text=text, at=clock.now())
        w.event(NoteAdded(**of_case(case), length=len(text)), row, case_id=case.pk)
        return row
