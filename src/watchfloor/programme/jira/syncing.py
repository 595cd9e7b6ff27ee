"""Compares an action with its issue and carries what changed, once: safe to do again at any moment, by whoever, after any death.

Nothing depends on who says that something changed: each pass reads both sides and judges by the values last agreed on
(``domain.merging``). What we made there bears our mark (a label, a property of the comment), so that a call whose answer was lost is
found and not made twice; what we wrote here from there is written by ``system:jira``, which tells nobody to push it back. Jira has no way
to say "only if it is still as I saw it": so after each write its changelog is read, and a value that somebody set in between is kept as
a conflict.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.programme.jira import talking
from watchfloor.programme.jira.actions import arriving, sites, undoing
from watchfloor.programme.jira.client import Client, Later, Refused
from watchfloor.programme.jira.domain import merging, statuses
from watchfloor.programme.jira.domain import undoing as settlements
from watchfloor.programme.jira.domain.merging import Sides
from watchfloor.programme.jira.domain.remote import Changed, Issue
from watchfloor.programme.jira.models import Conflict, Link, Site
from watchfloor.programme.tracking.models import Action

LEASE: Final = timedelta(minutes=5)
REMOTE_NAME: Final = {"title": "summary", "text": "description", "due": "duedate", "state": "status"}


def compare(link_id: UUID) -> str:
    """One pass over one issue; what Jira refuses, in a sentence, or an empty text.

    Raises:
        Later: Jira is not there or busy, or another process has this issue in hand; nothing is lost.
    """
    site = sites.current()
    if site is None or not site.on:
        raise Later("The link to Jira is off.", 600)
    now = clock.now()
    free = Link.objects.filter(pk=link_id, ended_at=None).filter(Q(busy_until=None) | Q(busy_until__lte=now))
    if not free.update(busy_until=now + LEASE):
        if Link.objects.filter(pk=link_id, ended_at=None).exists():
            raise Later("It is being compared just now.", 5)
        return ""
    try:
        with sites.client(site) as jira:
            why = _Pass(site, jira, Link.objects.get(pk=link_id)).run()
        Site.objects.filter(pk=site.pk).exclude(failing_since=None).update(failing_since=None, last_error="")
        Link.objects.filter(pk=link_id).update(synced_at=clock.now(), tries=0)
        return why
    except Refused as refused:
        return _refused(site, link_id, refused)
    except WatchfloorError as error:  # an address that may not be called
        raise Later(error.message, 600) from None
    finally:
        Link.objects.filter(pk=link_id).update(busy_until=None)


def _refused(site: Site, link_id: UUID, refused: Refused) -> str:
    if refused.status == 401:  # not about this issue: everything waits until somebody mends it
        why = "Jira does not know the account's e-mail address and token."
        Site.objects.filter(pk=site.pk, failing_since=None).update(failing_since=clock.now())
        Site.objects.filter(pk=site.pk).update(last_error=why)
        raise Later(why, 900)
    link = Link.objects.get(pk=link_id)
    gone = refused.status == 404 and bool(link.remote_id)
    why = (
        "It was deleted in Jira, or the account may no longer see it."
        if gone
        else refused.said or f"http {refused.status}"
    )
    arriving.fail(link, Link.State.GONE if gone else Link.State.REFUSED, why)
    return why


class _Pass:
    """What one pass knows."""

    def __init__(self, site: Site, jira: Client, link: Link) -> None:
        self.site, self.jira, self.link = site, jira, link
        self.zone = sites.zone_of(site)
        self.notes: list[str] = []

    def run(self) -> str:
        before = (
            self._changes() if self.link.remote_id else []
        )  # first, so that what happens from here on is known to be later
        issue = self._found()
        if self.link.state != Link.State.LINKED:
            arriving.linked(self.link, issue, said=self._said(issue))
            self.link.refresh_from_db()
            before = before or self._changes()
        for row in Conflict.objects.filter(link=self.link, undo_at__isnull=False):
            issue = self._put_back(row, issue, before)
        ours, theirs = self._ours(), self._values(issue)
        agreed = self.link.agreed
        sides = {name: Sides(agreed=agreed.get(name), ours=ours[name], theirs=theirs[name]) for name in merging.FIELDS}
        plan = merging.plan(sides, self.site.owners, poorer=self._poorer(issue))
        pushed = self._push(plan.push)
        fresh: list[Changed] = []
        if pushed:
            seen, issue = theirs, self.jira.issue(self.link.remote_id)
            theirs = self._values(issue)
            known = {each.number for each in before}
            fresh = [each for each in self._changes() if each.number not in known]
            arriving.overwritten(self.link, pushed, seen, fresh, self.site)
        arriving.arrive(
            self.link, issue, plan=plan, sides=sides, pushed=pushed, theirs=theirs, ours=ours, changes=[*before, *fresh], zone=self.zone,
            notes=self.notes,
        )  # fmt: skip
        heard = max((each.number for each in (*before, *fresh)), default=0)
        Link.objects.filter(pk=self.link.pk, heard_to__lt=heard).update(heard_to=heard)
        talking.carry(self.jira, self.link)
        return ""

    def _put_back(self, row: Conflict, issue: Issue, before: list[Changed]) -> Issue:
        """A settlement that a person takes back: Jira gets its own value again, then we get ours; the issue as it is after that."""
        seen = self._values(issue)
        was = settlements.Settled(kind=row.kind, side=row.state, ours=row.ours, theirs=row.theirs, rich=row.rich)
        steps = settlements.back(was, ours=self._ours()[row.field], theirs=seen[row.field])
        if steps.there is not None:
            pushed = self._push({row.field: steps.there})
            issue = self.jira.issue(self.link.remote_id)
            known = {each.number for each in before}
            fresh = [each for each in self._changes() if each.number not in known]
            arriving.overwritten(self.link, pushed, seen, fresh, self.site)
            before += fresh
            if row.field not in pushed:
                why = settlements.NO_STEP if row.field == "state" else settlements.REFUSED
                steps = settlements.Back(why=why)
        undoing.put_back(row, steps)
        self.link.refresh_from_db()
        return issue

    def _ours(self) -> dict[str, str]:
        action = Action.objects.get(pk=self.link.action_id)
        due = merging.day_of(action.due, self.zone)
        return {"title": self.link.title, "text": self.link.text, "due": due, "state": action.state}

    def _found(self) -> Issue:
        """The issue; made when there is none yet."""
        link = self.link
        if link.remote_id or link.key:
            return self.jira.issue(link.remote_id or link.key)
        label = f"watchfloor-{link.pk.hex}"
        key = self.jira.labelled(self.site.project, label) if link.tries else ""
        Link.objects.filter(pk=link.pk).update(tries=link.tries + 1)
        if not key:
            key = self.jira.create(
                self.site.project, link.kind, title=link.title, text=link.text, due=self._due(), label=label
            )
        return self.jira.issue(key)

    def _said(self, issue: Issue) -> dict[str, str]:
        """What we said when we made it, as the ground to compare from; empty for an issue that was there before."""
        if f"watchfloor-{self.link.pk.hex}" not in issue.labels:
            return {}
        return {**self._values(issue), "title": self.link.title, "text": self.link.text, "due": self._due()}

    def _due(self) -> str:
        return merging.day_of(Action.objects.get(pk=self.link.action_id).due, self.zone)

    def _values(self, issue: Issue) -> dict[str, str]:
        state = statuses.state_of(issue.status, self.site.table)
        return {"title": issue.title, "text": issue.text, "due": issue.due, "state": state}

    def _poorer(self, issue: Issue) -> frozenset[str]:
        """Fields where ours would lose something of theirs, unless a person has said that it may."""
        if issue.whole:
            return frozenset()
        said = Conflict.objects.filter(link=self.link, field="text", state=Conflict.State.OURS, theirs=issue.text)
        return frozenset() if said.exists() else frozenset({"text"})

    def _changes(self) -> list[Changed]:
        return [each for each in self.jira.changes(self.link.remote_id) if each.number > self.link.heard_to]

    def _push(self, values: dict[str, str]) -> dict[str, str]:
        """Write what is to go there; what went."""
        went: dict[str, str] = {}
        fields = {name: value for name, value in values.items() if name != "state"}
        if fields:
            went |= self._write(fields)
        if "state" in values:
            step = statuses.step_to(values["state"], self.jira.steps(self.link.remote_id), self.site.table)
            if step:
                self.jira.step(self.link.remote_id, step)
                went["state"] = values["state"]
            else:
                wanted = self.site.table.get(values["state"]) or values["state"]
                self.notes.append(f"Jira offers no step from “{self.link.status}” to “{wanted}” to this account.")
        return went

    def _write(self, fields: dict[str, str]) -> dict[str, str]:
        try:
            self.jira.change(self.link.remote_id, fields)
        except Refused as refused:
            names = {REMOTE_NAME[name]: name for name in fields}
            bad = {names[each] for each in refused.fields if each in names}
            if refused.status != 400 or not bad:
                raise
            self.notes.append(f"Jira refuses: {refused.said}")
            fields = {name: value for name, value in fields.items() if name not in bad}
            if fields:
                self.jira.change(self.link.remote_id, fields)
        return fields
