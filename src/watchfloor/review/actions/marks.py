"""Marks on the timeline of a video or a live stream, set by whoever has the case in hand."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.review.actions import claims
from watchfloor.review.actions.people import of_case
from watchfloor.review.domain.marks import LONGEST_MS
from watchfloor.review.events_bench import MarkSet
from watchfloor.review.models_bench import Mark

MAX_NOTE = 300


def mark(actor: Actor, job_id: UUID, token: int, *, medium: str, at_ms: int, note: str = "") -> Mark:
    """Point at a moment (milliseconds from the start). Needs the live token; the note is private text."""
    if not 0 <= at_ms <= LONGEST_MS or len(note) > MAX_NOTE or not 0 < len(medium) <= 80:
        raise BadInput("bad_mark", f"A mark has a moment and a note of at most {MAX_NOTE} characters.", where="mark_at")
    with writing(actor) as w:
        case, _job = claims.held_case(actor, job_id, token)
        row = w.create(
            Mark, case=case, item_version=case.item_version, medium=medium, at_ms=at_ms, note=note.strip(),
            author=str(actor), made_at=clock.now(),
        )  # fmt: skip
        w.event(MarkSet(**of_case(case), at_ms=at_ms), row, case_id=case.pk)
        return row
