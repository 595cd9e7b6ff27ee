"""Readers of enforcement: the catalogue and the ladder (cached), what an action would do, how an account stands."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, NullIf, StrIndex, Substr

from watchfloor.enforcement import catalogue, domain
from watchfloor.enforcement.contracts import ActionOut, ActionPreview, Standing, StrikeOut
from watchfloor.enforcement.domain import Step
from watchfloor.enforcement.models import Action, ActionKind, LadderStep, Notice, Strike
from watchfloor.enforcement.statement_queries import statement, statements
from watchfloor.identity import access
from watchfloor.identity.domain import Actor, Scope
from watchfloor.items import live, protected
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger import rows
from watchfloor.ledger.models import Outbox
from watchfloor.policy import queries as policies

__all__ = ["statement", "statements"]  # the readers others know by this module


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue row, frozen."""

    key: str
    name: str
    help: str
    does: str
    inverse_key: str
    inverse_name: str
    target: str
    item_state: str
    duration_hours: int | None
    delay_hours: int | None
    needs_approval: bool
    mass_limit: int | None
    enabled: bool
    position: int
    phrases: dict[str, str]
    params: dict[str, object]

    def phrase(self, language: str) -> str:
        """How a notice says it."""
        return self.phrases.get(language) or self.phrases.get("en") or self.name


class _Book(msgspec.Struct, frozen=True):
    kinds: dict[str, Kind]
    steps: tuple[Step, ...]


def forget() -> None:
    """Read again at the next use (after a change)."""
    _book.forget()


def kinds(*, enabled: bool = True) -> list[Kind]:
    """The catalogue in its order; ``enabled=False`` gives the retired ones too."""
    return [kind for kind in _book().kinds.values() if kind.enabled or not enabled]


def kind(key: str) -> Kind:
    """One catalogue entry, retired or not; ``BadInput`` with the known ones when there is no such."""
    found = _book().kinds.get(key)
    if found is None:
        names = ", ".join(each.key for each in kinds()) or "none yet (run `watchfloor init`)"
        raise BadInput("unknown_action", f"There is no action {key[:60]!r}.", where="actions", hint=f"Known: {names}.")
    return found


def ladder() -> tuple[Step, ...]:
    """The steps, lowest first."""
    return _book().steps


def kind_name(key: str) -> str:
    """The name of an action or of an inverse, for people."""
    book = _book()
    if key in book.kinds:
        return book.kinds[key].name
    for each in book.kinds.values():
        if each.inverse_key == key:
            return each.inverse_name or key.replace("_", " ")
    return key.replace("_", " ")


def active_points(account_id: UUID) -> int:
    """Active strike points of an account."""
    counting = "WHERE account_id = %s AND state = 'active' AND expires_at > %s"
    return sum(row.points for row in rows.select(Strike, counting, [account_id, clock.now()]))


def active_strikes(account_id: UUID) -> QuerySet[Strike]:
    """Strikes that count now; one past its end no longer does, even before the clean-up has marked it."""
    return Strike.objects.filter(account_id=account_id, state=Strike.State.ACTIVE, expires_at__gt=clock.now())


def preview(item: Item, violation_key: str, action_keys: Iterable[str]) -> list[ActionPreview]:
    """What each action would do if ``item`` were found in violation: points, the ladder's addition, whether it waits for a second
    person. The strike belongs to the decision, so every entry carries the same totals.
    """
    violation = policies.violation(violation_key)
    account = items.account_of(item)
    second = protected.is_protected(account)
    points = violation.points if account is not None else 0
    before = active_points(account.pk) if account is not None else 0
    after = before + points
    steps = ladder()
    crossed = domain.step_crossed(steps, before, after) if points else None
    following = domain.next_step(steps, after)
    parts = []
    if points:
        parts.append(f"strike {points}")
        if following is not None:
            parts.append(f"({after} of {following.points} to {kind_name(following.action_key)})")
        else:
            parts.append(f"({after} points)")
    if crossed is not None:
        parts.append(f"adds {kind_name(crossed.action_key)}")
    note = " ".join(parts)
    result = []
    for key in action_keys:
        each = kind(key)
        if each.does == "stop_stream" and live.now(item) is None:
            continue  # nothing is going on
        result.append(
            ActionPreview(
                key=key, name=each.name, target=each.target, points=points, total_after=after,
                ladder=kind_name(crossed.action_key) if crossed else "", needs_approval=each.needs_approval or second,
                irreversible=not each.inverse_key, default=key in violation.actions, note=note,
                does=catalogue.effect(each.does).preview(each.params),
            )
        )  # fmt: skip
    return result


