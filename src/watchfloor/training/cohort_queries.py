"""Readers of cohorts: lists, one cohort with everybody's standing, sessions, one's own, trainers. All within the actor's vendors."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import Role, User
from watchfloor.identity.names import names_of
from watchfloor.identity.queries import live_grants
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.training import scope, standing
from watchfloor.training.domain import cohorts as clocks
from watchfloor.training.models import Attendance, Cohort, Member, Trainer, TrainingSession
from watchfloor.workforce.certificates import held_of
from watchfloor.workforce.models import Certificate, Reviewer, Vendor


class CohortLine(msgspec.Struct, frozen=True, kw_only=True):
    """A cohort in a list. ``ends``: the moment its day is over; ``late``: it is, and somebody is not certified."""

    row: Any
    people: int
    certified: int
    ends: datetime | None
    next_session: Any
    late: bool


class MemberLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a cohort. ``attended``: of ``held`` sessions; ``until``: routing gives them cases of the policy until then."""

    row: Any
    name: str
    certified: bool
    attended: int
    held: int
    until: datetime | None
    works: bool


def visible(actor: Actor) -> QuerySet[Cohort]:
    """Cohorts of the vendors one may see."""
    return Cohort.objects.filter(scope.rows(actor, *scope.SEE))


def one(actor: Actor, cohort_id: UUID) -> Cohort:
    """One of them; ``NotFound``."""
    row = visible(actor).filter(pk=cohort_id).first()
    if row is None:
        raise NotFound("unknown_cohort", "There is no such cohort.")
    return row


def session(actor: Actor, session_id: UUID) -> TrainingSession:
    """One session of them; ``NotFound``."""
    row = TrainingSession.objects.select_related("cohort").filter(pk=session_id, cohort__in=visible(actor)).first()
    if row is None:
        raise NotFound("unknown_session", "There is no such session.")
    return row


def lines(rows: QuerySet[Cohort], limit: int = 300) -> list[CohortLine]:
    """Cohorts as a list shows them: open ones first, the next day first."""
    cohorts = list(rows.order_by("closed_at", "due_on", "-made_at")[:limit])
    cohorts.sort(key=lambda each: each.closed_at is not None)
    people: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for pk, person in Member.objects.filter(cohort__in=cohorts, left_at=None).values_list("cohort_id", "reviewer_id"):
        people[pk].append(person)
    to_come: dict[UUID, TrainingSession] = {}
    now = clock.now()
    planned = TrainingSession.objects.filter(cohort__in=cohorts, cancelled_at=None, starts_at__gt=now)
    for each in planned.order_by("starts_at"):
        to_come.setdefault(each.cohort_id, each)
    found = []
    for row in cohorts:
        holds = standing.holding_version(people[row.pk], row.policy_key, row.policy_version)
        end = ends(row)
        found.append(
            CohortLine(
                row=row, people=len(people[row.pk]), certified=len(holds), ends=end, next_session=to_come.get(row.pk),
                late=row.closed_at is None and end is not None and end <= now and len(holds) < len(people[row.pk]),
            )
        )  # fmt: skip
    return found


def ends(row: Cohort) -> datetime | None:
    """The moment a cohort's day is over, where its people are."""
    return clocks.ends(row.due_on, ZoneInfo(row.time_zone)) if row.due_on else None


def members(row: Cohort) -> list[MemberLine]:
    """Everybody in a cohort, by name."""
    rows = list(Member.objects.filter(cohort=row, left_at=None))
    ids = [each.reviewer_id for each in rows]
    names = names_of(f"user:{pk}" for pk in ids)
    holds = standing.holding_version(ids, row.policy_key, row.policy_version)
    held = TrainingSession.objects.filter(cohort=row, cancelled_at=None, starts_at__lte=clock.now())
    there: defaultdict[UUID, int] = defaultdict(int)
    for pk in Attendance.objects.filter(session__in=held, state__in=["there", "late"]).values_list(
        "reviewer_id", flat=True
    ):
        there[pk] += 1
    many, now = held.count(), clock.now()
    until: dict[UUID, datetime | None] = {}
    certificates = list(Certificate.objects.filter(reviewer_id__in=ids, policy_key=row.policy_key))
    for each, one_held in zip(certificates, held_of(certificates), strict=True):
        if one_held.counts(now):
            known = until.get(each.reviewer_id, now)
            later = None if known is None or one_held.until is None else max(known, one_held.until)
            until[each.reviewer_id] = later
    found = [
        MemberLine(
            row=each, name=names[f"user:{each.reviewer_id}"], certified=each.reviewer_id in holds, attended=there[each.reviewer_id],
            held=many, until=until.get(each.reviewer_id), works=each.reviewer_id in until,
        )
        for each in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.name.casefold())


