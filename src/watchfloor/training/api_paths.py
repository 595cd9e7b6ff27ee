"""JSON for programs: the paths that new people go, how far each is, who goes them, and what was watched.

What somebody has read they say themselves in the page; practice, exams and sessions count by what they leave behind.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.kernel.errors import Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.training import path_actions, path_queries, scope
from watchfloor.training.path_queries import PathLine, PersonLine

router = Router(tags=["training"])


class StepOut(Schema):
    """A step. ``kind``: read, practice, exam, session or shadow; ``count``: how many it takes; ``step`` names it within the path."""

    step: str
    kind: str
    policy: str
    count: int


class OnboardingPathOut(Schema):
    """A path and the people on it whom one may see. ``role``, ``market``, ``vendor``: for whom; empty: for any."""

    id: UUID
    name: str
    role: str
    market: str
    vendor: str
    stuck_days: int
    steps: list[StepOut]
    people: int
    finished: int
    stuck: int
    closed: bool


class StepStandingOut(StepOut):
    """A step and how far somebody is with it."""

    reached: int
    done: bool


class PathPersonOut(Schema):
    """Somebody on a path. ``at``: the step they are at, null when all is done; ``stuck``: nothing went on for the path's days."""

    person: UUID
    name: str
    vendor: str
    began_at: datetime
    moved_at: datetime
    at: str | None
    finished: bool
    stuck: bool
    steps: list[StepStandingOut]


class PathJoinIn(Schema):
    """People to put on a path."""

    people: list[UUID] = Field(min_length=1, max_length=500)


class PathJoinedOut(Schema):
    """How many began; who was on it already goes on where they were."""

    began: int


class StepSaidIn(Schema):
    """How many decisions somebody has watched in all."""

    count: int


@router.get("/training/paths", response=list[OnboardingPathOut])
def paths(request: HttpRequest) -> Any:
    """Paths for everybody and of the vendors within one's scope, closed ones last. Needs ``training.view`` or ``training.edit``."""
    return [_path(each) for each in path_queries.lines(needs(request, *scope.SEE))]


@router.get("/training/paths/{path_id}", response=OnboardingPathOut)
def path(request: HttpRequest, path_id: UUID) -> Any:
    """One path. Needs ``training.view`` or ``training.edit``."""
    actor = needs(request, *scope.SEE)
    return _path(path_queries.line(actor, path_queries.one(actor, path_id)))


@router.get("/training/paths/{path_id}/people", response=list[PathPersonOut])
def path_people(request: HttpRequest, path_id: UUID) -> Any:
    """Everybody on a path, who is stuck first. Needs ``training.view`` or ``training.edit``."""
    actor = needs(request, *scope.SEE)
    row = path_queries.one(actor, path_id)
    return [_person(row, each) for each in path_queries.people(actor, row)]


@router.post("/training/paths/{path_id}/people", response=PathJoinedOut)
def path_join(request: HttpRequest, path_id: UUID, body: PathJoinIn) -> Any:
    """Put people of the vendors one teaches on a path. Needs ``training.edit``."""
    actor = needs(request, *scope.TEACH)
    row = path_queries.one(actor, path_id)
    with writing(actor) as w:
        return {"began": path_actions.join(w, actor, row, body.people)}


@router.get("/training/paths/{path_id}/people/{person}", response=PathPersonOut)
def path_person(request: HttpRequest, path_id: UUID, person: UUID) -> Any:
    """How far somebody is. Needs ``training.view`` or ``training.edit``."""
    actor = needs(request, *scope.SEE)
    row = path_queries.one(actor, path_id)
    return _person(row, path_queries.person(actor, row, person))


@router.delete("/training/paths/{path_id}/people/{person}", response={204: None})
def path_leave(request: HttpRequest, path_id: UUID, person: UUID) -> Any:
    """Take somebody off; put on again, they go on where they were. Needs ``training.edit``."""
    actor = needs(request, *scope.TEACH)
    row = path_queries.one(actor, path_id)
    with writing(actor) as w:
        path_actions.leave(w, actor, row, person)
    return 204, None


@router.put("/training/paths/{path_id}/people/{person}/steps/{step}", response=PathPersonOut)
def path_step(request: HttpRequest, path_id: UUID, person: UUID, step: str, body: StepSaidIn) -> Any:
    """Say how many decisions somebody has watched; said again it replaces what was said. Needs ``training.edit``."""
    actor = needs(request, *scope.TEACH)
    row = path_queries.one(actor, path_id)
    known = next((each for each in path_queries.steps(row) if each.key == step), None)
    if known is None:
        raise NotFound("unknown_step", "There is no such step.")
    if known.kind == "read":
        raise Conflict("said_by_reader", "Who has read a unit says so in the page.")
    if known.kind != "shadow":
        raise Conflict("counts_by_itself", "This step counts by itself.", hint="Only decisions watched are said.")
    with writing(actor) as w:
        path_actions.watched(w, actor, row, person, step, body.count)
    return _person(row, path_queries.person(actor, row, person))


def _path(line: PathLine) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.pk, "name": row.name, "role": row.role_key, "market": row.market, "vendor": row.vendor_key,
        "stuck_days": row.stuck_days, "steps": [_step(each) for each in path_queries.steps(row)], "people": line.people,
        "finished": line.finished, "stuck": line.stuck, "closed": row.closed_at is not None,
    }  # fmt: skip


def _person(row: Any, line: PersonLine) -> dict[str, Any]:
    steps, stands = path_queries.steps(row), line.standing
    return {
        "person": line.row.reviewer_id, "name": line.name, "vendor": line.vendor, "began_at": line.row.began_at,
        "moved_at": stands.moved, "at": None if stands.at is None else steps[stands.at].key, "finished": stands.finished,
        "stuck": stands.stuck,
        "steps": [
            _step(step) | {"reached": reached, "done": done}
            for step, reached, done in zip(steps, stands.counts, stands.done, strict=True)
        ],
    }  # fmt: skip


def _step(step: Any) -> dict[str, Any]:
    return {"step": step.key, "kind": step.kind, "policy": step.policy, "count": step.count}
