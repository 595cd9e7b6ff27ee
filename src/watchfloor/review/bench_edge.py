"""Flagging an edge case for policy from the workbench: there once the floor keeps edge cases (``actions.flag_edge_case``)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.actions import claims


def is_there() -> bool:
    """Whether this installation keeps edge cases."""
    return hasattr(actions, "flag_edge_case")


def flag(actor: Actor, job_id: UUID, token: int, question: str) -> None:
    """Flag the case in hand with the question that policy should answer. Needs the live token."""
    verb: Any = getattr(actions, "flag_edge_case", None)
    if verb is None:
        raise NotFound("no_edge_cases", "Edge cases are not kept here.")
    if not question.strip():
        raise BadInput("no_question", "Say what the policy does not answer.", where="question")
    with writing(actor) as w:
        case, _job = claims.held_case(actor, job_id, token)
        verb(w, case, question.strip())
