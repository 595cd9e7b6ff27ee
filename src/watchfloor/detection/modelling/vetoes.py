"""Deeds of rules that wait for a policy model: it may veto them, or must agree. Without an answer in time they are done as they were asked.

Only a model whose precision was measured has such a mode (``asked.save``). The case is with people meanwhile, and who decides first
decides.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import msgspec

from watchfloor.detection.hold import holding
from watchfloor.detection.modelling.domain.asking import Answer, combine
from watchfloor.detection.modelling.models import HeldDeed, PolicyAnswer, PolicyModel
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Case

log = logging.getLogger(__name__)
PATIENCE = timedelta(minutes=2)  # then the deed is done without it
AT_ONCE = 200
MODES = (PolicyModel.Mode.VETO, PolicyModel.Mode.CONSENSUS)


def _read() -> list[PolicyModel]:
    return list(PolicyModel.objects.filter(mode__in=MODES).order_by("key"))


guards = Remembered(_read)


def guard_of(policy: str, language: str) -> PolicyModel | None:
    """The model that has a say in what rules do under a policy."""
    return next((row for row in guards() if row.policy_key == policy and row.language in ("", language)), None)


def hold(guard: PolicyModel, case: Case, finding: DecisionIn, rule: str) -> None:
    """Put a deed aside, in the caller's transaction; one a case."""
    HeldDeed.objects.get_or_create(
        case=case, defaults={"model": guard, "rule": rule, "finding": msgspec.to_builtins(finding), "at": clock.now()}
    )


def settle() -> int:
    """Do or drop what was answered or has waited long enough; how many."""
    done = 0
    for held in HeldDeed.objects.select_related("case", "model").order_by("at")[:AT_ONCE]:
        row = PolicyAnswer.objects.filter(
            model=held.model, version=held.model.version, case=held.case, item_version=held.case.item_version
        ).first()
        if row is None and clock.now() - held.at < PATIENCE:
            continue
        answer = None
        if row is not None and row.outcome == PolicyAnswer.Outcome.ANSWERED:
            answer = msgspec.convert(
                {"label": row.label, "score": row.score, "clause": row.clause, "reasoning": ""}, Answer
            )
        if combine(True, answer, held.model.mode) and holding() is None:
            _do(held)
        held.delete()
        done += 1
    return done


def _do(held: HeldDeed) -> None:
    try:
        with writing("system:rules") as w:
            review.decide_by_rule(w, held.case, msgspec.convert(held.finding, DecisionIn), rule=held.rule)
    except WatchfloorError as error:  # a person was first, or it was handed up
        log.info("what %s would have done is left: %s", held.rule, error.message)
