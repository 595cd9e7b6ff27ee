"""What tracking tells of its actions, and what it is told: an action that is an issue has it compared after each change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.ledger.writer import Writer
from watchfloor.programme.jira.actions import issues as verbs
from watchfloor.programme.jira.models import Conflict, Link, Site
from watchfloor.programme.tracking import links
from watchfloor.programme.tracking.after import Change

ACTOR = "system:jira"  # who writes what came from there: the mark by which no change of Jira echoes back


CARRIED = frozenset({"state", "due"})


def hear(w: Writer, change: Change) -> None:
    """A state or a due time of an action changed: Jira hears of it. Its title, text and talk stay here."""
    fields = sorted(CARRIED & set(change.fields))
    if change.what != "moved" or change.action is None or not fields or w.actor == ACTOR:
        return
    link = Link.objects.filter(action=change.action.pk, ended_at=None).first()
    if link is not None:
        verbs.touch(link, fields, w.actor)
        verbs.push(w, link)


def issues(actions: Sequence[UUID]) -> Mapping[UUID, links.Link]:
    """The issues of actions, as their pages show them."""
    site = Site.objects.first()
    rows = list(Link.objects.filter(action__in=list(actions), ended_at=None))
    open_ = set(Conflict.objects.filter(link__in=rows, state=Conflict.State.OPEN).values_list("link", flat=True))
    found = {}
    for row in rows:
        note = ""
        if row.state == Link.State.MAKING:
            note = _("being made")
        elif row.state == Link.State.GONE:
            note = _("not in Jira any more")
        elif row.state == Link.State.REFUSED:
            note = _("Jira refuses")
        elif row.pk in open_:
            note = _("changed on both sides")
        url = f"{site.url}/browse/{row.key}" if site and row.key else ""
        found[row.action_id] = links.Link(system="Jira", key=row.key or "…", url=url, state=row.status, note=note)
    return found
