"""JSON to run the day with: due times and their versions, clocks that stand still, boosts, moves, surges."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from watchfloor.identity.guard import needs
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.review import actions, surge
from watchfloor.review.actions import boosts as boosting
from watchfloor.review.models import Boost, Move, ServicePlan, Surge
from watchfloor.review.queries import due_times

router = Router(tags=["running the day"])


class PlanIn(Schema):
    """A service plan: calendars, targets (minutes), weights, minutes of warning; see the explanation of due times."""

    document: dict[str, Any]
    note: str = ""


class PlanOut(Schema):
    """A version of the service plan; ``settled_at`` is when every open job was on it."""

    number: int
    document: dict[str, Any]
    live: bool
    made_at: datetime
    settled_at: datetime | None
    moved: int
    note: str


class PlanPreview(Schema):
    """Open jobs, and how many of them would be due sooner, later, or by other hours."""

    open: int
    sooner: int
    later: int
    other_hours: int
    reordered: bool


class Filters(Schema):
    """Which jobs; what is empty asks nothing. ``severity`` is the least."""

    queue: str = ""
    policy: str = ""
    market: str = ""
    language: str = ""
    channel: str = ""
    severity: str = ""


class BoostIn(Schema):
    """Points (-24 to 24) for open jobs that fit and those that come, for so many hours."""

    filters: Filters
    points: float
    hours: float
    why: str


class BoostOut(Schema):
    """A boost; times are UTC."""

    id: str
    filters: dict[str, str]
    points: float
    until: datetime
    ended_at: datetime | None


class MoveIn(Schema):
    """Waiting jobs that fit go to a queue, the least urgent first when only ``most``; ``dry_run`` only counts."""

    filters: Filters
    to_queue: str
    why: str = ""
    most: int | None = Field(None, ge=1)
    dry_run: bool = False


class MoveOut(Schema):
    """How many moved (or would); ``id`` is empty for a dry run; ``put_back`` after an undo."""

    id: str
    jobs: int
    put_back: int = 0


class PauseIn(Schema):
    """``waits_for``: reporter, author, authority, partner, translation or other. ``token`` of the lease, if one holds the job."""

    waits_for: str
    token: int | None = None
    why: str = ""


class JobClock(Schema):
    """A job's clock now."""

    id: str
    state: str
    due_at: datetime
    paused_at: datetime | None


class SurgeIn(Schema):
    """Start a playbook; without ``hours`` for as long as it usually lasts."""

    playbook: str
    why: str
    hours: float | None = None


class SurgeOut(Schema):
    """A surge; ``ended_at`` null while it is on."""

    id: str
    playbook: str
    why: str
    until: datetime
    ended_at: datetime | None


class Effect(Schema):
    """What one step of a playbook would do, and to how many; ``problem`` when it could not be done."""

    kind: str
    what: str
    count: int
    problem: str


@router.get("/service-plan", response=PlanOut, summary="The live service plan")
def service_plan(request: HttpRequest) -> Any:
    """The version in force; 404 before there is one. Needs ``floor.view`` or ``queue.manage``."""
    needs(request, "floor.view", "queue.manage")
    row = ServicePlan.objects.filter(live=True).first()
    if row is None:
        raise NotFound("no_plan", "There is no service plan yet: queues and policies say how soon what is due.")
    return row


@router.post("/service-plan", response=PlanOut, summary="Put a service plan live")
def save_service_plan(request: HttpRequest, body: PlanIn) -> Any:
    """A new version; open jobs follow within minutes. Needs ``queue.manage``."""
    needs(request, "queue.manage")
    return actions.save_plan(actor_of(request), body.document, note=body.note)


@router.post("/service-plan/preview", response=PlanPreview, summary="Count what a service plan would change")
def preview_service_plan(request: HttpRequest, body: PlanIn) -> Any:
    """Nothing is changed. Needs ``queue.manage``."""
    needs(request, "queue.manage")
    return due_times.preview(body.document)


@router.post("/service-plan/{number}/restore", response=PlanOut, summary="Put a former service plan live again")
def restore_service_plan(request: HttpRequest, number: int) -> Any:
    """Due times go back to what they were. Needs ``queue.manage``."""
    needs(request, "queue.manage")
    return actions.restore_plan(actor_of(request), number)


@router.post("/jobs/{job_id}/pause", response=JobClock, summary="Stop a job's clock")
def pause(request: HttpRequest, job_id: str, body: PauseIn) -> Any:
    """It waits for someone outside, and nobody is given it. Needs ``review.work`` or ``review.reassign``."""
    needs(request, "review.work", "review.reassign")
    return _clock(
        actions.pause(actor_of(request), ids.decode("job", job_id), body.waits_for, token=body.token, why=body.why)
    )


