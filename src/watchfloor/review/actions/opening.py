"""A case that a person opens of their own accord: nobody reported the item and nothing was found, but somebody wants to decide on it."""

from __future__ import annotations

from watchfloor.identity.domain import Actor
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, Forbidden
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review.actions import cases, jobs
from watchfloor.review.models import Case


@begin_again
def open_case(actor: Actor, item: Item, policy_key: str, *, why: str = "") -> Case:
    """The open case of an item under a policy, with a job that waits; opened, or opened again, where there is none.

    Needs ``review.claim_case`` there (and the policy's clearance): whoever may take any case may begin one. ``Conflict`` while the case
    is handed up.
    """
    policy = policies.policy(policy_key)
    if not actor.may(
        "review.claim_case", market=item.market, severity=policy.severity, clearance=policy.clearance
    ) or not actor.may("case.view", market=item.market, severity=policy.severity, clearance=policy.clearance):
        raise Forbidden("no_permission", "You may not open cases under this policy.", where="policy")
    now = clock.now()
    arrival = cases.Arrival(
        item=item, version=item.current_version, policy=policy, by="signal", channel="platform", severity=policy.severity,
        at=now, market=item.market, language=item.language,
    )  # fmt: skip
    with writing(actor, reason=why) as w:
        case = cases.find(arrival)
        if case is not None and case.state == Case.State.OPEN:
            return case
        if case is not None and case.state == Case.State.ESCALATED:
            raise Conflict("escalated", "The case has been handed up: the lead decides, or hands it back.")
        if case is None:
            case, _ = cases.take_in(w, None, arrival, manual=True)
            cause = "new"
        else:
            cases.reopen(w, case, why="signal", at=now, arrival=arrival)
            cause = "reopened"
        jobs.make(w, case, kind="review", cause=cause, where=cases.where(case, arrival), due_at=case.due_at)
        return case
