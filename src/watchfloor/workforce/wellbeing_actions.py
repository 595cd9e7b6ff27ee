"""The only writers of what people choose for themselves and of the house's budgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.workforce import limits
from watchfloor.workforce.domain import budgets
from watchfloor.workforce.domain.budgets import Budget
from watchfloor.workforce.domain.filters import cleaned
from watchfloor.workforce.models import BudgetRow, Choices, Reviewer, Vendor
from watchfloor.workforce.wellbeing import houses, profile
from watchfloor.workforce.wellbeing_events import BudgetSaved, WellbeingChosen

MAX_SUPPORT = 4_000


def choose(
    actor: Actor,
    *,
    avoid: Iterable[str] | None = None,
    budget: Budget | None = None,
    filters: Mapping[str, bool] | None = None,
) -> Choices:
    """What a person sets for themself; None leaves a thing as it is. Nobody is asked for a reason and nobody else sees it.

    ``avoid`` are policy keys they are not given work of. A ``budget`` above the house's is refused (``BadInput``).
    """
    person = _person(actor)
    values: dict[str, object] = {}
    if avoid is not None:
        values["avoid"] = sorted({policies.policy(key).key for key in avoid})
    if budget is not None:
        budgets.check(budget)
        _lower(budget, profile(person).house)
        values["budget"] = _plain(budget)
    if filters is not None:
        values["filters"] = cleaned(filters)
    return _save(actor, person, values)


def agree(actor: Actor, policy_key: str, *, yes: bool) -> Choices:
    """The answer to "this is what the work is; will you do it?". No means: never asked again, never given, until they change it."""
    person = _person(actor)
    key = policies.policy(policy_key).key
    row = Choices.objects.filter(pk=person).first() or Choices()
    agreed, avoid = set(row.agreed), set(row.avoid)
    if yes:
        agreed.add(key)
        avoid.discard(key)
    else:
        agreed.discard(key)
        avoid.add(key)
    return _save(actor, person, {"agreed": sorted(agreed), "avoid": sorted(avoid)})


def save_budget(
    w: Writer,
    scope: str,
    budget: Budget,
    *,
    filters: Mapping[str, bool] | None = None,
    hold_filters: bool = False,
    ask_from: int = 4,
    support: str = "",
) -> BudgetRow:
    """Make or change a budget of the house: of ``default``, ``vendor:KEY`` or ``team:VENDOR/TEAM``."""
    _known_scope(scope)
    if not 1 <= ask_from <= 6:
        raise BadInput("bad_severity", "People are asked from a severity of 1 to 5 on, or never (6).", where="ask_from")
    if len(support) > MAX_SUPPORT:
        raise BadInput("too_long", f"At most {MAX_SUPPORT:,} characters.", where="support")
    values = {
        "budget": _plain(budgets.check(budget)), "filters": cleaned(filters or {}), "hold_filters": hold_filters,
        "ask_from": ask_from, "support": support.strip(),
    }  # fmt: skip
    row = BudgetRow.objects.filter(scope=scope).first()
    row = w.create(BudgetRow, scope=scope, **values) if row is None else w.update(row, **values)
    w.event(BudgetSaved(scope=scope), row)
    _forget()
    return row


def _known_scope(scope: str) -> None:
    kind, _, name = scope.partition(":")
    vendor, _, team = name.partition("/")
    if scope == "default":
        return
    if kind == "vendor" and Vendor.objects.filter(key=name).exists():
        return
    if kind == "team" and team and Reviewer.objects.filter(vendor_key=vendor, team=team).exists():
        return
    raise BadInput(
        "unknown_scope", f"{scope[:60]!r} is nobody a budget can be for.", where="scope",
        hint="default, vendor:KEY or team:VENDOR/TEAM, of those there are.",
    )  # fmt: skip


def _lower(own: Budget, house: Budget) -> None:
    for span, mine, theirs in (("day", own.day, house.day), ("week", own.week, house.week)):
        for severity, limit in mine.items():
            if severity in theirs and limit > theirs[severity]:
                raise BadInput(
                    "above_budget", f"Your own budget may be lower than the house's {theirs[severity]} minutes, not higher.",
                    where=f"{span}_{severity}",
                )  # fmt: skip


def _plain(budget: Budget) -> dict[str, object]:
    return dict(msgspec.to_builtins(budget, str_keys=True))


def _person(actor: Actor) -> UUID:
    if actor.kind != "user":
        raise Forbidden("not_a_person", "Only people choose for themselves.")
    return UUID(actor.id)


def _save(actor: Actor, person: UUID, values: Mapping[str, object]) -> Choices:
    with writing(actor) as w:
        row = Choices.objects.select_for_update().filter(pk=person).first()
        row = w.create(Choices, id=person, **values) if row is None else w.update(row, **values)
        w.event(WellbeingChosen(), ("reviewer", person))
    _forget()
    return row


def _forget() -> None:
    for each in (houses, profile, limits):
        each.forget()
