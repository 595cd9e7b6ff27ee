"""The verbs of a person: make an issue of an action, tie one that exists to it, write what Jira is told, comment, pick a side, let go.

Each leaves a message in the outbox; ``pushing`` carries it. What is typed here is all that ever crosses (``domain.crossing``).
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings

from watchfloor.enforcement import privacy
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import Writer
from watchfloor.programme.jira import models
from watchfloor.programme.jira.actions import sites
from watchfloor.programme.jira.domain import adf, crossing, inline, merging
from watchfloor.programme.jira.events import (
    IssueAsked,
    IssueEdited,
    IssueEnded,
    JiraCommented,
    JiraConflictSettled,
)
from watchfloor.programme.jira.models import Link, Remark
from watchfloor.programme.tracking import actions as tracking
from watchfloor.programme.tracking.models import Action, Comment

_KEY = re.compile(r"(?:.*/browse/)?([A-Z][A-Z0-9_]{0,39}-\d{1,9})(?:[?#].*)?", re.IGNORECASE)
LANE = "jira:{}"


def make_issue(w: Writer, action: Action, *, title: str, text: str = "", kind: str = "") -> Link:
    """An issue for this action. ``title`` and ``text`` (Markdown) are what Jira is told; nothing else of the action is.

    Raises ``BadInput`` for words that name a case or a person; ``Conflict`` where there is an issue already.
    """
    site = _site()
    kind = kind or site.kind
    if not kind or (site.kinds and kind not in site.kinds):
        raise BadInput("unknown_kind", "Choose the type of the issue.", where="kind")
    _free(action)
    link = w.create(
        Link, action=action, state=Link.State.MAKING, kind=kind, title=title_of(title), text=text_of(text), made_by=w.actor,
        made_at=clock.now(),
    )  # fmt: skip
    w.event(IssueAsked(existing=False), link)
    push(w, link)
    return link


def link_issue(w: Writer, action: Action, key: str) -> Link:
    """Tie an issue that exists to this action. Where the two differ, a person picks."""
    _site()
    found = _KEY.fullmatch(key.strip())
    if found is None:
        raise BadInput("bad_key", "Write the issue's key, or its address.", where="key", hint="Like OPS-12.")
    _free(action)
    name = found[1].upper()
    if Link.objects.filter(key=name, ended_at=None).exists():
        raise Conflict("linked_already", f"{name} belongs to another action already.")
    link = w.create(
        Link, action=action, state=Link.State.MAKING, key=name, title="", text="", made_by=w.actor, made_at=clock.now()
    )
    w.event(IssueAsked(existing=True), link)
    push(w, link)
    return link


def edit(w: Writer, link: Link, *, title: str, text: str) -> Link:
    """Write what Jira is told."""
    link = locked(link)
    new = {"title": title_of(title), "text": text_of(text)}
    changed = sorted(name for name, value in new.items() if getattr(link, name) != value)
    if changed:
        w.update(link, **new)
        w.event(IssueEdited(fields=changed), link)
        touch(link, changed, w.actor)
        push(w, link)
    return link


def comment(w: Writer, link: Link, text: str) -> Comment:
    """Say something that Jira hears too."""
    link = locked(link)
    text = _may_cross(adf.canonical(text), "comment")
    if not text or len(text) > crossing.LONGEST_TEXT:
        raise BadInput("bad_text", f"Write 1 to {crossing.LONGEST_TEXT:,} characters.", where="comment")
    row = tracking.comment(w, f"action:{link.action_id}", text)
    made = w.create(Remark, link=link, comment=row, theirs=False, at=clock.now())
    w.event(JiraCommented(theirs=False), made)
    push(w, link)
    return row


def settle(w: Writer, conflict_id: UUID, side: str) -> models.Conflict:
    """Pick a side: ours goes to Jira, or theirs comes here."""
    link_id = models.Conflict.objects.filter(pk=conflict_id).values_list("link", flat=True).first()
    if link_id is None:
        raise NotFound("unknown_conflict", "There is no such conflict.")
    link = locked(Link(pk=link_id))  # first, as the comparison does
    row = models.Conflict.objects.select_for_update().get(pk=conflict_id)
    if row.state != models.Conflict.State.OPEN:
        raise Conflict("settled_already", "Somebody settled it already.", hint="Load the page again.")
    if side not in ("ours", "theirs"):
        raise BadInput("unknown_side", "Pick one of the two.", where="side")
    w.update(row, state=side, settled_by=w.actor, settled_at=clock.now())
    if row.kind == models.Conflict.Kind.OVERWRITTEN:
        if side == "theirs":
            write_here(w, link, row.field, row.theirs, why=f"Settled: as it was in Jira ({link.key})")
    else:  # the side that gave way counts as agreed upon, so the other one is the change
        w.update(link, agreed={**link.agreed, row.field: row.theirs if side == "ours" else row.ours})
    w.event(JiraConflictSettled(field=row.field, state=side), row)
    push(w, link)
    return row


def end(w: Writer, link: Link) -> Link:
    """Let the issue go: it stays in Jira as it is, and nothing is carried any more."""
    link = locked(link)
    w.update(link, state=Link.State.ENDED, ended_at=clock.now())
    w.event(IssueEnded(), link)
    return link


def again(w: Writer, link: Link) -> Link:
    """Ask Jira once more after it refused, or did not know the issue."""
    link = locked(link)
    if link.state in (Link.State.REFUSED, Link.State.GONE):
        w.update(link, state=Link.State.LINKED if link.remote_id else Link.State.MAKING, why="")
        w.event(IssueAsked(existing=True), link)
    push(w, link)
    return link


def push(w: Writer, link: Link) -> None:
    """Have the two compared soon; any number of these is one comparison."""
    w.send(
        "jira",
        lane=LANE.format(link.pk),
        key=f"jira.{new_id()}",
        payload={"link": str(link.pk)},
        subject=f"jira:{link.pk}",
    )


def write_here(w: Writer, link: Link, field: str, value: str, *, why: str) -> None:
    """A value that came from Jira, into the field it belongs to."""
    if field in ("title", "text"):
        w.update(link, **{field: value})
        return
    action = Action.objects.select_for_update().get(pk=link.action_id)
    change: dict[str, Any] = {"state": value}
    if field == "due":
        change = {"due": merging.moment_of(value, action.due, sites.zone_of(_site()))}
    tracking.move(w, action, **change, why=why)


def touch(link: Link, fields: list[str], who: str) -> None:
    """Remember who changed a field here last, and when."""
    now = clock.now().isoformat()
    link.touched = {**link.touched, **{name: [who, now] for name in fields}}
    Link.objects.filter(pk=link.pk).update(touched=link.touched)


def locked(link: Link) -> Link:
    """The row as it is now, if nobody has let it go."""
    found = Link.objects.select_for_update().filter(pk=link.pk, ended_at=None).first()
    if found is None:
        raise NotFound("no_issue", "This action has no issue in Jira.")
    return found


def title_of(text: str) -> str:
    """A title that may cross."""
    title = " ".join(text.split())
    if not title or len(title) > crossing.LONGEST_TITLE:
        raise BadInput("bad_title", f"Write a title of 1 to {crossing.LONGEST_TITLE} characters.", where="title")
    return _may_cross(title, "title")


def text_of(text: str) -> str:
    """A text that may cross, in the one spelling."""
    made = adf.canonical(text.strip())
    if len(made) > crossing.LONGEST_TEXT or "\x00" in made:
        raise BadInput("bad_text", f"Write at most {crossing.LONGEST_TEXT:,} characters.", where="text")
    return _may_cross(made, "text")


def _may_cross(text: str, where: str) -> str:
    host = settings.PUBLIC_URL.partition("://")[2].rstrip("/")
    said = f"{text}\n{inline.bare(text)}"  # as it is written, and as it is read
    personal = [span.text for span in privacy.personal_data(said) if span.kind != "url"]
    crossing.check(said, where, hosts=[host], personal=personal)
    return text


def _site() -> models.Site:
    site = sites.current()
    if site is None or not site.on:
        raise Conflict(
            "jira_off", "The link to Jira is not on.", hint="Somebody turns it on under Programme, Jira, Settings."
        )
    return site


def _free(action: Action) -> None:
    if Link.objects.filter(action=action, ended_at=None).exists():
        raise Conflict("has_issue", "This action has an issue already.", hint="Load the page again.")
