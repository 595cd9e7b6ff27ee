"""Somebody who may says yes, no or later, and why; the scores are kept as they stood. An accepted proposal is planned at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.improvements import access, sized
from watchfloor.programme.improvements.actions import delivering
from watchfloor.programme.improvements.actions.telling import tell
from watchfloor.programme.improvements.domain import states
from watchfloor.programme.improvements.domain.story import line
from watchfloor.programme.improvements.events import ImprovementDecided
from watchfloor.programme.improvements.models import Proposal, Verdict


def missing(row: Proposal) -> list[str]:
    """Keys of what nobody may be asked to accept a proposal without."""
    found = row.story.missing()
    if not row.quantities.filter(dropped_at=None).exists():
        found.append("sizing")
    return [*found, *([] if row.effort else ["effort"])]


def decide(
    w: Writer, actor: Actor, key: UUID, outcome: str, why: str, *, due: datetime | None = None, issue: bool = False
) -> Proposal:
    """Accept it, decline it, or put it off. Accepted, it is an initiative with one action, due when that is said;
    ``issue``: and an issue in Jira."""
    row = decidable(actor, key)
    if outcome not in states.OUTCOMES:
        raise BadInput("bad_outcome", "Accept it, decline it, or put it off.", where="outcome")
    states.check(row.state, outcome)
    said = line(why, "why")
    if outcome == states.ACCEPTED and (left := missing(row)):
        raise BadInput("not_ready", f"It is not ready to be accepted: {', '.join(left)} missing.", where="outcome")
    scores = sized.snapshot(row)
    _log(w, row, outcome, said, scores)
    w.update(row, state=outcome, decided_at=clock.now())
    _say(w, row, outcome, scores["worth"][0])
    if outcome == states.ACCEPTED:
        delivering.plan(w, actor, row, due=due, issue=issue)
    else:
        delivering.give_up(w, row, said)
    return row


def reopen(w: Writer, actor: Actor, key: UUID, why: str) -> Proposal:
    """What was declined or put off is looked at again."""
    row = decidable(actor, key)
    states.check(row.state, states.DRAFT)
    scores = sized.snapshot(row)
    _log(w, row, "again", line(why, "why"), scores)
    w.update(row, state=states.DRAFT, decided_at=None)
    _say(w, row, "again", scores["worth"][0])
    return row


def decidable(actor: Actor, key: UUID) -> Proposal:
    """One proposal this person may decide on, locked."""
    row = access.proposal(actor, key)
    if not access.approves(actor, row):
        raise NotFound("unknown_proposal", "There is no such proposal.")
    return Proposal.objects.select_for_update().get(pk=row.pk)


def _log(w: Writer, row: Proposal, outcome: str, why: str, scores: dict[str, object]) -> None:
    w.create(Verdict, proposal=row, outcome=outcome, why=why, scores=scores, made_by=w.actor, made_at=clock.now())


def _say(w: Writer, row: Proposal, outcome: str, expected: float) -> None:
    tell(w, row)
    after = int((clock.now() - row.made_at).total_seconds() * 1000)
    w.event(ImprovementDecided(outcome=outcome, after_ms=after, expected=expected), row)
