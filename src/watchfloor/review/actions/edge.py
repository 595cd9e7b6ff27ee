"""Edge cases: a question a case raises that the policy does not answer, and policy's ruling, which is a precedent from then on."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import actions as policy
from watchfloor.review.actions.people import of_case
from watchfloor.review.domain import clocks, findings
from watchfloor.review.events_many import EdgeCaseAsked, EdgeCaseRuled, EdgeCaseWithdrawn
from watchfloor.review.models import Case, EdgeCase
from watchfloor.review.queries import access

PERMISSION = "edge.rule"
MAX_TEXT = 5_000


def flag_edge_case(w: Writer, case: Case, question: str) -> EdgeCase:
    """Put a case's question to policy; the case goes on as it would. The caller has made sure that the actor may see the case."""
    question = _text(question, "question")
    row = w.create(
        EdgeCase, case=case, policy_key=case.policy_key, question=question, state=EdgeCase.State.OPEN, asked_by=w.actor,
        asked_at=clock.now(),
    )  # fmt: skip
    w.event(EdgeCaseAsked(**of_case(case), length=len(question)), row, case_id=case.pk)
    return row


def rule(
    actor: Actor, edge_id: UUID, *, ruling: str, verdict: str = "", violation_key: str = "", clause: str = ""
) -> EdgeCase:
    """Answer it. ``verdict`` and ``violation_key`` say how such a case is decided, where it can be said so. The case stays as it is.

    ``clause`` is the key of the policy's clause that the ruling is read with from then on; empty: of none. ``BadInput`` for one that
    the policy does not have.
    """
    case = _case(actor, edge_id)
    if not actor.may(PERMISSION, market=case.market, severity=case.severity, clearance=case.clearance):
        raise Forbidden("no_permission", "Your roles do not include rulings on edge cases.")
    ruling = _text(ruling, "ruling")
    if verdict:
        findings.check(verdict, violation_key)
    with writing(actor) as w:
        row = EdgeCase.objects.select_for_update().get(pk=edge_id)
        if row.state != EdgeCase.State.OPEN:
            raise Conflict("answered", f"This question is {row.state}.")
        now = clock.now()
        w.update(
            row, state=EdgeCase.State.RULED, ruling=ruling, verdict=verdict, violation_key=violation_key,
            ruled_by=str(actor), ruled_at=now,
        )  # fmt: skip
        event = EdgeCaseRuled(
            **of_case(case), verdict=verdict, violation=violation_key, after_ms=clocks.milliseconds(now - row.asked_at)
        )
        w.event(event, row, case_id=case.pk)
        if clause:
            policy.place_ruling(w, row.pk, row.policy_key, clause)
        return row


def withdraw_edge_case(actor: Actor, edge_id: UUID, why: str = "") -> None:
    """Take the question back: who asked it, or whoever rules."""
    case = _case(actor, edge_id)
    with writing(actor, reason=why.strip()[:200] or "withdrawn") as w:
        row = EdgeCase.objects.select_for_update().get(pk=edge_id)
        if row.asked_by != str(actor) and not actor.may(PERMISSION, market=case.market, clearance=case.clearance):
            raise Forbidden("no_permission", "Only who asked takes the question back.")
        if row.state != EdgeCase.State.OPEN:
            raise Conflict("answered", f"This question is {row.state}.")
        w.update(row, state=EdgeCase.State.WITHDRAWN)
        w.event(EdgeCaseWithdrawn(**of_case(case)), row, case_id=case.pk)


def _case(actor: Actor, edge_id: UUID) -> Case:
    found = EdgeCase.objects.filter(pk=edge_id).values_list("case_id", flat=True).first()
    if found is None or not access.visible_cases(actor).filter(pk=found).exists():
        raise NotFound("unknown_edge_case", "There is no such question.")
    return access.case(actor, found, why="edge case")


def _text(text: str, where: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_TEXT:
        raise BadInput("bad_text", f"It takes 1 to {MAX_TEXT:,} characters; this has {len(text):,}.", where=where)
    return text
