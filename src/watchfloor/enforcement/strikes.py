"""Strikes in a transaction: given with a decision, voided when it falls, expired by time. The caller holds the account's lock."""

from __future__ import annotations

from uuid import UUID

from watchfloor.enforcement import domain, events, queries
from watchfloor.enforcement.contracts import Enforce
from watchfloor.enforcement.models import Action, Strike
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer


def give(w: Writer, given: Enforce, account: Item, points: int, severity: int) -> tuple[int, int]:
    """Add the decision's strike; returns the account's active points before and after it."""
    before = queries.active_points(account.pk)
    if points <= 0:
        return before, before
    now = clock.now()
    row = w.create(
        Strike, account=account, decision_id=given.decision_id, points=points, policy_key=given.policy_key,
        severity=severity, market=given.market, state=Strike.State.ACTIVE, given_at=now,
        expires_at=now + domain.strike_life(severity),
    )  # fmt: skip
    w.event(
        events.StrikeGiven(
            points=points, total=before + points, policy=given.policy_key, severity=severity, market=given.market,
            origin=given.origin,
        ),
        row, case_id=given.case_id, policy_version=given.policy_version,
    )  # fmt: skip
    return before, before + points


def void(w: Writer, decision_id: UUID, *, by: UUID, why: str, case_id: UUID | None) -> int:
    """Void the strikes of a fallen decision, expired ones too (a ladder action may still rest on them); returns how many."""
    rows = list(
        Strike.objects.select_for_update()
        .filter(decision_id=decision_id)
        .exclude(state=Strike.State.VOIDED)
        .order_by("id")
    )
    for row in rows:
        w.update(row, state=Strike.State.VOIDED, voided_by=by)
        w.event(
            events.StrikeVoided(
                points=row.points, total=queries.active_points(row.account_id), policy=row.policy_key,
                severity=row.severity, market=row.market, why=why,
            ),
            row, case_id=case_id,
        )  # fmt: skip
    return len(rows)


def expire(w: Writer, row: Strike) -> None:
    """A strike has lived its time."""
    w.update(row, state=Strike.State.EXPIRED)
    w.event(
        events.StrikeExpired(
            points=row.points, total=queries.active_points(row.account_id), policy=row.policy_key,
            severity=row.severity, market=row.market,
        ),
        row,
    )  # fmt: skip


def unjustified(account: Item) -> list[Action]:
    """Ladder actions on the account, in force, held or scheduled, whose strikes no longer add up to their step.

    A reversal never adds a sanction: a lower step that would remain is not taken in their place.
    """
    rows = Action.objects.select_for_update().filter(
        item=account,
        from_ladder=True,
        inverse_of__isnull=True,
        state__in=[*domain.IN_FORCE, Action.State.HELD, Action.State.SCHEDULED],
    )
    found = []
    for action in rows.order_by("id"):
        strikes = [
            domain.StrikeView(id=row.pk, points=row.points, state=row.state)
            for row in Strike.objects.filter(pk__in=action.strikes)
        ]
        if action.step is not None and not domain.still_justified(action.step, strikes):
            found.append(action)
    return found
