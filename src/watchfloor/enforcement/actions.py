"""The only writers of enforcement. ``enforce`` and ``reverse`` run inside the decision's own transaction."""

from __future__ import annotations

from uuid import UUID

from watchfloor.enforcement import catalogue, domain, effects, notices, queries, redress, statements, strikes
from watchfloor.enforcement.confirming import confirm, replayed
from watchfloor.enforcement.contracts import Enforce, Enforced, Reverse
from watchfloor.enforcement.models import Action, Notice, Strike
from watchfloor.identity.domain import system
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies

__all__ = ["approve", "confirm", "enforce", "expire_due", "fixed", "lift", "reject", "replayed", "reverse", "start_due"]
State = Action.State
WAITING = (State.HELD, State.SCHEDULED)  # without effect so far


def enforce(w: Writer, given: Enforce) -> Enforced:
    """Everything that must follow from a violating decision: actions, strike, ladder, notices, messages to the platform.

    Actions on the author are left out when the item has none. Where the catalogue wants a second person, the action is held and
    has no effect until ``approve``. Raises ``BadInput`` for a violation or an action that is not known.
    """
    item = items.by_id(given.item)
    account = effects.lock(item)
    violation = policies.violation(given.violation_key) if given.violation_key else None
    severity = violation.severity if violation else policies.policy(given.policy_key).severity
    taken = []
    for kind in [queries.kind(key) for key in dict.fromkeys(given.action_keys)]:
        target = item if kind.target == "item" else account
        if target is not None:
            taken.append(effects.take(w, given, kind, target, severity=severity))
    points, ladder = 0, None
    if account is not None and violation is not None and violation.points:
        before, after = strikes.give(w, given, account, violation.points, severity)
        points = violation.points
        ladder = domain.step_crossed(queries.ladder(), before, after)
        if ladder is not None:
            counted = list(queries.active_strikes(account.pk).order_by("id"))
            kind = queries.kind(ladder.action_key)
            taken.append(effects.take(w, given, kind, account, severity=severity, step=ladder, strikes=counted))
    statements.begin(w, given, item, account, taken)
    told = notices.tell(
        w, given, item, account, [row for row in taken if row.state == State.PENDING and _notifies(row)]
    )
    return Enforced(
        actions=tuple(row.pk for row in taken),
        points=points,
        ladder=(ladder.action_key,) if ladder else (),
        notices=tuple(row.pk for row in told),
    )


def reverse(w: Writer, fallen: Reverse) -> Enforced:
    """A decision has fallen: undo what of it is in force, void its strikes, and undo ladder actions they carried.

    An effect that another standing decision holds as well stays. Calling it twice changes nothing the second time.
    """
    rows = list(
        Action.objects.filter(
            decision_id=fallen.decision_id, inverse_of__isnull=True, state__in=[*domain.IN_FORCE, *WAITING]
        ).select_related("item__author")
    )
    struck = Strike.objects.filter(decision_id=fallen.decision_id).exclude(state=Strike.State.VOIDED).first()
    account: Item | None = None
    if rows or struck is not None:
        account = effects.lock(rows[0].item if rows else struck.account)  # type: ignore[union-attr]
    voided = strikes.void(w, fallen.decision_id, by=fallen.by_decision_id, why=fallen.why, case_id=fallen.case_id)
    undone: list[Action] = []
    inverses: list[Action] = []
    for row in _locked([each.pk for each in rows]):
        _undo(w, row, fallen.why, fallen.by_decision_id, undone, inverses)
    if voided and account is not None:
        for row in strikes.unjustified(account):
            _undo(w, row, "ladder", fallen.by_decision_id, undone, inverses)
    statements.settle(w, fallen.decision_id, why="undo" if fallen.why == "undo" else "appeal", fallen=True)
    told = notices.tell_reversed(w, fallen, account, undone) if undone or voided else []
    return Enforced(actions=tuple(row.pk for row in inverses), notices=tuple(row.pk for row in told))


def forgive(w: Writer, decision_id: UUID, *, by: UUID, case_id: UUID) -> int:
    """What was decided stands, but does not count against the account: its strikes are voided, and ladder actions they carried
    undone. How many strikes."""
    struck = Strike.objects.filter(decision_id=decision_id).exclude(state=Strike.State.VOIDED).first()
    if struck is None:
        return 0
    account = struck.account
    effects.lock(account)
    voided = strikes.void(w, decision_id, by=by, why="undo", case_id=case_id)
    for row in strikes.unjustified(account):
        _undo(w, row, "ladder", by, [], [])
    return voided


def approve(w: Writer, action_id: UUID) -> Action:
    """Agree to a held action. Raises ``Forbidden`` for the person whose decision asked for it."""
    action = _waiting(action_id, State.HELD)
    if action.requested_by == w.actor:
        raise Forbidden("same_person", "Whoever decided cannot approve the action too.", hint="Ask a colleague.")
    effects.release(w, action, action.item)
    statements.settle(w, action.decision_id)
    if action.case_id is not None:
        redress.agreed(w, action.case_id)
    if action.state == State.PENDING and _notifies(action) and not _told(action):
        notices.tell_approved(w, action)
    return action


def reject(w: Writer, action_id: UUID) -> Action:
    """Say no to a held action. Raises ``Forbidden`` for the person whose decision asked for it."""
    action = _waiting(action_id, State.HELD)
    if action.requested_by == w.actor:
        raise Forbidden(
            "same_person", "Whoever decided cannot judge the action too.", hint="Undo the decision instead."
        )
    told = _told(action)
    effects.refuse(w, action, "refused")
    if told:
        _tell_undone(w, action, "undo")
    return action


