"""Breaking the glass: the writers. It is never refused to who may break it; it rings, ends by itself and is always reviewed."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from watchfloor.identity.domain import Actor
from watchfloor.identity.events import GlassBroken, GlassEnded, GlassReviewed
from watchfloor.identity.models import BreakGlass
from watchfloor.identity.queries import live_grants
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer

LOOK: Final = ("case.view", "case.search", "restricted.view")
ACT: Final = ("review.work", "review.escalation", "review.undo", "enforcement.approve")
MIN_REASON: Final = 20  # characters; "test" is no reason
MAX_REASON: Final = 2_000
USUAL_MINUTES: Final = 60
MAX_MINUTES: Final = 240
REVIEW_WITHIN: Final = timedelta(days=3)


def break_glass(
    w: Writer,
    user_id: uuid.UUID,
    *,
    by: Actor,
    reason: str,
    clearances: list[str],
    act: bool = False,
    minutes: int = USUAL_MINUTES,
    markets: list[str] | None = None,
) -> BreakGlass:
    """Take rights now: to look, and with ``act`` to decide and approve as well, within the clearances named.

    ``by``: the person, or the system (the command line) for them. One breaking at a time.

    Raises:
        BadInput: a reason too short to be one, a time outside 1 to ``MAX_MINUTES``.
        Forbidden: ``by`` does not hold ``glass.break``, or breaks it for another.
        Conflict: it is broken already.
    """
    if not by.has("glass.break") or (not by.all_powerful and by.id != str(user_id)):
        raise Forbidden("no_permission", "You may not break the glass.", hint="Ask somebody who may.")
    reason = reason.strip()
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise BadInput(
            "bad_reason", f"Say in {MIN_REASON} to {MAX_REASON:,} characters what happens and why it cannot wait.", where="reason"
        )  # fmt: skip
    if not 1 <= minutes <= MAX_MINUTES:
        raise BadInput("bad_minutes", f"The glass stays broken for 1 to {MAX_MINUTES} minutes.", where="minutes")
    now = clock.now()
    if BreakGlass.objects.filter(user_id=user_id, expires_at__gt=now, ended_at__isnull=True).exists():
        raise Conflict("broken_already", "It is broken already.", hint="End that one first, or go on under it.")
    permissions = [*LOOK, *(ACT if act else ())]
    ends = now + timedelta(minutes=minutes)
    row = w.create(
        BreakGlass, user_id=user_id, reason=reason, permissions=permissions, clearances=sorted(set(clearances)), markets=markets,
        broken_at=now, expires_at=ends, review_by=ends + REVIEW_WITHIN,
    )  # fmt: skip
    w.event(GlassBroken(permissions=tuple(permissions), clearances=tuple(row.clearances), minutes=minutes), row)
    return row


def end(w: Writer, row: BreakGlass, *, by: Actor) -> None:
    """Give the rights back before their time, or take them from another. Twice changes nothing."""
    if by.id != str(row.user_id) and not by.has("glass.review"):
        raise NotFound("unknown_glass", "There is no such breaking of the glass.")
    if row.ended_at is None and row.expires_at > clock.now():
        w.update(row, ended_at=clock.now())
        w.event(GlassEnded(), row)


def review(w: Writer, row: BreakGlass, *, by: Actor, outcome: str, finding: str) -> None:
    """Say what came of it; by somebody else, once it is over."""
    if not by.has("glass.review"):
        raise Forbidden("no_permission", "You may not review this.")
    if by.id == str(row.user_id):
        raise Forbidden("same_person", "Nobody reviews their own.", hint="Ask a colleague.")
    if row.ended_at is None and row.expires_at > clock.now():
        raise Conflict("not_over", "It is still broken.", hint="End it first.")
    if row.reviewed_at is not None:
        raise Conflict("reviewed", "It has been reviewed.")
    if outcome not in BreakGlass.Outcome.values:
        raise BadInput("unknown_outcome", "Was it justified, or not?", where="outcome")
    finding = finding.strip()
    if not MIN_REASON <= len(finding) <= MAX_REASON:
        raise BadInput(
            "bad_finding", f"Say in {MIN_REASON} to {MAX_REASON:,} characters what you found.", where="finding"
        )
    now = clock.now()
    w.update(row, reviewed_at=now, reviewed_by=str(by), outcome=outcome, finding=finding)
    w.event(GlassReviewed(outcome=outcome, in_time=now <= row.review_by), row)


def may_ever_break(user_id: uuid.UUID) -> bool:
    """Whether one of a person's roles holds ``glass.break`` (for the command line, which acts for them)."""
    from watchfloor.identity.models import Role

    roles = list(live_grants().filter(user_id=user_id).values_list("role_key", flat=True))
    return Role.objects.filter(key__in=roles, permissions__contains=["glass.break"]).exists()
