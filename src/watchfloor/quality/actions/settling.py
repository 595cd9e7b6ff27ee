"""Settling what is right where a look found otherwise, disputes of it, correcting the wrong decision, and coaching out of it.

Quality never acts by itself: a wrong decision stays in force until a person who may take decisions back does so here, and then the case
waits for a fresh look by people, everything the decision did is undone and everybody who was told of it is told.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.quality.actions.dims import of_look
from watchfloor.quality.domain.looks import CAUSES, Finding, same
from watchfloor.quality.events import Coached, LookCorrected, LookDisputed, LookSettled
from watchfloor.quality.models import Coaching, Look
from watchfloor.review import actions as review
from watchfloor.review.domain import findings

LONGEST: Final = 4000
DISPUTE_WITHIN: Final = timedelta(days=14)


def settle(
    actor: Actor,
    look_id: UUID,
    *,
    verdict: str,
    violation_key: str = "",
    cause: str = "",
    critical: bool = False,
    said: str = "",
    coach: str = "",
) -> Look:
    """Say what is right. Neither whoever decided nor whoever looked may; nor, of a disputed one, whoever settled it before.

    Args:
        cause: of ``CAUSES``, where the decision was wrong.
        said: to whoever decided; ``coach``: something for them to look at, beside it.

    Raises:
        BadInput: a finding that is not complete, or a wrong decision without a cause.
    """
    finding = Finding(verdict, violation_key if verdict == "violating" else "")
    if verdict == "unsure":
        raise BadInput(
            "unsure", "What is right is violating or clean.", where="verdict", hint="Or ask policy for a ruling."
        )
    findings.check(verdict, finding.violation)
    if finding.violation:
        policies.violation(finding.violation)
    with writing(actor, reason=cause) as w:
        row = _mine(actor, look_id)
        if row.state not in (Look.State.DIFFERS, Look.State.DISPUTED):
            raise Conflict("settled", "This look needs nobody to settle it.")
        if str(actor) in (row.decider, row.found_by, row.settled_by):
            raise Forbidden("own", "You decided, looked or settled this before: another person settles it.")
        wrong = not same(finding, Finding(row.verdict, row.violation_key))
        again, before = row.state == Look.State.DISPUTED, row.critical  # it has been counted once, as wrong
        each = 1 / row.probability if row.purpose == "sample" else 0.0
        if wrong and cause not in CAUSES:
            raise BadInput("no_cause", "Say what went wrong.", where="cause", hint=", ".join(CAUSES))
        if (said + coach).strip() and not row.decider.startswith("user:"):
            raise BadInput("nobody", "A rule reads nothing: leave what is said to it empty.", where="said")
        w.update(
            row, state=Look.State.SETTLED, right_verdict=finding.verdict, right_violation=finding.violation,
            settled_by=str(actor), settled_at=clock.now(), critical=critical and wrong, cause=cause if wrong else "",
            said=said.strip()[:LONGEST],
        )  # fmt: skip
        event = LookSettled(
            **of_look(row), settled=row.right_verdict, settled_violation=row.right_violation, wrong=wrong,
            critical=row.critical, cause=row.cause, weight=0.0 if again else each, weight_right=0.0 if wrong else each,
            weight_grave=_grave(each, row.critical, before),
        )  # fmt: skip
        w.event(event, row, case_id=row.case_id, policy_version=row.policy_version_id)
        if wrong and coach.strip():
            task = w.create(
                Coaching,
                look=row,
                person=row.decider,
                text=coach.strip()[:LONGEST],
                made_by=str(actor),
                made_at=clock.now(),
            )
            w.event(Coached(), task, case_id=row.case_id)
        return row


def _grave(each: float, critical: bool, before: bool) -> float:
    """What a settling adds to the gravely wrong: what it was counted as before is taken back."""
    return each * (int(critical) - int(before))


def dispute(actor: Actor, look_id: UUID, text: str) -> Look:
    """Whoever decided does not agree, within two weeks; another person settles it again."""
    if not text.strip():
        raise BadInput("no_reason", "Say why the decision was right.", where="text")
    with writing(actor) as w:
        row = Look.objects.select_for_update().filter(pk=look_id, decider=str(actor)).first()
        if row is None or row.settled_at is None:
            raise NotFound("unknown_look", "There is no such look.")
        if row.state != Look.State.SETTLED or row.disputed_at is not None or not is_wrong(row) or row.purpose == "gold":
            raise Conflict("no_dispute", "This cannot be disputed (any more).")
        if clock.now() - row.settled_at > DISPUTE_WITHIN:
            raise Conflict("too_late", f"It was settled more than {DISPUTE_WITHIN.days} days ago.")
        w.update(row, state=Look.State.DISPUTED, dispute=text.strip()[:LONGEST], disputed_at=clock.now())
        w.event(LookDisputed(), row, case_id=row.case_id)
        return row


def correct(actor: Actor, look_id: UUID, why: str) -> Look:
    """Take the wrong decision back, with all it did and everybody told; the case waits for a fresh look by people.

    Needs ``review.undo`` too. Raises what taking a decision back raises.
    """
    row = _seen(actor, look_id)
    if row.state != Look.State.SETTLED or not is_wrong(row) or row.purpose == "gold":
        raise Conflict("not_wrong", "Only a decision that was settled to be wrong is corrected.")
    if row.corrected_by_id is not None:
        raise Conflict("corrected", "It has been corrected.")
    with writing(actor, reason=why) as w:
        undone = review.undo(actor, row.decision_id, why)
        row = Look.objects.select_for_update().get(pk=look_id)
        w.update(row, corrected_by_id=undone.pk)
        w.event(LookCorrected(by=str(undone.pk)), row, case_id=row.case_id)
    return row


def coached(actor: Actor, coaching_id: UUID) -> Coaching:
    """The person has looked at it."""
    with writing(actor) as w:
        row = Coaching.objects.select_for_update().filter(pk=coaching_id, person=str(actor)).first()
        if row is None:
            raise NotFound("unknown_coaching", "There is no such task.")
        if row.done_at is None:
            w.update(row, done_at=clock.now())
            w.event(Coached(done=True), row)
        return row


def is_wrong(row: Look) -> bool:
    """Whether the decision is not what is right, as far as it is known."""
    right = Finding(row.right_verdict, row.right_violation)
    return bool(row.right_verdict) and not same(Finding(row.verdict, row.violation_key), right)


def _seen(actor: Actor, look_id: UUID) -> Look:
    row = Look.objects.filter(
        access.rows(
            actor, "quality.manage", market="market", severity="severity", clearance="clearance", vendor="vendor"
        ),
        pk=look_id,
    ).first()
    if row is None:
        raise NotFound("unknown_look", "There is no such look.")
    return row


def _mine(actor: Actor, look_id: UUID) -> Look:
    _seen(actor, look_id)
    return Look.objects.select_for_update().get(pk=look_id)
