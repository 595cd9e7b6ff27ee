"""JSON for programs: units and how they stand, cohorts with their people, exams as xAPI statements.

Approving, publishing and teaching are for people; a program writes drafts and reads.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.identity.middleware import actor_of
from watchfloor.ledger.writer import writing
from watchfloor.training import cohort_queries, statements, unit_actions, unit_queries

router = Router(tags=["training"])


class UnitOut(Schema):
    """A unit. ``stands``: current, stale (the policy changed), behind (the original went on), review (due), none (not published)."""

    policy: str
    language: str
    original: bool
    stands: str
    version: int | None
    policy_version: int | None
    in_force: int
    draft: int | None
    digest: str
    review_on: date | None


class UnitIn(Schema):
    """The source of a unit: its head names policy, version and language."""

    source: str


class DraftOut(Schema):
    """The draft that a source became."""

    policy: str
    language: str
    number: int
    revision: int
    digest: str


class CohortOut(Schema):
    """A cohort: who hold what it is for, of how many, by when."""

    id: UUID
    name: str
    policy: str
    version: int
    vendor: str
    site: str
    language: str
    due_on: date | None
    ends_at: datetime | None
    people: int
    certified: int
    late: bool
    closed: bool


class MemberOut(Schema):
    """Somebody in a cohort. ``counts_until`` null: no certificate counts (``gets_cases`` false), or it counts until the policy changes."""

    person: UUID
    name: str
    certified: bool
    attended: int
    sessions: int
    gets_cases: bool
    counts_until: datetime | None


@router.get("/training/units", response=list[UnitOut])
def units(request: HttpRequest) -> list[UnitOut]:
    """All units and how they stand. Needs ``training.view`` or ``training.edit``."""
    needs(request, "training.view", "training.edit")
    return [
        UnitOut(
            policy=each.unit.policy_key, language=each.unit.language, original=each.unit.original, stands=each.says,
            version=each.live.number if each.live else None, policy_version=each.live.policy_version if each.live else None,
            in_force=each.in_force, draft=each.open.number if each.open else None, digest=each.live.digest if each.live else "",
            review_on=each.unit.review_on,
        )
        for each in unit_queries.standings()
    ]  # fmt: skip


@router.post("/training/units", response=DraftOut)
def save(request: HttpRequest, body: UnitIn) -> DraftOut:
    """Keep a source as a draft; people approve and publish it in the page. Needs ``training.edit``."""
    needs(request, "training.edit")
    with writing(actor_of(request)) as w:
        row = unit_actions.save(w, body.source)
    return DraftOut(
        policy=row.unit.policy_key,
        language=row.unit.language,
        number=row.number,
        revision=row.revision,
        digest=row.digest,
    )


@router.get("/training/cohorts", response=list[CohortOut])
def cohorts(request: HttpRequest) -> list[CohortOut]:
    """Cohorts of the vendors within one's scope, open ones first. Needs ``training.view`` or ``training.edit``."""
    needs(request, "training.view", "training.edit")
    return [
        CohortOut(
            id=each.row.pk, name=each.row.name, policy=each.row.policy_key, version=each.row.policy_version, vendor=each.row.vendor_key,
            site=each.row.site, language=each.row.language, due_on=each.row.due_on, ends_at=each.ends, people=each.people,
            certified=each.certified, late=each.late, closed=each.row.closed_at is not None,
        )
        for each in cohort_queries.lines(cohort_queries.visible(actor_of(request)))
    ]  # fmt: skip


@router.get("/training/cohorts/{cohort_id}/people", response=list[MemberOut])
def people(request: HttpRequest, cohort_id: UUID) -> list[MemberOut]:
    """Everybody in a cohort. Needs ``training.view`` or ``training.edit``."""
    needs(request, "training.view", "training.edit")
    return [
        MemberOut(
            person=each.row.reviewer_id, name=each.name, certified=each.certified, attended=each.attended, sessions=each.held,
            gets_cases=each.works, counts_until=each.until,
        )
        for each in cohort_queries.members(cohort_queries.one(actor_of(request), cohort_id))
    ]  # fmt: skip


@router.get("/training/statements", response=list[dict[str, Any]])
def xapi_statements(request: HttpRequest, policy: str) -> list[dict[str, Any]]:
    """Exams of a policy as xAPI 1.0.3 statements that name nobody. Needs ``training.edit``."""
    needs(request, "training.edit")
    return statements.of_policy(actor_of(request), policy, request.build_absolute_uri("/"))
