"""Comments, both ways: those written for Jira go there once, under a mark; those said there come here once, with who said them."""

from __future__ import annotations

from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.jira.client import Client
from watchfloor.programme.jira.domain.remote import Said
from watchfloor.programme.jira.events import JiraCommented
from watchfloor.programme.jira.models import Link, Remark
from watchfloor.programme.tracking import actions as tracking

ACTOR = "system:jira"
LONGEST = 7_800


def carry(jira: Client, link: Link) -> None:
    """One pass over the talk of an issue."""
    there = jira.comments(link.remote_id)
    known = set(Remark.objects.filter(link=link).values_list("remote_id", flat=True))
    marked = {each.mark: each.id for each in there if each.mark}
    for row in (
        Remark.objects.filter(link=link, theirs=False, remote_id="").select_related("comment").order_by("at", "pk")
    ):
        found = marked.get(str(row.pk)) or jira.comment(link.remote_id, row.comment.text, str(row.pk))
        known.add(found)
        with writing(ACTOR) as w:
            w.update(row, remote_id=found)
            w.event(JiraCommented(theirs=False), row)
    mine = {str(pk) for pk in Remark.objects.filter(link=link, theirs=False).values_list("pk", flat=True)}
    for each in there:
        if each.id not in known and each.mark not in mine and each.text:
            _take(link, each)


def _take(link: Link, said: Said) -> None:
    text = said.text if len(said.text) <= LONGEST else said.text[:LONGEST].rstrip() + " …"
    with writing(ACTOR) as w:
        Link.objects.select_for_update().get(pk=link.pk)  # so that two of us do not take the same one
        if Remark.objects.filter(link=link, remote_id=said.id).exists():
            return
        row = tracking.comment(w, f"action:{link.action_id}", f"{said.author or 'Jira'}: {text}", origin="jira")
        made = w.create(Remark, link=link, comment=row, remote_id=said.id, theirs=True, at=said.at or clock.now())
        w.event(JiraCommented(theirs=True), made)


def waiting(link: Link) -> int:
    """Comments that have not gone there yet."""
    return Remark.objects.filter(link=link, theirs=False, remote_id="").count()
