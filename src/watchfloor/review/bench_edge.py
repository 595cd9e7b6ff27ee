"""Flagging an edge case for policy from the workbench."""

from __future__ import annotations

from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.actions import claims


def flag(actor: Actor, job_id: UUID, token: int, question: str) -> None:
    """Flag the case in hand with the question that policy should answer. Needs the live token."""
    if not question.strip():
        raise BadInput("no_question", "Say what the policy does not answer.", where="question")
    with writing(actor) as w:
        case, _job = claims.held_case(actor, job_id, token)
        actions.flag_edge_case(w, case, question.strip())
