"""Plans of the sample as they stand, and the chances that follow from them and from what came in lately."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Sum

from watchfloor.detection.modelling.domain import chances
from watchfloor.detection.modelling.models import BINS, Draw, Plan, ScoreCount
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import Remembered, RememberedBy

TARGET = 0.95  # precision, where no plan says another
LOOKED_BACK = 7  # days


def _read() -> dict[tuple[str, str], Plan]:
    return {(row.policy_key, row.language): row for row in Plan.objects.all()}


plans = Remembered(_read)


def scope_of(policy: str, language: str) -> str:
    """The language whose plan and figures count for a text: its own if it has a plan, else the empty one of all the rest."""
    return language if language and (policy, language) in plans() else ""


def plan_of(policy: str, language: str) -> Plan | None:
    """The plan under which a text of this language is drawn; None where nothing is."""
    row = plans().get((policy, scope_of(policy, language)))
    return row if row is not None and row.per_day > 0 else None


def target_of(policy: str, scope: str) -> float:
    """The precision a model must reach before it opens a case by itself."""
    row = plans().get((policy, scope))
    return row.target if row is not None else TARGET


def chances_of(plan: Plan, threshold: float | None) -> chances.Chances:
    """Today's chances of a plan; ``threshold``: the score from which cases are opened, if there is one."""
    return _chances((plan.policy_key, plan.language, clock.now().date(), threshold))


def _work_out(key: tuple[str, str, date, float | None]) -> chances.Chances:
    policy, language, today, threshold = key
    plan = plans().get((policy, language))
    if plan is None:
        return chances.NONE
    begins = chances.begins_at(threshold)
    rows = counts(policy, language, today - timedelta(days=LOOKED_BACK), today)
    before = [sum(bins.values()) for day, bins in rows.items() if day < today]
    # Today so far counts as well: a platform that has just been connected has no yesterday.
    so_far = sum(rows.get(today, {}).values())
    daily = max(sum(before) / len(before), so_far) if before else max(chances.UNKNOWN_DAY, so_far)
    every = sum(sum(bins.values()) for bins in rows.values())
    near = sum(count for bins in rows.values() for place, count in bins.items() if place >= int(begins * BINS))
    return chances.chances(
        plan.per_day, plan.uniform, daily=daily, daily_near=daily * near / every if every else 0.0, begins=begins
    )


_chances: RememberedBy[tuple[str, str, date, float | None], chances.Chances] = RememberedBy(_work_out, seconds=60.0)


def counts(policy: str, scope: str, start: date, end: date) -> dict[date, dict[int, int]]:
    """Scores of what nobody had reported: day -> bin -> items, from ``start`` to ``end`` (both counted), of one scope."""
    rows = ScoreCount.objects.filter(policy_key=policy, day__gte=start, day__lte=end)
    if scope:
        rows = rows.filter(language=scope)
    else:
        rows = rows.exclude(language__in=[language for key, language in plans() if key == policy and language])
    found: dict[date, dict[int, int]] = {}
    for day, place, items in rows.values_list("day", "bin").annotate(items=Sum("items")).order_by("day", "bin"):
        found.setdefault(day, {})[place] = items
    return found


def spent(plan: Plan) -> int:
    """How many were drawn today under a plan; what the model opened by itself is not of the budget."""
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Draw.objects.filter(policy_key=plan.policy_key, at__gte=start).exclude(stratum=Draw.Stratum.OPENED)
    if plan.language:
        rows = rows.filter(language=plan.language)
    else:
        others = [language for key, language in plans() if key == plan.policy_key and language]
        rows = rows.exclude(language__in=others)
    return rows.count()


def forget() -> None:
    """A plan changed."""
    plans.forget()
    _chances.forget()
