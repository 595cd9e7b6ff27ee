"""Readers of the link to Jira: issues one may see and how they stand, what waits for a person, what was settled, what was given up."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from watchfloor.enforcement import replaying
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.models import Outbox
from watchfloor.programme.jira.actions import issues
from watchfloor.programme.jira.models import Conflict, Link
from watchfloor.programme.tracking import access, queries

MOST = 100


def visible(actor: Actor) -> QuerySet[Link]:
    """Issues of actions this person may see."""
    rows = Link.objects.filter(ended_at=None, action__in=queries.actions(actor)).select_related("action")
    open_ = Conflict.objects.filter(link=OuterRef("pk"), state=Conflict.State.OPEN)
    return rows.annotate(torn=Exists(open_))


def conflicts(actor: Actor, link: Link | None = None) -> list[Conflict]:
    """What waits for a person, oldest first."""
    rows = Conflict.objects.filter(state=Conflict.State.OPEN, link__in=visible(actor))
    if link is not None:
        rows = rows.filter(link=link)
    return list(rows.select_related("link__action").order_by("since", "pk")[:MOST])


def settled(actor: Actor, link: Link | None = None, most: int = MOST) -> list[Conflict]:
    """What is settled, the latest first."""
    rows = Conflict.objects.filter(link__in=visible(actor)).exclude(state=Conflict.State.OPEN)
    if link is not None:
        rows = rows.filter(link=link)
    return list(rows.select_related("link__action").order_by("-settled_at", "-pk")[:most])


def changeable(actor: Actor, conflict_id: UUID, *, open_: bool) -> Conflict:
    """A conflict of an action this person may change; ``NotFound`` else, as if it never was."""
    row = Conflict.objects.filter(pk=conflict_id, link__in=visible(actor)).select_related("link__action").first()
    if row is None or (row.state == Conflict.State.OPEN) != open_ or not access.may_edit(actor, row.link.action):
        raise NotFound("unknown_conflict", "There is no such conflict.")
    return row


def stands(row: Link) -> str:
    """How an issue stands: its state, or what a person should look at."""
    if row.state == Link.State.LINKED:
        return "conflict" if getattr(row, "torn", False) else "note" if row.why else "linked"
    return str(row.state)


def dead(actor: Actor) -> QuerySet[Outbox]:
    """Messages to Jira that were given up, of issues this person may see."""
    lanes = [issues.LANE.format(pk) for pk in visible(actor).values_list("pk", flat=True)]
    return replaying.dead_letters().filter(topic="jira", lane__in=lanes)
