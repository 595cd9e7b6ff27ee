"""Marks in the time of a video or live stream: what is where, said while looking, kept as evidence."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.actions import claims
from watchfloor.review.actions.people import of_case
from watchfloor.review.events_special import MarkMade, MarkRemoved
from watchfloor.review.models import Case, Mark
from watchfloor.review.queries import access

MAX_NOTE = 500
MAX_MEDIUM = 80
MAX_MS = 7 * 24 * 3_600_000  # a stream of a week


def mark(actor: Actor, case_id: UUID, *, at_ms: int, note: str = "", medium: str = "", item_version: str = "") -> Mark:
    """Mark a point (milliseconds from the beginning) of what a case one may see is about.

    ``medium`` names the field or the stored file, ``item_version`` "" is the case's.

    Raises:
        BadInput: an over-long note, a time outside 0 to a week, a version that is not of this case's item.
        NotFound: no such case, or one the actor may not know of.
    """
    _check(at_ms, note, medium)
    case = access.case(actor, case_id, why="mark")
    version = item_version or case.item_version
    if item_version and not ItemVersion.objects.filter(pk=item_version, item=case.item_id).exists():
        raise BadInput("unknown_version", "The item has no such version.", where="item_version")
    with writing(actor) as w:
        return _keep(w, actor, case, version, at_ms, note, medium)


def mark_in_hand(actor: Actor, job_id: UUID, token: int, *, at_ms: int, note: str = "", medium: str = "") -> Mark:
    """The same by whoever holds one of the case's jobs, with the live token (else ``Conflict("stale_lease")``)."""
    _check(at_ms, note, medium)
    with writing(actor) as w:
        case, _job = claims.held_case(actor, job_id, token)
        return _keep(w, actor, case, case.item_version, at_ms, note, medium)


def mark_found(w: Writer, case: Case, *, at_ms: int, note: str, medium: str = "") -> Mark | None:
    """A mark by the program, in the transaction of what found it; None where the same is marked at the same moment already."""
    at_ms = min(max(at_ms, 0), MAX_MS)
    same = Mark.objects.filter(case=case, author=w.actor, at_ms=at_ms, medium=medium, removed_at__isnull=True)
    if same.exists():
        return None
    row = w.create(
        Mark, case=case, item_version=case.item_version, medium=medium[:MAX_MEDIUM], at_ms=at_ms, note=note[:MAX_NOTE],
        author=w.actor, made_at=clock.now(),
    )  # fmt: skip
    event = MarkMade(**of_case(case), at_ms=at_ms, length=len(row.note))
    w.event(event, row, case_id=case.pk, item_version=case.item_version)
    return row


def _check(at_ms: int, note: str, medium: str) -> None:
    if len(note) > MAX_NOTE or len(medium) > MAX_MEDIUM:
        raise BadInput("bad_note", f"A note has at most {MAX_NOTE} characters.", where="mark_note")
    if not 0 <= at_ms <= MAX_MS:
        raise BadInput("bad_time", "The time lies between 0 and a week, in milliseconds.", where="mark_at")


def _keep(w: Writer, actor: Actor, case: Case, version: str, at_ms: int, note: str, medium: str) -> Mark:
    row = w.create(
        Mark, case=case, item_version=version, medium=medium, at_ms=at_ms, note=note.strip(), author=str(actor),
        made_at=clock.now(),
    )  # fmt: skip
    w.event(MarkMade(**of_case(case), at_ms=at_ms, length=len(row.note)), row, case_id=case.pk, item_version=version)
    return row


def unmark(actor: Actor, mark_id: UUID) -> None:
    """Take one's own mark off; doing it twice changes nothing. ``NotFound`` for another's."""
    row = Mark.objects.filter(pk=mark_id, author=str(actor)).first()
    if row is None:
        raise NotFound("unknown_mark", "There is no such mark of yours.")
    case = access.case(actor, row.case_id, why="mark")
    if row.removed_at is None:
        with writing(actor) as w:
            w.update(row, removed_at=clock.now())
            w.event(MarkRemoved(**of_case(case), at_ms=row.at_ms), row, case_id=case.pk)
