"""A board while somebody edits it: each edit is kept for that person alone and can be taken back, until they save or drop it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards import keeping
from watchfloor.insight.boards.domain.document import Document
from watchfloor.insight.boards.domain.editing import History
from watchfloor.insight.boards.models import Board, BoardDraft
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Edits so far; ``based_on`` is the version they began with."""

    history: History
    based_on: int

    @property
    def now(self) -> Document:
        """What is on screen."""
        return self.history.now


def of(actor: Actor, row: Board) -> Draft:
    """One's edits of a board, or none yet."""
    kept = BoardDraft.objects.filter(board=row, user_id=UUID(actor.id)).first()
    if kept is None:
        return Draft(history=History(documents=(keeping.document_of(row),)), based_on=row.version)
    return Draft(history=msgspec.convert(kept.history, History), based_on=kept.based_on)


def keep(actor: Actor, row: Board, draft: Draft, history: History) -> Draft:
    """Remember the edits; what is on screen is checked first."""
    if not keeping.may_change(actor, row):
        raise Forbidden(
            "not_yours", "You may look at this board, but not change it.", hint="Duplicate it to have one of your own."
        )
    keeping.checked(history.now)
    BoardDraft.objects.update_or_create(
        board=row, user_id=UUID(actor.id),
        defaults={"history": msgspec.to_builtins(history), "based_on": draft.based_on, "touched_at": clock.now()},
    )  # fmt: skip
    return Draft(history=history, based_on=draft.based_on)


def drop(actor: Actor, row: Board) -> None:
    """Forget one's edits; the board is as it is saved."""
    BoardDraft.objects.filter(board=row, user_id=UUID(actor.id)).delete()
