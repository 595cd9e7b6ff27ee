"""Part of what many were found guilty of together is taken back for one: a finding of clean in its place, and the case stays closed.

``decisions.undo`` asks for a fresh look; here a person has looked already, and says so.
"""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.review.actions import cases, decisions, findings
from watchfloor.review.bulk.orders import PERMISSION
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Case, Decision
from watchfloor.review.queries import access


def restore(w: Writer, actor: Actor, decision_id: UUID, *, told: str = "author_reversed") -> Decision:
    """Let a standing violating decision fall by a clean one: inverses of its actions, strikes voided, reports answered anew.

    One's own within 30 minutes, anyone's with ``review.undo``, and with ``case.bulk``, for who gives orders over many takes parts
    of them back. ``told``: the notice by which the author hears of it.

    Raises:
        NotFound: the actor knows of no such decision. Forbidden: it is not theirs to undo.
        Conflict: it stands no longer, is no finding against anybody, is under appeal, or is not the latest.
    """
    found = access.known_decisions(actor).filter(pk=decision_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound("unknown_decision", "There is no such decision.")
    case = cases.lock(found)
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    if decision.verdict != Decision.Verdict.VIOLATING:
        raise Conflict("not_violating", "This decision restricts nobody.")
    by_bulk = actor.has(PERMISSION) and not case.clearance
    decisions.may_undo(actor, case, decision, permission=PERMISSION if by_bulk else "review.undo")
    undone = findings.record(
        w, case, DecisionIn(verdict="clean"), policy_key=decision.policy_key, origin="undo", decider=str(actor),
        supersedes=decision, told=told,
    )  # fmt: skip
    if case.state == Case.State.CLOSED:
        findings.turn_reports(w, case, "clean")
    return undone
