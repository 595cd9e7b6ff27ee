"""A review while somebody edits it: each edit is kept for that person alone and can be taken back, until they keep or drop it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden
from watchfloor.programme.reviews import access, blocks
from watchfloor.programme.reviews.domain.document import Document, History, check
from watchfloor.programme.reviews.models import Review, ReviewDraft


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Edits so far; ``based_on`` is the version they began with."""

    history: History
    based_on: int
    touched: bool = False

    @property
    def now(self) -> Document:
        """What is on screen."""
        return self.history.now


def of(actor: Actor, row: Review) -> Draft:
    """One's edits of a review, or none yet."""
    kept = ReviewDraft.objects.filter(review=row, user_id=UUID(actor.id)).first() if actor.kind == "user" else None
    if kept is None:
        return Draft(history=History(documents=(msgspec.convert(row.document, Document),)), based_on=row.version)
    return Draft(history=msgspec.convert(kept.history, History), based_on=kept.based_on, touched=True)


def keep(actor: Actor, row: Review, draft: Draft, history: History) -> Draft:
    """Remember the edits; what is on screen is checked first."""
    if not access.may_write(actor, row) or actor.kind != "user":
        raise Forbidden("not_yours", "You may read this review, but not change it.")
    check(history.now, blocks.kinds())
    ReviewDraft.objects.update_or_create(
        review=row, user_id=UUID(actor.id),
        defaults={"history": msgspec.to_builtins(history), "based_on": draft.based_on, "touched_at": clock.now()},
    )  # fmt: skip
    return Draft(history=history, based_on=draft.based_on, touched=True)


def drop(actor: Actor, row: Review) -> None:
    """Forget one's edits."""
    ReviewDraft.objects.filter(review=row, user_id=UUID(actor.id)).delete()