@router.post("/jobs/{job_id}/resume", response=JobClock, summary="Let a job's clock run again")
def resume(request: HttpRequest, job_id: str) -> Any:
    """What was left is left. Needs ``review.work`` or ``review.reassign``."""
    needs(request, "review.work", "review.reassign")
    return _clock(actions.resume(actor_of(request), ids.decode("job", job_id)))


@router.post("/boosts", response=BoostOut, summary="Put work forward or back for a time")
def boost(request: HttpRequest, body: BoostIn) -> Any:
    """New work has it at once, waiting work within a minute. Needs ``review.reassign``."""
    needs(request, "review.reassign")
    row = actions.boost(actor_of(request), body.filters.dict(), body.points, hours=body.hours, why=body.why)
    return _boost(row)


@router.post("/boosts/count", response=dict[str, int], summary="Count the open jobs that fit, by queue")
def count_boost(request: HttpRequest, body: Filters) -> Any:
    """Within one's rights; nothing is changed. Needs ``review.reassign``."""
    needs(request, "review.reassign")
    return boosting.fitting(actor_of(request), body.dict()).queues


@router.post("/boosts/{boost_id}/end", response=BoostOut, summary="End a boost")
def end_boost(request: HttpRequest, boost_id: str) -> Any:
    """Its points are taken back. Needs ``review.reassign``."""
    needs(request, "review.reassign")
    return _boost(actions.end_boost(actor_of(request), _uuid(boost_id)))


@router.post("/moves", response=MoveOut, summary="Move waiting jobs by filter")
def move(request: HttpRequest, body: MoveIn) -> Any:
    """Those that one may move, and that may wait in that queue. Needs ``review.reassign``."""
    actor, wanted = actor_of(request), body.filters.dict()
    needs(request, "review.reassign")
    if body.dry_run:
        return MoveOut(id="", jobs=actions.preview_move(actor, wanted, body.to_queue, most=body.most).jobs)
    return _move(actions.move(actor, wanted, body.to_queue, why=body.why, most=body.most))


@router.post("/moves/{move_id}/undo", response=MoveOut, summary="Undo a move")
def undo_move(request: HttpRequest, move_id: str) -> Any:
    """What still waits there goes back. Needs ``review.reassign``."""
    needs(request, "review.reassign")
    return _move(actions.undo_move(actor_of(request), _uuid(move_id)))


@router.get("/surges", response=list[SurgeOut], summary="Surges that are on")
def surges(request: HttpRequest) -> Any:
    """Newest first. Needs ``floor.view`` or ``review.reassign``."""
    needs(request, "floor.view", "review.reassign")
    return [_surge(row) for row in Surge.objects.filter(ended_at__isnull=True).order_by("-started_at")]


@router.get("/playbooks/{key}/preview", response=list[Effect], summary="Count what a playbook would do")
def preview_surge(request: HttpRequest, key: str) -> Any:
    """Step by step; nothing is changed. Needs ``review.reassign``."""
    needs(request, "review.reassign")
    return surge.preview(actor_of(request), key)


@router.post("/surges", response=SurgeOut, summary="Start a playbook")
def start_surge(request: HttpRequest, body: SurgeIn) -> Any:
    """All its steps, or none. Needs ``review.reassign``."""
    needs(request, "review.reassign")
    return _surge(surge.start_surge(actor_of(request), body.playbook, why=body.why, hours=body.hours))


@router.post("/surges/{surge_id}/end", response=SurgeOut, summary="End a surge")
def end_surge(request: HttpRequest, surge_id: str) -> Any:
    """Everything it changed is put back. Needs ``review.reassign``."""
    needs(request, "review.reassign")
    return _surge(surge.end_surge(actor_of(request), _uuid(surge_id)))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("unknown_id", "There is no such thing.") from None


def _clock(job: Any) -> JobClock:
    return JobClock(id=ids.encode("job", job.pk), state=str(job.state), due_at=job.due_at, paused_at=job.paused_at)


def _boost(row: Boost) -> BoostOut:
    return BoostOut(id=str(row.pk), filters=row.filters, points=row.points, until=row.until, ended_at=row.ended_at)


def _move(row: Move) -> MoveOut:
    return MoveOut(id=str(row.pk), jobs=row.moved, put_back=row.put_back)


def _surge(row: Surge) -> SurgeOut:
    return SurgeOut(id=str(row.pk), playbook=row.playbook, why=row.why, until=row.until, ended_at=row.ended_at)
