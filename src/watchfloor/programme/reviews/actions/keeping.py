"""Reviews are kept in versions, put back, published, taken back and put away."""

from __future__ import annotations

from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.programme.reviews import access, blocks
from watchfloor.programme.reviews.domain.document import LONGEST_TITLE, Document, check
from watchfloor.programme.reviews.events import ReviewArchived, ReviewKept, ReviewPublished
from watchfloor.programme.reviews.models import Review, ReviewDraft, ReviewVersion


def save(actor: Actor, review_id: UUID, document: Document, *, seen: int, title: str | None = None) -> Review:
    """A new version.

    Args:
        seen: the version that the change began with.

    Raises:
        Conflict: somebody kept another version meanwhile.
    """
    body = msgspec.to_builtins(check(document, blocks.kinds()))
    with writing(actor) as w:
        row = _locked(actor, review_id)
        if row.version != seen:
            raise Conflict(
                "saved_meanwhile", "Somebody kept another version of this review meanwhile.",
                hint="Open it again; your texts are still in your draft.",
            )  # fmt: skip
        name = row.title if title is None else " ".join(title.split())
        if not name or len(name) > LONGEST_TITLE:
            raise BadInput("bad_title", f"A review has a title of at most {LONGEST_TITLE} characters.", where="title")
        if (body, name) != (row.document, row.title):
            number, now = row.version + 1, clock.now()
            w.update(row, title=name, document=body, version=number, changed_by=str(actor), changed_at=now)
            w.create(
                ReviewVersion, review=row, number=number, title=name, document=body, saved_by=str(actor), saved_at=now
            )
            w.event(ReviewKept(number=number, blocks=len(document.blocks)), row)
        if actor.kind == "user":
            ReviewDraft.objects.filter(review=row, user_id=UUID(actor.id)).delete()
    return row


def restore(actor: Actor, review_id: UUID, number: int) -> Review:
    """An earlier version again, as a new one."""
    row = Review.objects.filter(pk=review_id).first()
    version = ReviewVersion.objects.filter(review_id=review_id, number=number).first()
    if row is None or version is None:
        raise NotFound("no_version", "This review has no such version.")
    return save(actor, review_id, msgspec.convert(version.document, Document), seen=row.version, title=version.title)


def publish(actor: Actor, review_id: UUID, *, back: bool = False) -> Review:
    """The newest version is what readers see from now on; ``back``: nobody but its writers sees it any more."""
    with writing(actor) as w:
        row = _locked(actor, review_id)
        number = 0 if back else row.version
        if row.published == number:
            return row
        w.update(
            row, published=number, published_by="" if back else str(actor), published_at=None if back else clock.now(),
        )  # fmt: skip
        w.event(ReviewPublished(number=number, vendor=row.vendor_key), row)
    return row


def archive(actor: Actor, review_id: UUID, *, back: bool = False) -> Review:
    """Put a review away; nothing is lost, and ``back`` takes it out again."""
    with writing(actor) as w:
        row = _locked(actor, review_id)
        if (row.archived_at is None) == back:
            return row
        w.update(row, archived_at=None if back else clock.now())
        w.event(ReviewArchived(back=back), row)
    return row


def _locked(actor: Actor, review_id: UUID) -> Review:
    row = Review.objects.select_for_update().filter(pk=review_id).first()
    if row is None or not access.may_read(actor, row):
        raise NotFound("no_review", "There is no such review.")
    if not access.may_write(actor, row):
        raise Forbidden("not_yours", "You may read this review, but not change it.")
    return row
