"""JSON for programs: how the link to Jira fares, actions that are issues, what waits for a pick; pick, take it back, ask again.

Making issues and the settings are for people: what is typed for Jira is read by somebody before it leaves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema

from watchfloor.enforcement import replaying
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import needs
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.programme.jira import queries
from watchfloor.programme.jira.actions import issues, sites, undoing
from watchfloor.programme.jira.models import Conflict, Link
from watchfloor.programme.tracking import access

router = Router(tags=["programme"])
MOST = 200
STANDS = ("making", "linked", "refused", "gone", "conflict", "note")


class JiraOut(Schema):
    """The link. ``state``: none (not connected), off, failing (Jira does not let us in, ``why``), or on; ``compared_at``: when Jira was
    last asked what changed; ``given_up``: messages to Jira that are tried no more."""

    state: str
    url: str
    project: str
    compared_at: datetime | None
    failing_since: datetime | None
    why: str
    issues: int
    conflicts: int
    given_up: int


class JiraIssueOut(Schema):
    """An action that is an issue. ``stands``: making, linked, refused or gone (``why``), conflict (a pick waits), note (not all went).
    ``status`` is Jira's word, ``state`` that of the action; ``title`` and ``text`` are what Jira is told."""

    action: str
    key: str
    url: str
    stands: str
    status: str
    state: str
    due: datetime | None
    title: str
    text: str
    why: str
    compared_at: datetime | None


class JiraIssuesOut(Schema):
    """Issues, oldest first; ``after`` asks for the next ones, empty at the end."""

    issues: list[JiraIssueOut]
    after: str


class JiraConflictOut(Schema):
    """A field that both sides changed. ``agreed``: what both had; ``kind``: both, richer, overwritten or owned; ``state``: open, ours,
    theirs or agreed (they became equal). ``undoing``: it is being taken back; ``undo_why``: why it could not be."""

    id: UUID
    action: str
    key: str
    field: str
    kind: str
    agreed: str | None
    ours: str
    theirs: str
    theirs_by: str
    since: datetime
    state: str
    settled_at: datetime | None
    undoing: bool
    undo_why: str


class JiraConflictsOut(Schema):
    """What waits for a pick, oldest first; or what is settled, the latest first. At most a hundred."""

    conflicts: list[JiraConflictOut]


class JiraPick(Schema):
    """``ours`` goes to Jira, ``theirs`` comes here."""

    side: str


class JiraSentOut(Schema):
    """How many messages go out again."""

    sent: int


@router.get("/programme/jira", response=JiraOut, operation_id="jira", summary="The link to Jira")
def link(request: HttpRequest) -> Any:
    """Whether the link works, counted over actions one may see. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    site = sites.current()
    state = "none" if site is None else "off" if not site.on else "failing" if site.failing_since else "on"
    return {
        "state": state, "url": site.url if site else "", "project": site.project if site else "",
        "compared_at": site.polled_at if site else None, "failing_since": site.failing_since if site else None,
        "why": site.last_error if site and site.failing_since else "", "issues": queries.visible(actor).count(),
        "conflicts": _open(actor).count(), "given_up": queries.dead(actor).count(),
    }  # fmt: skip


@router.get(
    "/programme/jira/issues", response=JiraIssuesOut, operation_id="jira_issues", summary="Actions that are issues"
)
def listed(
    request: HttpRequest,
    stands: str = "",
    after: str = "",
    limit: int = Query(50, ge=1, le=MOST),  # type: ignore[type-arg]
) -> Any:
    """Of the actions one may see; ``stands`` as above. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    rows = _standing(queries.visible(actor), stands).order_by("pk")
    if after:
        rows = rows.filter(pk__gt=ids.decode("jira", after))
    found = list(rows[: limit + 1])
    more = ids.encode("jira", found[limit - 1].pk) if len(found) > limit else ""
    return {"issues": _issues(found[:limit]), "after": more}


@router.get(
    "/programme/jira/issues/{action}", response=JiraIssueOut, operation_id="jira_issue", summary="An action's issue"
)
def one(request: HttpRequest, action: str) -> Any:
    """The issue of an action. Needs ``programme.view``."""
    return _issues([_of(needs(request, access.VIEW), action)])[0]


