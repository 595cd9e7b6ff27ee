"""Suggestions that seem to say the same as one, of those somebody may read."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.programme.improvements import access
from watchfloor.programme.improvements.domain.alike import Said, near
from watchfloor.programme.improvements.models import Suggestion

MOST = 1_000  # compared, the newest first


def to_text(actor: Actor, text: str, *, page: str = "", queue: str = "", but: UUID | None = None) -> list[Suggestion]:
    """The likest first; what is joined to another stands for that one."""
    rows = list(access.visible(actor).select_related("joined_to").order_by("-made_at")[:MOST])
    known = {str(row.pk): row for row in rows}
    said = [
        Said(key, f"{row.wrong} {row.wanted}", row.page, row.queue_key or "") for key, row in known.items() if row.wrong
    ]
    found: dict[UUID, Suggestion] = {}
    for key, _like in near(Said("", text, page, queue), said, most=10):
        row = known[key].joined_to or known[key]
        found.setdefault(row.pk, row)
    found.pop(but, None) if but else None
    visible = {row.pk for row in rows}
    return [row for row in found.values() if row.pk in visible][:5]


def to_suggestion(actor: Actor, row: Suggestion) -> list[Suggestion]:
    """To one that is kept; those it is joined with already are left out."""
    found = to_text(
        actor, f"{row.wrong} {row.wanted}", page=row.page, queue=row.queue_key or "", but=row.joined_to_id or row.pk
    )
    return [each for each in found if each.pk != row.pk]
