"""What came of comparing, written down: values that came, values that went, conflicts with who and when, an issue that is gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import Writer, writing
from watchfloor.programme.jira.actions.issues import push, write_here
from watchfloor.programme.jira.domain import adf, merging, statuses
from watchfloor.programme.jira.domain.merging import Plan, Sides
from watchfloor.programme.jira.domain.remote import Changed, Issue, Status
from watchfloor.programme.jira.events import IssueFailed, IssueLinked, IssueSynced, JiraConflict, JiraConflictSettled
from watchfloor.programme.jira.models import Conflict, Link, Site
from watchfloor.programme.tracking.models import Action

ACTOR = "system:jira"
NAMES = {"summary": "title", "description": "text", "duedate": "due", "status": "state"}


def linked(link: Link, issue: Issue, *, said: dict[str, str]) -> None:
    """The issue is there: made by us (``said``: what we told it), or another's, whose words we take over."""
    with writing(ACTOR) as w:
        link = Link.objects.select_for_update().get(pk=link.pk)
        if link.ended_at is not None or link.state == Link.State.LINKED:
            return
        values: dict[str, Any] = {
            "state": Link.State.LINKED,
            "key": issue.key,
            "remote_id": issue.id,
            "status": issue.status.name,
            "why": "",
        }
        if said and not link.agreed:
            values["agreed"] = said
        elif not link.agreed:
            values |= {"title": issue.title, "text": issue.text, "agreed": {"title": issue.title, "text": issue.text}}
        w.update(link, **values)
        w.event(IssueLinked(), link)


def fail(link: Link, state: str, why: str) -> None:
    """Jira refuses, or does not know it any more."""
    with writing(ACTOR) as w:
        link = Link.objects.select_for_update().get(pk=link.pk)
        if link.ended_at is None and (link.state, link.why) != (state, why):
            w.update(link, state=state, why=why)
            w.event(IssueFailed(state=state), link)


def arrive(
    link: Link,
    issue: Issue,
    *,
    plan: Plan,
    sides: dict[str, Sides],
    pushed: dict[str, str],
    theirs: dict[str, str],
    ours: dict[str, str],
    changes: list[Changed],
    zone: ZoneInfo,
    notes: list[str],
) -> None:
    """Write down one pass. What changed here meanwhile is left to the next one, which has been asked for by the change."""
    with writing(ACTOR) as w:
        link = Link.objects.select_for_update().get(pk=link.pk)
        if link.ended_at is not None:
            return
        action = Action.objects.select_for_update().get(pk=link.action_id)
        now_ours = {
            "title": link.title,
            "text": link.text,
            "due": merging.day_of(action.due, zone),
            "state": action.state,
        }
        agreed = {**link.agreed, **plan.agreed}
        taken = []
        for field, value in plan.take.items():
            if now_ours[field] != ours[field]:
                continue
            try:
                with w.attempt():
                    write_here(w, link, field, value, why=_why(link, changes, field))
                agreed[field] = value
                taken.append(field)
            except WatchfloorError as refused:  # tracking has a reason not to: a person sees it
                notes.append(f"{field}: {refused.message}")
        for field, value in pushed.items():
            agreed[field] = theirs[field]  # as Jira keeps it, which may be a word apart from what went
            if theirs[field] != value and field in ("title", "text") and now_ours[field] == value:
                w.update(link, **{field: theirs[field]})
        for each in plan.overruled:
            side = sides[each.field]
            rows = Conflict.objects.filter(link=link, field=each.field, kind=Conflict.Kind.OWNED)
            if not rows.filter(ours=side.ours, theirs=side.theirs, agreed=side.agreed).exists():
                _conflict(
                    w,
                    link,
                    each.field,
                    Conflict.Kind.OWNED,
                    side,
                    changes,
                    settled="ours" if each.side == "theirs" else "theirs",
                )
        conflicts(w, link, plan.conflicts, sides, changes, rich=not issue.whole)
        w.update(
            link,
            agreed=agreed,
            status=issue.status.name[:80],
            key=issue.key,
            why=" ".join(notes),
            state=Link.State.LINKED,
        )
        if w.has_changes:
            w.event(IssueSynced(pushed=sorted(pushed), taken=sorted(taken)), link)
        if any(now_ours[field] != ours[field] for field in plan.take):
            push(w, link)


