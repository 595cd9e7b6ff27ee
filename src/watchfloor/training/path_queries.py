"""Readers of onboarding paths: lists, how far everybody is and who is stuck, one's own. All within the actor's vendors.

Practice, exams and sessions are read from what they left behind, so nobody ticks them off; for many people in a few questions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.identity.names import names_of
from watchfloor.identity.queries import live_grants
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.policy import queries as policies
from watchfloor.training import bank, scope, standing
from watchfloor.training.domain import paths
from watchfloor.training.domain.paths import Done, Standing, Step
from watchfloor.training.models import Answer, Attendance, OnboardingPath, PathPerson, StepSaid
from watchfloor.workforce.models import Certificate, Reviewer

Progress = dict[UUID, dict[str, Done]]


class PathLine(msgspec.Struct, frozen=True, kw_only=True):
    """A path in a list."""

    row: Any
    people: int
    finished: int
    stuck: int


class PersonLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a path: how far they are."""

    row: Any
    name: str
    vendor: str
    standing: Standing


def visible(actor: Actor) -> QuerySet[OnboardingPath]:
    """Paths for everybody, and those of vendors one may see."""
    within = scope.rows(actor, *scope.SEE)
    return OnboardingPath.objects.filter(Q(vendor_key="") | within) if within else OnboardingPath.objects.all()


def one(actor: Actor, path_id: UUID) -> OnboardingPath:
    """One of them; ``NotFound``."""
    row = visible(actor).filter(pk=path_id).first()
    if row is None:
        raise NotFound("unknown_path", "There is no such path.")
    return row


def steps(row: OnboardingPath) -> list[Step]:
    """Its steps, as they are stored."""
    return [msgspec.convert(each, Step) for each in row.steps]


def teaches(actor: Actor, row: OnboardingPath) -> QuerySet[Reviewer]:
    """People one may put on this path: of the vendors one teaches, and of the path's own."""
    people = Reviewer.objects.filter(scope.rows(actor, *scope.TEACH), active=True)
    return people.filter(vendor_key=row.vendor_key) if row.vendor_key else people


def fitting(actor: Actor, row: OnboardingPath) -> list[tuple[str, str, bool]]:
    """``(id, name, whether role and market fit)`` of who is not on it, those who fit first."""
    on = PathPerson.objects.filter(path=row, left_at=None).values("reviewer_id")
    people = list(teaches(actor, row).exclude(pk__in=on))
    names = names_of(f"user:{each.pk}" for each in people)
    holds = (
        set(live_grants().filter(role_key=row.role_key).values_list("user_id", flat=True)) if row.role_key else set()
    )
    found = [
        (str(each.pk), names[f"user:{each.pk}"],
         (not row.role_key or each.pk in holds) and (not row.market or each.markets is None or row.market in each.markets))
        for each in people
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each[2], each[1].casefold()))


def lines(actor: Actor) -> list[PathLine]:
    """All one may see with their counts, of people one may see; closed ones last."""
    rows = list(visible(actor).order_by("-made_at"))
    rows.sort(key=lambda each: each.closed_at is not None)
    return [line(actor, row) for row in rows]


def line(actor: Actor, row: OnboardingPath) -> PathLine:
    """One with its counts."""
    everybody = people(actor, row)
    return PathLine(
        row=row, people=len(everybody), finished=sum(each.standing.finished for each in everybody),
        stuck=0 if row.closed_at else sum(each.standing.stuck for each in everybody),
    )  # fmt: skip


def people(actor: Actor, row: OnboardingPath) -> list[PersonLine]:
    """Who is on a path: who is stuck first, the longest first; then by name."""
    return _standings(actor, row, PathPerson.objects.filter(path=row, left_at=None))


def person(actor: Actor, row: OnboardingPath, reviewer_id: UUID) -> PersonLine:
    """One of them; ``NotFound``."""
    found = _standings(actor, row, PathPerson.objects.filter(path=row, left_at=None, reviewer_id=reviewer_id))
    if not found:
        raise NotFound("unknown_person", "There is nobody like that on the path.")
    return found[0]


