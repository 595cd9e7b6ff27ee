"""Readers of rules: their text, how often they fire, what became of it; never more than the asker may know of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Count, Q

from watchfloor.detection import counting, facts, ruleset, standing
from watchfloor.detection.models import Rule, RuleHits, RuleSample
from watchfloor.detection.screening import sml_event
from watchfloor.engines import sml
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.review import queries as review
from watchfloor.review.models import Case, Decision

WEEK = timedelta(days=7)
BUCKETS = 28  # of six hours: the little line of a week
DECIDED_SINCE = timedelta(days=28)
EXCERPT = 160


class Hits(msgspec.Struct):
    """How often a rule fired: ``day`` and ``week`` are (acted, not acted, could not be decided); ``trend`` per six hours."""

    day: list[int] = msgspec.field(default_factory=lambda: [0, 0, 0])
    week: list[int] = msgspec.field(default_factory=lambda: [0, 0, 0])
    trend: list[int] = msgspec.field(default_factory=lambda: [0] * BUCKETS)


class Decided(msgspec.Struct, frozen=True):
    """A rule's own decisions of four weeks: how many, how many fell since, and the share of those with its interval."""

    count: int
    fallen: int
    share: Interval


class Sample(msgspec.Struct, frozen=True):
    """Something a rule fired on. ``verdict`` is what stands now, by whom (``human``, ``rule``, ``appeal``), or ``""``."""

    item: Item
    text: str
    at: datetime
    acted: bool
    case: Case | None
    verdict: str
    origin: str


def rule(name: str) -> Rule:
    """One rule; ``NotFound`` with its name otherwise."""
    found = Rule.objects.filter(name=name).first()
    if found is None:
        raise NotFound("no_rule", f"There is no rule {name[:60]!r}.")
    return standing.with_meaning(found)


def facts_in_force() -> dict[str, facts.RuleFacts]:
    """What the set in force says of each rule."""
    return facts.of_set(ruleset.current().rules)


def hits_of(names: Iterable[str]) -> dict[str, Hits]:
    """Firings of the last day and week."""
    now = clock.now()
    found = {name: Hits() for name in names}
    rows = RuleHits.objects.filter(rule__in=list(found), hour__gt=now - WEEK)
    for row in rows:
        each, counts = found[row.rule], (row.acted, row.shadow, row.errors)
        age = now - row.hour
        for place, count in enumerate(counts):
            each.week[place] += count
            if age < timedelta(days=1):
                each.day[place] += count
        bucket = BUCKETS - 1 - int(age / (WEEK / BUCKETS))
        each.trend[max(0, min(BUCKETS - 1, bucket))] += row.acted + row.shadow
    return found


def decided_by(names: Iterable[str]) -> dict[str, Decided]:
    """Automatic decisions of each rule and how many of them no longer stand."""
    wanted = list(names)
    rows = (
        Decision.objects.filter(
            decider__in=[f"rule:{name}" for name in wanted], at__gte=clock.now() - DECIDED_SINCE, origin="rule"
        )
        .values("decider")
        .annotate(n=Count("pk"), fallen=Count("pk", filter=Q(superseded_at__isnull=False)))
    )
    counted = {row["decider"].removeprefix("rule:"): (row["n"], row["fallen"]) for row in rows}
    return {
        name: Decided(count, fallen, wilson(fallen, count))
        for name in wanted
        for count, fallen in [counted.get(name, (0, 0))]
    }


def samples(actor: Actor, name: str, limit: int = 12) -> list[Sample]:
    """The newest things a rule fired on, those left out that the actor may not know of."""
    rows = list(
        RuleSample.objects.filter(rule=name).select_related("item", "item__author").order_by("-id")[: limit * 3]
    )
    return _shown(actor, rows, limit)


def _shown(actor: Actor, rows: list[RuleSample], limit: int) -> list[Sample]:
    seen: dict[UUID, RuleSample] = {}
    for row in rows:
        seen.setdefault(row.item_id, row)
    shown, visible = _showable(actor, [row.item for row in seen.values()])
    kept = [row for row in seen.values() if row.item_id in shown][:limit]
    texts = dict(
        ItemVersion.objects.filter(hash__in=[row.item_version for row in kept], erased_at__isnull=True).values_list(
            "hash", "data"
        )
    )
    cases = {case.item_id: case for case in visible}
    standing = {
        row.case_id: row
        for row in Decision.objects.filter(case__in=list(cases.values()), superseded_at__isnull=True).order_by(
            "at", "pk"
        )
    }
    found = []
    for row in kept:
        case = cases.get(row.item_id)
        decision = standing.get(case.pk) if case is not None else None
        text = item_queries.text_of(row.item.type_key, texts.get(row.item_version, {}))
        found.append(
            Sample(
                item=row.item, text=text[:EXCERPT], at=row.at, acted=row.acted, case=case,
                verdict=decision.verdict if decision else "", origin=decision.origin if decision else "",
            )
        )  # fmt: skip
    return found


