"""Keeps the way through the decision tree with the decision, in the decision's own transaction."""

from __future__ import annotations

from collections.abc import Sequence

from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.actions.people import of_case
from watchfloor.review.events_bench import DecisionPathKept
from watchfloor.review.models import Case, Decision
from watchfloor.review.models_bench import DecisionPath

MAX_STEPS = 200


def keep(w: Writer, case: Case, decision: Decision, path: Sequence[tuple[str, int]]) -> DecisionPath | None:
    """The path, if it is one of the tree in force for the case's policy; else nothing (the tree may have changed meanwhile)."""
    end = policies.decision_tree(case.policy_key, case.market).walk(path[:MAX_STEPS])
    if end is None:
        return None
    ends = "" if end.kind == "question" else end.to  # "": the reviewer stopped half way
    said = decision.violation_key or decision.verdict
    row = w.create(
        DecisionPath, decision=decision, steps=[list(step) for step in path], ends=ends, followed=ends == said
    )
    event = DecisionPathKept(**of_case(case), questions=len(path), ends=ends, followed=row.followed)
    w.event(event, row, case_id=case.pk, policy_version=decision.policy_version_id)
    return row
