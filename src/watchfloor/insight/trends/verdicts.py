"""What became of decisions: of rules and of people, by second looks, appeals and samples, each with its interval.

Three kinds of evidence are kept apart, for they are not alike: a second look was asked for by the house, an appeal by whom it hurt (so it
says nothing of those who did not appeal), and a sample of a prevalence study was drawn by chance.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import msgspec
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.identity.domain import Actor
from watchfloor.insight.trends.models import StudyLabel, StudyUnit
from watchfloor.review.models import Decision
from watchfloor.review.queries.access import visible_cases

BY_RULE, BY_PERSON = "rule", "human"
EVIDENCE = ("second", "appeal", "sample")


class Held(msgspec.Struct, frozen=True):
    """Of ``looked`` decisions that were looked at again, ``held`` were found right."""

    looked: int = 0
    held: int = 0

    @property
    def share(self) -> Interval:
        """The precision, with Wilson's interval."""
        return wilson(self.held, self.looked)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A policy, market or rule: decisions of rules and of people, and what became of the violating ones, by evidence."""

    name: str
    by_rule: int
    by_person: int
    rule: dict[str, Held]
    person: dict[str, Held]
    fell: int

    @property
    def share(self) -> float | None:
        """The part that rules decided."""
        whole = self.by_rule + self.by_person
        return self.by_rule / whole if whole else None


def lines(actor: Actor, start: datetime, end: datetime, by: str) -> list[Line]:
    """``by``: policy, market or rule (then rules alone). Restricted cases are left out."""
    column = {"policy": "policy_key", "market": "case__market", "rule": "decider"}[by]
    rows = _decisions(actor, start, end)
    if by == "rule":
        rows = rows.filter(origin=BY_RULE)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    fell: dict[str, int] = {}
    for name, origin, number in rows.order_by().values_list(column, "origin").annotate(n=Count("pk")):
        counts[name][origin] = number
    for name, number in (
        rows.filter(verdict="violating", superseded_at__isnull=False)
        .order_by()
        .values_list(column)
        .annotate(n=Count("pk"))
    ):
        fell[name] = number
    held = _held(rows, column)
    found = [
        Line(
            name=name.removeprefix("rule:") if by == "rule" else name, by_rule=each.get(BY_RULE, 0), by_person=each.get(BY_PERSON, 0),
            rule={kind: held.get((name, BY_RULE, kind), Held()) for kind in EVIDENCE},
            person={kind: held.get((name, BY_PERSON, kind), Held()) for kind in EVIDENCE}, fell=fell.get(name, 0),
        )
        for name, each in counts.items()
    ]  # fmt: skip
    return sorted(found, key=lambda line: (-line.by_rule, -line.by_person, line.name))


def people_affected(actor: Actor, start: datetime, end: datetime) -> int:
    """Accounts of which a violating decision fell in the span."""
    rows = Decision.objects.filter(
        verdict="violating",
        superseded_at__gte=start,
        superseded_at__lt=end,
        case__in=visible_cases(actor).values("pk"),
        case__clearance="",
    )
    return rows.aggregate(n=Count("case__item__author", distinct=True))["n"] or 0


def clean_though_enforced(actor: Actor, start: datetime, end: datetime) -> Held:
    """Sampled items that were enforced when drawn: ``looked``, and those of them found violating: ``held``."""
    units = StudyUnit.objects.filter(enforced=True, study__made_at__gte=start, study__made_at__lt=end).exclude(
        study__state="dropped"
    )
    seen = units.filter(item__cases__in=visible_cases(actor).values("pk")).distinct()
    labels = StudyLabel.objects.filter(unit_id__in=seen.values("pk"), second=False).exclude(verdict="unsure")
    found = labels.aggregate(looked=Count("pk"), held=Count("pk", filter=Q(verdict="violating")))
    return Held(found["looked"], found["held"])


def _decisions(actor: Actor, start: datetime, end: datetime) -> QuerySet[Decision]:
    return Decision.objects.filter(
        origin__in=[BY_RULE, BY_PERSON],
        at__gte=start,
        at__lt=end,
        case__in=visible_cases(actor).values("pk"),
        case__clearance="",
    )


def _held(rows: QuerySet[Decision], column: str) -> dict[tuple[str, str, str], Held]:
    """By (name, origin, evidence). A later finding of somebody else on the same case is a look; unsure is none."""
    later = (
        Decision.objects.filter(case=OuterRef("case"), at__gt=OuterRef("at"), origin__in=["human", "appeal"])
        .exclude(decider=OuterRef("decider")).exclude(verdict="unsure").order_by("at")
    )  # fmt: skip
    looked = (
        rows.filter(verdict="violating")
        .annotate(then=Subquery(later.values("verdict")[:1]), kind=Subquery(later.values("job__kind")[:1]),
            by=Subquery(later.values("origin")[:1]))
        .filter(then__isnull=False)
    )  # fmt: skip
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    grouped = looked.order_by().values_list(column, "origin", "kind", "by", "then").annotate(n=Count("pk"))
    for name, origin, kind, by, then, number in grouped:
        pair = counts[name, origin, "appeal" if by == "appeal" or kind == "appeal" else "second"]
        pair[0] += number
        pair[1] += number if then == "violating" else 0
    _add_samples(rows, column, counts)
    return {key: Held(*pair) for key, pair in counts.items()}


def _add_samples(rows: QuerySet[Decision], column: str, counts: dict[tuple[str, str, str], list[int]]) -> None:
    units = dict(StudyUnit.objects.filter(enforced=True).exclude(study__state="dropped").values_list("pk", "item_id"))
    labels = StudyLabel.objects.filter(unit_id__in=units, second=False).exclude(verdict="unsure")
    found = {units[unit]: verdict for unit, verdict in labels.values_list("unit_id", "verdict")}
    sampled = rows.filter(verdict="violating", superseded_at__isnull=True, case__item__in=found)
    for name, origin, item in sampled.values_list(column, "origin", "case__item_id"):
        pair = counts[name, origin, "sample"]
        pair[0] += 1
        pair[1] += found[item] == "violating"