class Daily(msgspec.Struct):
    """What a rule did on one day (UTC)."""

    day: datetime
    acted: int = 0
    shadow: int = 0


def daily(names: Iterable[str], days: int) -> dict[str, list[Daily]]:
    """Firings of each of the last ``days``, today the last."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=days - 1)
    found = {name: [Daily(first + timedelta(days=place)) for place in range(days)] for name in names}
    for row in RuleHits.objects.filter(rule__in=list(found), hour__gte=first):
        each = found[row.rule][(row.hour - first).days]
        each.acted += row.acted
        each.shadow += row.shadow
    return found


def readable(actor: Actor, items: Iterable[UUID]) -> list[Sample]:
    """Items of a backtest with their present text, as far as the actor may look at them."""
    wanted = list(items)
    by_id = {item.pk: item for item in Item.objects.filter(pk__in=wanted).select_related("author")}
    rows = [
        RuleSample(item=item, item_version=item.current_version, acted=False, at=item.first_seen_at)
        for pk in wanted
        if (item := by_id.get(pk)) is not None
    ]
    return _shown(actor, rows, len(rows))


def judged(name: str) -> tuple[int, int, Interval]:
    """Of the kept samples that people have judged: how many were violating, of how many, and the share with its interval."""
    items = RuleSample.objects.filter(rule=name).values("item")
    verdicts = dict(
        Decision.objects.filter(
            case__item__in=items, origin__in=("human", "appeal"), superseded_at__isnull=True,
            verdict__in=("violating", "clean"),
        ).order_by("at", "pk").values_list("case__item", "verdict")
    )  # fmt: skip
    right = sum(verdict == "violating" for verdict in verdicts.values())
    return right, len(verdicts), wilson(right, len(verdicts))


def recent_items(actor: Actor, limit: int = 15) -> list[tuple[Item, str]]:
    """What came in last (items of the newest cases one may see), with the beginning of its text: to ask why a rule was silent."""
    cases = (
        review.visible_cases(actor).filter(clearance="").select_related("item", "item__author").order_by("-opened_at")
    )
    rows = list(cases[:limit])
    texts = dict(
        ItemVersion.objects.filter(
            hash__in=[case.item.current_version for case in rows], erased_at__isnull=True
        ).values_list("hash", "data")
    )
    found: dict[UUID, tuple[Item, str]] = {}
    for case in rows:
        text = item_queries.text_of(case.item.type_key, texts.get(case.item.current_version, {}))
        found.setdefault(case.item_id, (case.item, " ".join(text.split())[:EXCERPT]))
    return list(found.values())


def visible_item(actor: Actor, item_id: UUID) -> Item:
    """One item the actor may look at; ``NotFound`` otherwise."""
    item = Item.objects.select_related("author").filter(pk=item_id).first()
    if item is None or item.pk not in _showable(actor, [item])[0]:
        raise NotFound("no_item", "There is no such item.")
    return item


def event_of(item: Item) -> sml.Event:
    """The event rules would read of an item as it looks now. What a platform event carried besides is not kept."""
    data = item_queries.snapshot(item.current_version)
    if data is None:
        raise Conflict("no_content", "The content of this item is not kept (any more).")
    return sml_event(item, data, "item_seen", None)


def explain(name: str, event: sml.Event) -> sml.Explanation:
    """Why a rule of the set in force fires on an event or does not."""
    rules = ruleset.current().rules
    if rules is None:
        raise NotFound("no_rules", "No rule set is in force.")
    return rules.explain(event, name, counting.store())


def _showable(actor: Actor, items: list[Item]) -> tuple[set[UUID], list[Case]]:
    """Which items may be shown, and their cases, oldest first.

    An item is shown to whoever may open all its cases (restricted ones are opened one by one, so that each look is logged) and,
    where it has none, to whoever may open cases of its market.
    """
    ids = [item.pk for item in items]
    visible = list(review.visible_cases(actor).filter(item__in=ids, clearance="").order_by("opened_at"))
    totals = dict(Case.objects.filter(item__in=ids).values_list("item").annotate(n=Count("pk")))
    mine: dict[UUID, int] = {}
    for case in visible:
        mine[case.item_id] = mine.get(case.item_id, 0) + 1
    shown = {
        item.pk
        for item in items
        if totals.get(item.pk, 0) == mine.get(item.pk, 0)
        and (item.pk in mine or actor.may("case.view", market=item.market or None))
    }
    return shown, visible