def could_join(row: Cohort) -> list[tuple[str, str, bool]]:
    """People of the vendor who are not in it: id, name, and whether they speak its language and lack the certificate."""
    inside = Member.objects.filter(cohort=row, left_at=None).values("reviewer_id")
    rows = list(Reviewer.objects.filter(vendor_key=row.vendor_key, active=True).exclude(pk__in=inside))
    names = names_of(f"user:{each.pk}" for each in rows)
    holds = standing.holding_version([each.pk for each in rows], row.policy_key, row.policy_version)
    found = [
        (str(each.pk), names[f"user:{each.pk}"], row.language in each.languages and each.pk not in holds) for each in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each[2], each[1].casefold()))


def sessions(row: Cohort) -> list[TrainingSession]:
    """Its sessions, the next or newest last."""
    return list(TrainingSession.objects.filter(cohort=row).order_by("starts_at"))


def mine(reviewer_id: UUID) -> list[tuple[Cohort, datetime | None, bool, list[TrainingSession]]]:
    """One's own open cohorts: the cohort, when its day is over, whether one holds what it is for, sessions to come."""
    rows = Cohort.objects.filter(closed_at=None, members__reviewer_id=reviewer_id, members__left_at=None)
    found = []
    for row in rows.order_by("due_on", "made_at"):
        holds = bool(standing.holding_version([reviewer_id], row.policy_key, row.policy_version))
        to_come = TrainingSession.objects.filter(cohort=row, cancelled_at=None, starts_at__gt=clock.now())
        found.append((row, ends(row), holds, list(to_come.order_by("starts_at"))))
    return found


def trainers(policy_key: str = "") -> list[Trainer]:
    """Who may teach, of one policy or of all."""
    rows = Trainer.objects.filter(ended_at=None).order_by("policy_key", "granted_at")
    return list(rows.filter(policy_key=policy_key) if policy_key else rows)


def leads(actor: Actor, vendor_key: str) -> list[tuple[str, str]]:
    """Who can be told that somebody is late: whoever may see this vendor's training. Id and name; a vendor's own people see their own."""
    roles = Role.objects.filter(permissions__overlap=list(scope.SEE)).values_list("key", flat=True)
    limits = Q(vendors__contains=[vendor_key])
    if _everywhere(actor):
        limits |= Q(vendors__isnull=True)
    grants = live_grants().filter(limits, role_key__in=list(roles))
    return _by_name(User.objects.filter(is_active=True, pk__in=grants.values("user_id")))


def colleagues(actor: Actor) -> list[tuple[str, str]]:
    """Who could be named a trainer, id and name: everybody, or for a vendor's own people those who review for it and themselves."""
    users = User.objects.filter(is_active=True)
    if not _everywhere(actor):
        own = Reviewer.objects.filter(scope.rows(actor, *scope.SEE), active=True)
        users = users.filter(Q(pk__in=own.values("pk")) | Q(pk=UUID(actor.id) if actor.kind == "user" else None))
    return _by_name(users)


def could_teach(actor: Actor, row: Cohort) -> set[UUID]:
    """Who can be chosen to teach a session: trainers of the policy, who taught it before, oneself."""
    found = {each.person_id for each in trainers(row.policy_key)} | {each.trainer_id for each in sessions(row)}
    found |= {UUID(actor.id)} if actor.kind == "user" else set()
    return found if _everywhere(actor) else found & {UUID(pk) for pk, _ in colleagues(actor)}


def _everywhere(actor: Actor) -> bool:
    return not scope.rows(actor, *scope.SEE)


def _by_name(users: QuerySet[User]) -> list[tuple[str, str]]:
    return sorted(((str(user.pk), str(user)) for user in users[:2000]), key=lambda each: each[1].casefold())


def vendors(actor: Actor, *permissions: str) -> list[Vendor]:
    """Vendors whose cohorts one may see (or plan)."""
    return list(Vendor.objects.filter(scope.rows(actor, *permissions, vendor="key")).order_by("name"))