def standing(account: Item) -> Standing:
    """Active strikes with their expiry, actions in force, and how far the next step is."""
    strikes = list(active_strikes(account.pk).order_by("expires_at"))
    points = sum(row.points for row in strikes)
    following = domain.next_step(ladder(), points)
    return Standing(
        account=account.pk,
        points=points,
        strikes=tuple(strike_out(row) for row in strikes),
        actions=tuple(action_out(row) for row in in_force(account.pk)),
        next_at=following.points if following else None,
        next_action=kind_name(following.action_key) if following else "",
    )


def in_force(item_id: UUID) -> list[Action]:
    """The actions in force on one item, oldest first."""
    standing = "WHERE item_id = %s AND inverse_of_id IS NULL AND state = ANY(%s) ORDER BY id"
    return rows.select(Action, standing, [item_id, sorted(domain.IN_FORCE)])


def of_decision(decision_id: UUID) -> list[ActionOut]:
    """All actions of one decision, its inverses too."""
    return [action_out(row) for row in Action.objects.filter(decision_id=decision_id).order_by("id")]


def of_case(case_id: UUID) -> list[ActionOut]:
    """All actions of one case, oldest first."""
    return [action_out(row) for row in Action.objects.filter(case_id=case_id).order_by("id")]


def of_item(item_id: UUID) -> list[ActionOut]:
    """All actions ever taken on one item, newest first."""
    return [action_out(row) for row in Action.objects.filter(item_id=item_id).order_by("-id")]


def hidden_policies(actor: Actor, permission: str) -> list[str]:
    """Policies whose cases this actor may not know of, for want of a clearance."""
    return [
        policy.key
        for policy in policies.all_policies()
        if policy.clearance and not actor.may(permission, clearance=policy.clearance)
    ]


def visible_actions(actor: Actor, permission: str = "enforcement.view") -> QuerySet[Action]:
    """The actions this actor may see (or judge): by queue, market, severity and clearance. What a rule did is in no queue."""
    allowed = access.rows(actor, permission, queue="queue_key", market="market", severity="severity")
    return Action.objects.filter(allowed).exclude(policy_key__in=hidden_policies(actor, permission))


def visible_messages(actor: Actor, rows: QuerySet[Outbox], permission: str = "enforcement.view") -> QuerySet[Outbox]:
    """Of these messages those about actions and decisions the actor may see; by their policies alone where nothing else limits them."""
    shown = rows.exclude(payload__policy__in=hidden_policies(actor, permission))
    everywhere = Scope(role="", permissions=frozenset({permission}))
    if actor.beyond(everywhere) is None:
        return shown
    about = Cast(
        NullIf(Substr(OuterRef("subject"), StrIndex(OuterRef("subject"), Value(":")) + 1), Value("")), UUIDField()
    )
    actions = visible_actions(actor, permission)
    told = Notice.objects.filter(pk=about, decision_id__in=actions.values("decision_id"))
    return shown.filter(
        Q(subject__startswith="action:") & Exists(actions.filter(pk=about))
        | Q(subject__startswith="notice:") & Exists(told)
    )


def action_out(row: Action) -> ActionOut:
    """The frozen copy of an action."""
    return ActionOut(
        id=row.pk, kind_key=row.kind_key, name=kind_name(row.kind_key), state=row.state, item=row.item_id,
        decision_id=row.decision_id, case_id=row.case_id, from_ladder=row.from_ladder, created_at=row.created_at,
        expires_at=row.expires_at, confirmed_at=row.confirmed_at, reversed_at=row.reversed_at,
        inverse_of=row.inverse_of_id, origin=row.origin, last_error=row.last_error, starts_at=row.starts_at,
        held_for=row.held_for if row.state == Action.State.HELD else "",
    )  # fmt: skip


def strike_out(row: Strike) -> StrikeOut:
    """The frozen copy of a strike."""
    return StrikeOut(
        id=row.pk, decision_id=row.decision_id, points=row.points, policy_key=row.policy_key, severity=row.severity,
        state=row.state, given_at=row.given_at, expires_at=row.expires_at,
    )  # fmt: skip


def _read() -> _Book:
    found = {
        row.key: Kind(**{name: getattr(row, name) for name in Kind.__struct_fields__})
        for row in ActionKind.objects.order_by("position", "key")
    }
    steps = tuple(
        Step(points=row.points, action_key=row.action_key, name=row.name)
        for row in LadderStep.objects.filter(enabled=True).order_by("points")
    )
    return _Book(found, steps)


_book = Remembered(_read)
