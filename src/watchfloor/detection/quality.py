"""A rule's figures from decisions over a period, and the threshold that would reach a wanted precision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from watchfloor.detection import judged, past, ruleset
from watchfloor.detection.domain.precision import Cut, Quality, measure, suggest, sweep
from watchfloor.detection.models import Rule, RuleSample
from watchfloor.engines import sml
from watchfloor.engines.sml import tree
from watchfloor.engines.sml.write import written
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.policy import queries as policies

PERIODS = (7, 28, 90)
SWEEP_DAYS, SWEEP_MOST = 90, 3_000
OPS = {">": ">", ">=": ">=", "<": "<", "<=": "<="}
TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


class Knob(msgspec.Struct, frozen=True):
    """A number in a rule that could be another: ``feature op value``, where it stands among the conditions."""

    place: int
    feature: str
    op: str
    value: float


class Sweep(msgspec.Struct, frozen=True):
    """A threshold swept over what people judged: ``now`` is the present value, ``best`` the one suggested."""

    knob: Knob
    points: int
    violating: int
    cuts: list[Cut]
    best: Cut | None
    wanted: float


class Right(msgspec.Struct, frozen=True):
    """How often a rule was right: of ``judged`` cases it pointed at, ``right`` were found violating."""

    judged: int
    right: int
    precision: Interval


def of_rule(rule: Rule, days: int) -> Quality:
    """The rule's figures over the last ``days``."""
    return of_periods(rule, (days,))[days]


def of_periods(rule: Rule, periods: Sequence[int]) -> dict[int, Quality]:
    """The rule's figures over the last days of each period; decisions are read once.

    Cases are those of its policy's harm group. What it fired on in shadow leaves no mark on a case; there the kept samples
    count as well.
    """
    now = clock.now()
    source = f"rule:{rule.name}"
    if not rule.policy_key:
        return {days: measure(source, []) for days in periods}
    group = policies.policy(rule.policy_key).harm_group
    rows = judged.cases(group, now - timedelta(days=max(periods)), now)
    sampled = set(RuleSample.objects.filter(rule=rule.name).values_list("item", flat=True))
    marked = [
        (row.at, msgspec.structs.replace(row.seen, sources=row.seen.sources | {source}))
        if row.item in sampled
        else (row.at, row.seen)
        for row in rows
    ]
    return {
        days: measure(source, [seen for at, seen in marked if at >= now - timedelta(days=days)]) for days in periods
    }


def of_rules(rules: Sequence[Rule], days: int = 28) -> dict[str, Right]:
    """How often each of many rules was right: counted by the database, for a list that is looked at all the time."""
    now = clock.now()
    groups = {f"rule:{rule.name}": policies.policy(rule.policy_key).harm_group for rule in rules if rule.policy_key}
    counts = judged.by_source(groups, now - timedelta(days=days), now)
    found = {}
    for rule in rules:
        count, right = counts.get(f"rule:{rule.name}", (0, 0))
        found[rule.name] = Right(count, right, wilson(right, count))
    return found


def knobs(name: str) -> list[Knob]:
    """The thresholds of a rule: conditions that compare a value with a number."""
    rules = ruleset.current().rules
    variable = next((each for each in rules.program.rules() if each.name == name), None) if rules else None
    if variable is None or not isinstance(variable.value, tree.RuleExpr):
        return []
    found = []
    for place, condition in enumerate(variable.value.conditions):
        if not isinstance(condition, tree.Compare) or condition.op not in OPS:
            continue
        left, right = condition.left, condition.right
        if _number(right) is not None and _number(left) is None:
            found.append(Knob(place, written(left), condition.op, float(_number(right) or 0)))
        elif _number(left) is not None and _number(right) is None:
            found.append(Knob(place, written(right), TURNED[condition.op], float(_number(left) or 0)))
    return found


def sweep_of(rule: Rule, place: int, wanted: float) -> Sweep:
    """Move one threshold over what people judged in 90 days, all other conditions as they are.

    Precision is among the items that would be hit, recall against all violating items of the harm group; the suggestion is the
    value with the greatest recall whose precision surely (by its lower bound) reaches the wish.
    """
    if not 0 < wanted < 1:
        raise BadInput("bad_precision", "A wanted precision lies between 0 and 1.", where="wanted")
    knob = next((each for each in knobs(rule.name) if each.place == place), None)
    if knob is None or not rule.policy_key:
        raise NotFound("no_threshold", "The rule has no such threshold.", where="place")
    rules = ruleset.current().rules
    assert rules is not None
    now = clock.now()
    group = policies.policy(rule.policy_key).harm_group
    rows = judged.cases(group, now - timedelta(days=SWEEP_DAYS), now)
    rows = sorted(rows, key=lambda row: row.at)[-SWEEP_MOST:]
    versions = ItemVersion.objects.filter(
        hash__in=[row.item_version for row in rows], erased_at__isnull=True
    ).select_related("item__author")
    events = {version.hash: past.event_of(version) for version in versions}
    points, violating = [], 0
    for row in rows:
        event = events.get(row.item_version)
        if event is None:
            continue
        violating += row.seen.violating
        value = _met(rules, event, rule.name, knob)
        if value is not None:
            points.append((value, row.seen.violating))
    cuts = sweep(points, knob.op, total=violating)
    return Sweep(
        knob,
        len(points),
        violating,
        cuts,
        suggest(sweep(points, knob.op, total=violating, most=10_000), wanted),
        wanted,
    )


def _met(rules: sml.RuleSet, event: sml.Event, name: str, knob: Knob) -> float | None:
    """The value the threshold is compared with, where every other condition holds."""
    conditions = rules.explain(event, name).conditions
    if len(conditions) <= knob.place:
        return None
    if any(each.value is not True for place, each in enumerate(conditions) if place != knob.place):
        return None
    part = next((part for part in conditions[knob.place].parts if part.text == knob.feature), None)
    if part is None or isinstance(part.value, bool) or not isinstance(part.value, (int, float)):
        return None
    return float(part.value)


def _number(expr: tree.Expr) -> float | None:
    if isinstance(expr, tree.Const) and isinstance(expr.value, (int, float)) and not isinstance(expr.value, bool):
        return float(expr.value)
    return None