def conflicts(
    w: Writer, link: Link, fields: tuple[str, ...], sides: dict[str, Sides], changes: list[Changed], *, rich: bool
) -> None:
    """Open conflicts are those of this pass: new ones with who and when, known ones with their newest values, settled ones closed."""
    known = {
        row.field: row
        for row in Conflict.objects.select_for_update().filter(
            link=link, state=Conflict.State.OPEN, kind__in=[Conflict.Kind.BOTH, Conflict.Kind.RICHER]
        )
    }
    for field in fields:
        side = sides[field]
        row = known.pop(field, None)
        if row is None:
            kind = Conflict.Kind.RICHER if side.theirs == side.agreed else Conflict.Kind.BOTH
            _conflict(w, link, field, kind, side, changes, rich=rich and field == "text")
        elif (row.ours, row.theirs) != (side.ours, side.theirs):
            w.update(
                row,
                ours=side.ours,
                theirs=side.theirs,
                rich=rich and field == "text",
                **_who(link, field, changes, row),
            )
            w.event(JiraConflict(field=field, kind=row.kind), row)
    for row in known.values():
        w.update(row, state=Conflict.State.AGREED, settled_at=clock.now(), settled_by=ACTOR)
        w.event(JiraConflictSettled(field=row.field, state=row.state), row)


def overwritten(link: Link, pushed: dict[str, str], seen: dict[str, str], fresh: list[Changed], site: Site) -> None:
    """Values somebody else set there after we had read and before we wrote: kept, for a person."""
    found = []
    for each in fresh:
        field = NAMES.get(each.field, "")
        if field not in pushed or not site.account or each.account == site.account:
            continue
        value = each.now
        if field == "state":
            value = statuses.state_of(Status(each.now), site.table)
        elif field == "due":
            value = each.now[:10]
        elif field == "text":
            value = adf.canonical(each.now)
        if value not in (pushed[field], seen[field]):
            found.append((field, value, each))
    if not found:
        return
    with writing(ACTOR) as w:
        for field, value, each in found:
            who, at = _by(link, field)
            row = w.create(
                Conflict, link=link, field=field, kind=Conflict.Kind.OVERWRITTEN, agreed=seen[field], ours=pushed[field], theirs=value,
                ours_by=who, ours_at=at, theirs_by=each.author, theirs_at=each.at, state=Conflict.State.OPEN, since=clock.now(),
            )  # fmt: skip
            w.event(JiraConflict(field=field, kind=row.kind), row)


def _conflict(
    w: Writer,
    link: Link,
    field: str,
    kind: str,
    side: Sides,
    changes: list[Changed],
    *,
    settled: str = "",
    rich: bool = False,
) -> None:
    now = clock.now()
    row = w.create(
        Conflict, link=link, field=field, kind=kind, agreed=side.agreed, ours=side.ours, theirs=side.theirs,
        state=settled or Conflict.State.OPEN, rich=rich, since=now,
        settled_by=ACTOR if settled else "", settled_at=now if settled else None,
        **_who(link, field, changes, None),
    )  # fmt: skip
    w.event(JiraConflict(field=field, kind=kind), row)


def _who(link: Link, field: str, changes: list[Changed], row: Conflict | None) -> dict[str, Any]:
    found = next((each for each in reversed(changes) if NAMES.get(each.field) == field), None)
    made: dict[str, Any] = dict(zip(("ours_by", "ours_at"), _by(link, field), strict=True))
    if found is not None or row is None:
        made |= {"theirs_by": found.author if found else "", "theirs_at": found.at if found else None}
    return made


def _by(link: Link, field: str) -> tuple[str, datetime | None]:
    who, at = link.touched.get(field, ["", ""])
    return who, datetime.fromisoformat(at) if at else None


def _why(link: Link, changes: list[Changed], field: str) -> str:
    found = next((each for each in reversed(changes) if NAMES.get(each.field) == field), None)
    return (
        f"Changed in Jira ({link.key}) by {found.author}" if found and found.author else f"Changed in Jira ({link.key})"
    )
