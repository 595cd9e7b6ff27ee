"""A second person's answer to many held actions, each in a transaction of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from watchfloor.enforcement import actions
from watchfloor.kernel.errors import Conflict, Forbidden, NotFound
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import writing


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """How many were answered, and how many could not be: they changed meanwhile, or are one's own."""

    done: int
    left: int


def judge_many(actor: Any, ids: list[UUID], *, yes: bool) -> Judged:
    """Approve (``yes``) or refuse these actions; what one asked for oneself is left."""
    done = left = 0
    for action_id in ids:
        try:
            _judge(actor, action_id, yes)
            done += 1
        except (Conflict, Forbidden, NotFound):
            left += 1
    return Judged(done=done, left=left)


@begin_again
def _judge(actor: Any, action_id: UUID, yes: bool) -> None:
    with writing(actor, reason="many at once") as w:
        (actions.approve if yes else actions.reject)(w, action_id)
