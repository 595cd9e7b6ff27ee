"""The only writers of plans and pauses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchfloor.detection.modelling import measuring, plans
from watchfloor.detection.modelling.events import ModelPaused, ModelResumed, SamplingPlanned
from watchfloor.detection.modelling.models import Pause, Plan
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

MOST_PER_DAY = 10_000


def plan_sampling(
    w: Writer,
    policy: str,
    *,
    per_day: int,
    language: str = "",
    uniform: float = 0.5,
    target: float = plans.TARGET,
) -> Plan:
    """Draw so many unreported items a day for review, to measure the policy's model; 0 draws none.

    Args:
        language: a budget, a target and a threshold of its own for one language; empty for all that have none.
        uniform: the share of the budget drawn whatever the score; the rest is drawn near the threshold.
        target: the precision from whose lower bound on the model opens cases by itself.

    Raises:
        BadInput: no such policy, or a number out of its range.
    """
    policies.policy(policy)
    if not 0 <= per_day <= MOST_PER_DAY:
        raise BadInput("bad_budget", f"Give 0 to {MOST_PER_DAY:,} items a day.", where="per_day")
    if not 0.05 <= uniform <= 1:
        raise BadInput("bad_share", "At least 5 % must be drawn whatever the score, at most all.", where="uniform",
                       hint="Without them nobody knows what the model overlooks.")  # fmt: skip
    if not 0.5 <= target < 1:
        raise BadInput("bad_target", "A target lies between 50 % and below 100 %.", where="target",
                       hint="No sample can show 100 %.")  # fmt: skip
    language = language.strip()
    if len(language) > 20:
        raise BadInput("bad_language", "That is no language code.", where="language", hint="For example en or hi.")
    row = Plan.objects.select_for_update().filter(policy_key=policy, language=language).first()
    values = {
        "per_day": per_day,
        "uniform": uniform,
        "target": target,
        "changed_at": clock.now(),
        "changed_by": w.actor,
    }
    if row is None:
        row = w.create(Plan, policy_key=policy, language=language, **values)
    else:
        w.update(row, **values)
    event = SamplingPlanned(policy=policy, language=language, per_day=per_day, uniform=uniform, target=target)
    w.event(event, row)
    _forget()
    return row


def pause(w: Writer, policy: str, kind: str, facts: Mapping[str, Any]) -> Pause | None:
    """The model opens no case until a person lets it; None if it is paused already. ``kind``: scores or labels."""
    if Pause.objects.filter(policy_key=policy, lifted_at__isnull=True).exists():
        return None
    row = w.create(Pause, policy_key=policy, kind=kind, facts=dict(facts), at=clock.now())
    w.event(ModelPaused(policy=policy, kind=kind, p=facts.get("p")), row)
    _forget()
    return row


def resume(w: Writer, policy: str, *, why: str) -> Pause:
    """Let a paused model act again; days and decisions before this are no longer what it is compared with.

    Raises:
        BadInput: without a reason. NotFound: it is not paused.
    """
    why = " ".join(why.split())
    if not why:
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = Pause.objects.select_for_update().filter(policy_key=policy, lifted_at__isnull=True).first()
    if row is None:
        raise NotFound("not_paused", "This model is not paused.")
    w.update(row, lifted_at=clock.now(), lifted_by=w.actor, why=why[:200])
    w.event(ModelResumed(policy=policy), row, reason=why[:200])
    _forget()
    return row


def _forget() -> None:
    plans.forget()
    measuring.forget()
