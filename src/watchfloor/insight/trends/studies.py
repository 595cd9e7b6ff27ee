"""Readers of prevalence studies: the next unit to label, estimates in all and by what, agreement of two, a series over time, recall."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from watchfloor.engines.prevalence import Estimate, Seen, agreement, estimate
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.insight.trends.models import Study, StudyLabel, StudyUnit
from watchfloor.kernel.errors import NotFound

VIEW, LABEL = "insight.view", "study.label"


class Labelled(msgspec.Struct, frozen=True):
    """A unit with the label that counts."""

    unit: StudyUnit
    verdict: str
    policy: str


class Slice(msgspec.Struct, frozen=True):
    """An estimate of a part of the population."""

    name: str
    found: Estimate


class Progress(msgspec.Struct, frozen=True):
    """How far labelling is; ``pairs`` labelled by two, ``same`` of them alike, ``kappa`` beyond chance."""

    units: int
    done: int
    pairs: int
    same: float
    kappa: float | None


def studies(actor: Actor) -> list[Study]:
    """The studies one may know of, the newest first."""
    return [row for row in Study.objects.order_by("-made_at", "-pk")[:200] if knows(actor, row)]


def study(actor: Actor, study_id: UUID) -> Study:
    """One study; ``NotFound`` where there is none for this actor."""
    row = Study.objects.filter(pk=study_id).first()
    if row is None or not knows(actor, row):
        raise NotFound("unknown_study", "There is no such study.")
    return row


def unit(actor: Actor, unit_id: UUID) -> StudyUnit:
    """One unit that the actor may label."""
    row = _for(actor, StudyUnit.objects.filter(pk=unit_id)).select_related("study", "item").first()
    if row is None:
        raise NotFound("unknown_unit", "There is no such unit.")
    return row


def next_unit(actor: Actor, row: Study) -> StudyUnit | None:
    """What the actor labels next: the first unit without a label, or, of those for two, without a second and not one's own."""
    labels = StudyLabel.objects.filter(unit_id=OuterRef("pk"))
    open_units = _for(actor, row.units.all()).filter(
        ~Exists(labels)
        | (Q(double=True) & ~Exists(labels.filter(second=True)) & ~Exists(labels.filter(labeller=str(actor))))
    )
    return open_units.select_related("item", "study").order_by("place").first()


def labelled(row: Study) -> list[Labelled]:
    """Units with their first label, in the order of the draw."""
    first = {each.unit_id: each for each in StudyLabel.objects.filter(study_id=row.pk, second=False)}
    return [
        Labelled(each, first[each.pk].verdict, first[each.pk].policy_key)
        for each in row.units.select_related("item").order_by("place") if each.pk in first
    ]  # fmt: skip


def progress(row: Study) -> Progress:
    """How far it is, and whether two people find the same."""
    labels = list(StudyLabel.objects.filter(study_id=row.pk))
    by_unit: defaultdict[UUID, dict[bool, str]] = defaultdict(dict)
    for each in labels:
        by_unit[each.unit_id][each.second] = each.verdict
    pairs = [(found[False], found[True]) for found in by_unit.values() if len(found) == 2]
    same, kappa = agreement(pairs)
    return Progress(row.units.count(), len(by_unit), len(pairs), same, kappa)


def result(row: Study, rows: list[Labelled] | None = None) -> Estimate:
    """The share of the population that violates."""
    return _of(row, rows if rows is not None else labelled(row), lambda each: each.verdict == "violating")


def slices(row: Study, rows: list[Labelled], by: str) -> list[Slice]:
    """By ``market``, ``language``, ``stratum`` (each among its own), or ``policy`` (each among all)."""

    def violating(each: Labelled) -> bool:
        return each.verdict == "violating"

    if by == "policy":
        names = Counter(each.policy for each in rows if each.policy)
        return [Slice(name, _of(row, rows, partial(_under, policy=name))) for name, _ in names.most_common()]
    values = Counter(str(getattr(each.unit, by)) for each in rows)
    return [
        Slice(value, _of(row, rows, violating, among=partial(_has, by=by, value=value)))
        for value, _ in values.most_common(20)
    ]


def _under(each: Labelled, policy: str) -> bool:
    return each.policy == policy


def _has(each: Labelled, by: str, value: str) -> bool:
    return str(getattr(each.unit, by)) == value


def recall(row: Study, rows: list[Labelled]) -> Estimate:
    """Of what violates, the share that a standing decision had found violating when the sample was drawn."""
    return _of(row, rows, lambda each: each.unit.enforced, among=lambda each: each.verdict == "violating")


def wrongly(row: Study, rows: list[Labelled]) -> Estimate:
    """Of what a standing decision calls violating, the share that the sample found clean."""
    return _of(row, rows, lambda each: each.verdict == "clean", among=lambda each: each.unit.enforced)


def line(row: Study) -> list[Study]:
    """The series a study belongs to, the oldest first."""
    found = [row]
    while found[0].follows is not None and len(found) < 104:
        before = Study.objects.filter(pk=found[0].follows).first()
        if before is None:
            break
        found.insert(0, before)
    while len(found) < 104:
        after = Study.objects.filter(follows=found[-1].pk).first()
        if after is None:
            break
        found.append(after)
    return [each for each in found if each.state != Study.State.DROPPED]


def _of(
    row: Study,
    rows: list[Labelled],
    hit: Callable[[Labelled], bool],
    among: Callable[[Labelled], bool] = lambda each: True,
) -> Estimate:
    """Draws of views are equal parts of all views, so each counts alike; units of a sample count by their probabilities.

    The sizes of the strata, or how often each unit is drawn on average, correct for a finite population once every drawn unit that the
    sample names is labelled.
    """
    views, whole = row.method == "views", len(rows) >= row.size
    seen = [
        Seen(
            probability=1.0 if views else each.unit.probability, times=each.unit.times if views else 1, stratum=each.unit.stratum,
            among=among(each), hit=None if each.verdict == "unsure" else hit(each),
            expected=each.unit.probability if views and whole else 0.0,
        )
        for each in rows
    ]  # fmt: skip
    return estimate(seen, sizes=row.strata if whole and not views else None)


def _for(actor: Actor, rows: QuerySet[StudyUnit]) -> QuerySet[StudyUnit]:
    return rows.filter(access.rows(actor, LABEL, market="market"))


def knows(actor: Actor, row: Study) -> bool:
    """Who is limited to markets knows the studies of these; a study of all markets is for those who may know all."""
    wanted: list[str | None] = [*row.markets] or [None]
    return any(
        all(actor.may(name, market=market) if market else _wide(actor, name) for market in wanted)
        for name in (VIEW, LABEL)
    )


def _wide(actor: Actor, permission: str) -> bool:
    return actor.all_powerful or any(
        permission in scope.permissions and scope.markets is None for scope in actor.scopes
    )