def _standings(actor: Actor, row: OnboardingPath, on: QuerySet[PathPerson]) -> list[PersonLine]:
    seen = {each.pk: each for each in Reviewer.objects.filter(scope.rows(actor, *scope.SEE), active=True)}
    rows = [each for each in on if each.reviewer_id in seen]
    names = names_of(f"user:{each.reviewer_id}" for each in rows)
    path, far, now = steps(row), progress(row, rows), clock.now()
    found = [
        PersonLine(
            row=each, name=names[f"user:{each.reviewer_id}"], vendor=seen[each.reviewer_id].vendor_key,
            standing=paths.standing(path, far[each.reviewer_id], began=each.began_at, now=now, days=row.stuck_days),
        )
        for each in rows
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda each: (
            not each.standing.stuck,
            each.standing.moved if each.standing.stuck else now,
            each.name.casefold(),
        ),
    )


def mine(reviewer_id: UUID) -> list[tuple[OnboardingPath, list[Step], Standing]]:
    """One's own open paths that are not finished, and those finished in the last week."""
    found, now = [], clock.now()
    own = PathPerson.objects.filter(reviewer_id=reviewer_id, left_at=None, path__closed_at=None).select_related("path")
    for each in own.order_by("began_at"):
        path = steps(each.path)
        far = progress(each.path, [each])[reviewer_id]
        stands = paths.standing(path, far, began=each.began_at, now=now, days=each.path.stuck_days)
        if not stands.finished or (now - stands.moved).days < 7:
            found.append((each.path, path, stands))
    return found


def progress(row: OnboardingPath, rows: Sequence[PathPerson]) -> Progress:
    """How far these people are with each step."""
    ids = [each.reviewer_id for each in rows]
    found: Progress = {pk: {} for pk in ids}
    path = steps(row)
    kinds = {kind: {step.policy for step in path if step.kind == kind} for kind in paths.KINDS}
    for policy in kinds["practice"]:
        _put(found, f"practice.{policy}", _practised(ids, policy))
    for policy in kinds["exam"]:
        version = policies.version_in_force(policy)
        holds = standing.holding_version(ids, policy, version.number if version else 1)
        given = Certificate.objects.filter(reviewer_id__in=holds, policy_key=policy)
        when = dict(given.values_list("reviewer_id").annotate(at=Max("granted_at")))
        _put(found, f"exam.{policy}", ((pk, 1, when.get(pk)) for pk in holds))
    for policy in kinds["session"]:
        there = Attendance.objects.filter(
            reviewer_id__in=ids,
            state__in=["there", "late"],
            session__cohort__policy_key=policy,
            session__cancelled_at=None,
        )
        counted = there.values_list("reviewer_id").annotate(
            n=Count("session", distinct=True), at=Max("session__starts_at")
        )
        _put(found, f"session.{policy}", counted)
    for said in StepSaid.objects.filter(person__in=rows).select_related("person"):
        found[said.person.reviewer_id][said.step] = Done(count=said.count, at=said.said_at)
    return found


def _practised(ids: Sequence[UUID], policy: str) -> Iterable[tuple[UUID, int, Any]]:
    """Cases that count now, answered right at least once in their present revision."""
    now = {row.pk: row.revision for row in bank.usable(policy, "practice").only("pk", "revision")}
    right: defaultdict[UUID, set[UUID]] = defaultdict(set)
    last: dict[UUID, Any] = {}
    rows = Answer.objects.filter(reviewer_id__in=ids, sitting=None, item__in=now).order_by("at")
    for person, item, revision, good, at in rows.values_list("reviewer_id", "item_id", "revision", "right", "at"):
        last[person] = at
        if good and now[item] == revision:
            right[person].add(item)
    return [(person, len(right[person]), at) for person, at in last.items()]


def _put(found: Progress, key: str, rows: Iterable[tuple[UUID, int, Any]]) -> None:
    for person, count, at in rows:
        found[person][key] = Done(count=count, at=at)