@router.post("/programme/jira/issues/{action}/compare", response={202: JiraIssueOut}, operation_id="jira_compare")
def compare(request: HttpRequest, action: str) -> Any:
    """Ask Jira again about an action's issue; also after it refused, or did not know it. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    row = _of(actor, action)
    if not access.may_edit(actor, row.action):
        raise NotFound("no_issue", "This action has no issue in Jira.")
    with writing(actor) as w:
        issues.again(w, row)
    return 202, _issues([_of(actor, action)])[0]


@router.post("/programme/jira/send-again", response=JiraSentOut, operation_id="jira_send_again")
def send_again(request: HttpRequest) -> Any:
    """Send again what was given up, of issues one may see. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    return {"sent": replaying.replay_dead(actor, list(queries.dead(actor).values_list("pk", flat=True))).sent}


@router.get(
    "/programme/jira/conflicts",
    response=JiraConflictsOut,
    operation_id="jira_conflicts",
    summary="What both sides changed",
)
def conflicts(request: HttpRequest, state: Literal["open", "settled"] = "open") -> Any:
    """What waits for a pick, or what is settled. Needs ``programme.view``."""
    actor = needs(request, access.VIEW)
    found = queries.conflicts(actor) if state == "open" else queries.settled(actor)
    return {"conflicts": [_conflict(row) for row in found]}


@router.post("/programme/jira/conflicts/{conflict_id}/settle", response=JiraConflictOut, operation_id="jira_settle")
def settle(request: HttpRequest, conflict_id: UUID, body: JiraPick) -> Any:
    """Pick a side; the other one follows in a moment. Needs ``programme.edit``."""
    actor = needs(request, access.EDIT)
    row = queries.changeable(actor, conflict_id, open_=True)
    with writing(actor) as w:
        issues.settle(w, row.pk, body.side)
    return _conflict(_again(row))


@router.post("/programme/jira/conflicts/{conflict_id}/undo", response={202: JiraConflictOut}, operation_id="jira_undo")
def undo(request: HttpRequest, conflict_id: UUID) -> Any:
    """Take back what was picked: both sides get their own value again. Needs ``programme.edit``.

    409 with the reason where that can be told at once. Else ``undoing``, and then the conflict is open again, or ``undo_why`` says
    changed_here, changed_there (since then), rich (Jira had more than text there), no_step or refused (by Jira).
    """
    actor = needs(request, access.EDIT)
    row = queries.changeable(actor, conflict_id, open_=False)
    with writing(actor) as w:
        undoing.undo(w, row.pk)
    return 202, _conflict(_again(row))


def _of(actor: Actor, action: str) -> Link:
    row = queries.visible(actor).filter(action=ids.decode("todo", action)).first()
    if row is None:
        raise NotFound("no_issue", "This action has no issue in Jira.")
    return row


def _again(row: Conflict) -> Conflict:
    return Conflict.objects.select_related("link").get(pk=row.pk)


def _open(actor: Actor) -> QuerySet[Conflict]:
    return Conflict.objects.filter(state=Conflict.State.OPEN, link__in=queries.visible(actor))


def _standing(rows: Any, stands: str) -> Any:
    if not stands:
        return rows
    if stands not in STANDS:
        raise BadInput("unknown_state", "There is no such state.", where="stands", hint=f"One of: {', '.join(STANDS)}.")
    if stands == "conflict":
        return rows.filter(state=Link.State.LINKED, torn=True)
    if stands == "note":
        return rows.filter(state=Link.State.LINKED, torn=False).exclude(why="")
    return rows.filter(state=stands, torn=False, why="") if stands == Link.State.LINKED else rows.filter(state=stands)


def _issues(rows: list[Link]) -> list[dict[str, Any]]:
    site = sites.current()
    return [
        {
            "action": ids.encode("todo", row.action_id), "key": row.key, "url": f"{site.url}/browse/{row.key}" if site and row.key else "",
            "stands": queries.stands(row), "status": row.status, "state": row.action.state, "due": row.action.due, "title": row.title,
            "text": row.text, "why": row.why, "compared_at": row.synced_at,
        }
        for row in rows
    ]  # fmt: skip


def _conflict(row: Conflict) -> dict[str, Any]:
    names = ("id", "field", "kind", "agreed", "ours", "theirs", "theirs_by", "since", "state", "settled_at", "undo_why")
    return {name: getattr(row, name) for name in names} | {
        "action": ids.encode("todo", row.link.action_id), "key": row.link.key, "undoing": row.undo_at is not None,
    }  # fmt: skip
