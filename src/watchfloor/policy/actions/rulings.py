"""Which clause a question or a ruling belongs to is written here."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer
from watchfloor.policy import events as happened
from watchfloor.policy import texts
from watchfloor.policy.models import PolicyVersion, RulingPlace


def place_ruling(w: Writer, ruling_id: UUID, policy_key: str, clause_key: str) -> RulingPlace:
    """Put a question or ruling to a clause of any version of its policy; an empty key takes it off.

    The caller has made sure that the actor may know of the ruling.
    """
    known = {
        clause.key for row in PolicyVersion.objects.filter(policy_key=policy_key) for clause in texts.clauses_of(row)
    }
    if clause_key and clause_key not in known:
        raise BadInput("unknown_clause", f"The policy has no clause {clause_key[:60]!r}.", where="clause")
    values = {"policy_key": policy_key, "clause_key": clause_key, "placed_by": w.actor, "placed_at": clock.now()}
    row = RulingPlace.objects.select_for_update().filter(ruling_id=ruling_id).first()
    row = w.create(RulingPlace, ruling_id=ruling_id, **values) if row is None else w.update(row, **values)
    w.event(happened.RulingPlaced(policy=policy_key, clause=clause_key, ruling=str(ruling_id)), row)
    return row