def lift(w: Writer, action_id: UUID, *, why: str) -> Action | None:
    """One action is taken back by a person, with a reason; its decision and strikes stand. Returns the inverse, if one is sent.

    A scheduled action will not begin. ``Conflict`` where there is nothing to take back.
    """
    if not why.strip():
        raise BadInput("no_reason", "Say why it is taken back.", where="why")
    action = _locked_action(action_id)
    if action.inverse_of_id is not None or action.state not in (*domain.IN_FORCE, State.SCHEDULED):
        raise Conflict("not_in_force", f"This action is not in force: it is {action.state}.")
    if action.state == State.SCHEDULED:
        effects.refuse(w, action, "taken_back")
        return None
    inverse = effects.end(w, action, why="person", by_decision=None)
    _tell_undone(w, action, "person")
    return inverse


def fixed(w: Writer, action_id: UUID) -> Action | None:
    """What was wrong is mended: an action that waits for that ends. Twice changes nothing. Returns the inverse, if one is sent."""
    action = _locked_action(action_id)
    if action.inverse_of_id is not None or not catalogue.effect(queries.kind(action.kind_key).does).fixable:
        raise Conflict(
            "not_fixable", "This action does not wait for something to be mended.", hint="Take it back instead."
        )
    if action.state in (State.REVERSED, State.EXPIRED):
        return None
    if action.state not in domain.IN_FORCE:
        raise Conflict("not_in_force", f"This action is not in force: it is {action.state}.")
    return effects.end(w, action, why="fixed", by_decision=None)


def start_due(limit: int = 200) -> int:
    """Begin scheduled actions whose moment has come, each in a transaction of its own; returns how many."""
    due = Action.objects.filter(state=State.SCHEDULED, starts_at__lte=clock.now()).order_by("starts_at", "id")
    found = list(due.values_list("pk", flat=True)[:limit])
    for action_id in found:
        with writing(system("schedule")) as w:
            action = _locked_action(action_id)
            if action.state == State.SCHEDULED and action.starts_at and action.starts_at <= clock.now():
                effects.start(w, action)
                if action.state == State.PENDING and _notifies(action):
                    notices.tell_approved(w, action)
    return len(found)


def expire_due(limit: int = 200) -> int:
    """End temporary actions and strikes whose time has come, each in a transaction of its own; returns how many.

    Scheduled actions begin first, so that one whose whole time passed while nothing ran is begun and ended.
    """
    started = start_due(limit)
    now = clock.now()
    actions = list(
        Action.objects.filter(expires_at__lte=now, inverse_of__isnull=True, state__in=domain.IN_FORCE)
        .order_by("expires_at", "id")
        .values_list("pk", flat=True)[:limit]
    )
    for action_id in actions:
        _expire_action(action_id)
    due = Strike.objects.filter(state=Strike.State.ACTIVE, expires_at__lte=now).order_by("expires_at", "id")
    ended = list(due.values_list("pk", flat=True)[:limit])
    for strike_id in ended:
        _expire_strike(strike_id)
    return started + len(actions) + len(ended)


def _undo(w: Writer, row: Action, why: str, by: UUID, undone: list[Action], inverses: list[Action]) -> None:
    if row.state in WAITING:
        told = _told(row)
        inverse = effects.refuse(w, row, "decision_fell")
        if told:
            undone.append(row)
        if inverse is not None:
            inverses.append(inverse)
    elif row.state in domain.IN_FORCE:
        inverse = effects.end(w, row, why=why, by_decision=by)
        undone.append(row)
        if inverse is not None:
            inverses.append(inverse)


def _expire_action(action_id: UUID) -> None:
    with writing(system("expiry")) as w:
        effects.lock(Action.objects.select_related("item__author").get(pk=action_id).item)
        for action in _locked([action_id]):
            if action.state in domain.IN_FORCE and action.expires_at and action.expires_at <= clock.now():
                effects.end(w, action, why="expiry", by_decision=None)


def _expire_strike(strike_id: UUID) -> None:
    with writing(system("expiry")) as w:
        row = Strike.objects.select_related("account").get(pk=strike_id)
        effects.lock(row.account)
        row = Strike.objects.select_for_update().get(pk=strike_id)
        if row.state == Strike.State.ACTIVE:
            strikes.expire(w, row)


def _waiting(action_id: UUID, state: str) -> Action:
    action = _locked_action(action_id)
    if action.state != state:
        raise Conflict("not_held", f"This action no longer waits for approval: it is {action.state}.")
    return action


def _locked_action(action_id: UUID) -> Action:
    """One action, its account locked first as everywhere."""
    found = Action.objects.select_related("item__author").filter(pk=action_id).first()
    if found is None:
        raise NotFound("unknown_action", "There is no such action.")
    effects.lock(found.item)
    return _locked([action_id])[0]


def _notifies(action: Action) -> bool:
    return catalogue.effect(queries.kind(action.kind_key).does).notify(action.params)


def _told(action: Action) -> bool:
    """Whether the author heard of an action before it was withheld."""
    if action.held_for != "automation":
        return False
    return Notice.objects.filter(decision_id=action.decision_id, to="author").exists()


def _tell_undone(w: Writer, action: Action, why: str) -> None:
    account = action.item if action.item.author_id is None else action.item.author
    if action.case_id is None or not _notifies(action):
        return
    fallen = Reverse(
        decision_id=action.decision_id, by_decision_id=action.decision_id, case_id=action.case_id, why=why,
        language=action.language or "en", job_id=action.job_id,
    )  # fmt: skip
    notices.tell_reversed(w, fallen, account, [action])


def _locked(ids: list[UUID]) -> list[Action]:
    """Action rows, locked in order of id: a delivery may be confirming them at this moment."""
    rows = Action.objects.select_for_update(of=("self",)).select_related("item__author")
    return list(rows.filter(pk__in=ids).order_by("id"))
