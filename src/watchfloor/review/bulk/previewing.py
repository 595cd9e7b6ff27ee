"""Before an order over many: what would be done, what is held out and why, and which effects it would have. Nothing changes here."""

from __future__ import annotations

import hashlib
from collections import Counter
from uuid import UUID

import msgspec
from django.db.models import Sum

from watchfloor.enforcement import automation
from watchfloor.enforcement import domain as enforcement_domain
from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.models import Strike
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.policy import queries as policies
from watchfloor.review.bulk.choosing import AT_ONCE, Chosen
from watchfloor.review.bulk.orders import PERMISSION, Order, check, stored
from watchfloor.review.models import Appeal, Case, Decision, Job

SHOWN = 8
# Why something is left out; the page has the words.
NOT_PERMITTED, PROTECTED, RESTRICTED, ESCALATED, CLOSED, ALREADY, OTHERWISE, APPEALED, NO_CASE, MARKET, NO_JOB, SELF, CLEAN_READ = (
    "not_permitted", "protected", "restricted", "escalated", "closed", "already", "decided_otherwise", "under_appeal",
    "no_case", "market", "no_job", "itself", "read_clean",
)  # fmt: skip


class Effect(msgspec.Struct, frozen=True):
    """So many times this action, by its name; ``held`` ones wait for a second person."""

    key: str
    name: str
    count: int
    held: bool = False


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an order would do.

    Attributes:
        todo: (item, case or None) in the order they would be worked.
        held_out: why -> how many are left out for that.
        opened: of ``todo``, how many have no case yet: one is opened, decided and closed.
        in_hand: jobs that somebody holds now and that would end.
        effects: actions by kind; ``accounts`` and ``points``: strikes; ``steps``: accounts that would reach a step of the ladder.
        token: names exactly this order on exactly these; ``begin`` asks for it.
    """

    order: Order
    todo: tuple[tuple[UUID, UUID | None], ...]
    held_out: dict[str, int]
    unknown: int
    opened: int
    in_hand: int
    effects: tuple[Effect, ...]
    accounts: int
    points: int
    steps: tuple[Effect, ...]
    sample: tuple[Item, ...]
    guarded: tuple[Item, ...]
    token: str


def preview(
    actor: Actor,
    order: Order,
    chosen: Chosen,
    *,
    leave_out: dict[UUID, str] | None = None,
    permission: str = PERMISSION,
) -> Preview:
    """Sort out and count. ``leave_out``: items that the caller holds out, with the reason (of a cluster: those read as clean).

    ``permission`` is what gives the order: who holds a cluster's job decides it by that.
    """
    check(actor, order, permission=permission)
    items, cases = _rows(chosen)
    held: Counter[str] = Counter()
    todo: list[tuple[UUID, UUID | None]] = []
    guards = item_queries.guarded(items.values()) if order.verb == "decide" and order.verdict == "violating" else {}
    context = _Context(order, cases, permission)
    guarded: list[Item] = []
    for item, pk in chosen.pairs:
        why = (leave_out or {}).get(item, "") or context.why_not(actor, items[item], cases.get(pk) if pk else None)
        if not why and item in guards and not order.with_protected:
            why = PROTECTED
            guarded.append(items[item])
        if why:
            held[why] += 1
        else:
            todo.append((item, pk))
    effects, accounts, points, steps = _effects(order, [items[item] for item, _ in todo])
    in_hand = 0
    touched = [pk for _, pk in todo if pk]
    if order.verb in ("decide", "close", "duplicate", "escalate"):
        for start in range(0, len(touched), AT_ONCE):
            in_hand += (
                Job.objects.filter(case__in=touched[start : start + AT_ONCE], state="leased")
                .exclude(kind="cluster")
                .count()
            )
    return Preview(
        order=order, todo=tuple(todo), held_out=dict(sorted(held.items())), unknown=len(chosen.unknown),
        opened=sum(pk is None for _, pk in todo), in_hand=in_hand, effects=effects, accounts=accounts, points=points,
        steps=steps, sample=tuple(items[item] for item, _ in todo[:SHOWN]), guarded=tuple(guarded[:SHOWN]),
        token=token_of(order, todo),
    )  # fmt: skip


def token_of(order: Order, todo: list[tuple[UUID, UUID | None]]) -> str:
    """One text for this order on these."""
    said = [order.verb, repr(sorted(stored(order).items())), *(f"{item}:{pk}" for item, pk in todo)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


class _Context:
    """What is asked of all cases at once."""

    def __init__(self, order: Order, cases: dict[UUID, Case], permission: str) -> None:
        self.order, self.permission = order, permission
        self.policy = policies.policy(order.policy) if order.policy else None
        self.violation = policies.violation(order.violation) if order.violation else None
        keys = list(cases)
        self.standing: dict[UUID, list[Decision]] = {}
        self.appealed: set[UUID] = set()
        self.ready: set[UUID] = set()
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            for row in Decision.objects.filter(case__in=part, superseded_at__isnull=True).order_by("at"):
                self.standing.setdefault(row.case_id, []).append(row)
            self.appealed |= set(Appeal.objects.filter(case__in=part, state="queued").values_list("case_id", flat=True))
            self.ready |= set(
                Job.objects.filter(case__in=part, state="ready", kind__in=("review", "second")).values_list(
                    "case_id", flat=True
                )
            )
        self.markets: dict[str, bool] = {}

    def why_not(self, actor: Actor, item: Item, case: Case | None) -> str:
        order = self.order
        if case is None:
            if order.verb != "decide" or self.policy is None or order.verdict != "violating":
                return NO_CASE
            severity = self.policy.severity
            if not actor.may(self.permission, market=item.market, severity=severity):
                return NOT_PERMITTED
            return "" if self._holds(item.market) else MARKET
        if not actor.may(self.permission, market=case.market, severity=case.severity, clearance=case.clearance):
            return NOT_PERMITTED
        if case.clearance:
            return RESTRICTED
        if order.verb in ("tag", "untag"):
            return ALREADY if (order.tag in case.tags) == (order.verb == "tag") else ""
        if order.into == case.pk:
            return SELF
        if case.state == Case.State.ESCALATED:
            return ESCALATED
        if case.pk in self.appealed:
            return APPEALED
        if order.verb == "decide":
            return self._decidable(case)
        if case.state == Case.State.CLOSED:
            return CLOSED
        if order.verb in ("transfer", "escalate") and case.pk not in self.ready:
            return NO_JOB
        return ""

    def _decidable(self, case: Case) -> str:
        order = self.order
        standing = [row for row in self.standing.get(case.pk, ()) if row.verdict != "unsure"]
        if any(
            row.verdict == order.verdict and row.violation_key == order.violation and row.item_version == case.item_version
            for row in standing
        ) and case.state == Case.State.CLOSED:  # fmt: skip
            return ALREADY
        if case.state == Case.State.CLOSED and case.duplicate_of is not None:
            return CLOSED  # it is decided with the case it was joined to
        if case.state == Case.State.CLOSED and (standing or order.verdict == "clean"):
            return OTHERWISE
        return "" if self._holds(case.market) else MARKET

    def _holds(self, market: str) -> bool:
        if self.violation is None:
            return True
        if market not in self.markets:
            valid = {row.key for row in policies.violations(self.violation.policy_key, market)}
            self.markets[market] = self.violation.key in valid
        return self.markets[market]


def _rows(chosen: Chosen) -> tuple[dict[UUID, Item], dict[UUID, Case]]:
    items: dict[UUID, Item] = {}
    cases: dict[UUID, Case] = {}
    every = list(dict.fromkeys(item for item, _ in chosen.pairs))
    for start in range(0, len(every), AT_ONCE):
        items |= Item.objects.select_related("author").in_bulk(every[start : start + AT_ONCE])
    keys = [pk for _, pk in chosen.pairs if pk]
    for start in range(0, len(keys), AT_ONCE):
        cases |= Case.objects.in_bulk(keys[start : start + AT_ONCE])
    return items, cases


def _effects(order: Order, items: list[Item]) -> tuple[tuple[Effect, ...], int, int, tuple[Effect, ...]]:
    """Actions by kind, accounts struck, points in all, and accounts by the ladder's step they would reach."""
    if order.verb != "decide" or not order.violation:
        return (), 0, 0, ()
    violation = policies.violation(order.violation)
    accounts = [item_queries.account_of(item) for item in items]
    per_account = Counter(account.pk for account in accounts if account is not None)
    actions: list[Effect] = []
    for key in violation.actions if order.actions is None else order.actions:
        kind = enforcement.kind(key)
        count = len(items) if kind.target == "item" else sum(per_account.values())
        held = kind.needs_approval or automation.over_limit(kind, batch_size=len(items), rule="")
        actions.append(Effect(key, kind.name, count, held))
    if not violation.points:
        return tuple(actions), 0, 0, ()
    before: dict[UUID, int] = {}
    known = list(per_account)
    for start in range(0, len(known), AT_ONCE):
        rows = Strike.objects.filter(
            account__in=known[start : start + AT_ONCE], state="active", expires_at__gt=clock.now()
        )
        before |= dict(rows.values_list("account").annotate(total=Sum("points")))
    ladder = enforcement.ladder()
    reached: Counter[str] = Counter()
    for account, count in per_account.items():
        points = before.get(account, 0)
        for _ in range(count):
            step = enforcement_domain.step_crossed(ladder, points, points + violation.points)
            points += violation.points
            if step is not None:
                reached[step.action_key] += 1
    steps = tuple(Effect(key, enforcement.kind(key).name, count) for key, count in sorted(reached.items()))
    return tuple(actions), len(per_account), violation.points * sum(per_account.values()), steps
