"""``/programme/jira/for/<action>``: an action becomes an issue, or is tied to one; what Jira is told, what is said, which side holds."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.programme import tabs
from watchfloor.programme.jira import queries as jira
from watchfloor.programme.jira.actions import issues, sites
from watchfloor.programme.jira.models import Link, Remark
from watchfloor.programme.jira.pages import words
from watchfloor.programme.jira.pages.index import PICKS, pick, shown_conflict
from watchfloor.programme.tracking import access, queries
from watchfloor.programme.tracking.models import Action


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("programme.view")
def one(request: HttpRequest, action_id: UUID) -> HttpResponseBase:
    """The page; POST ``do`` = make | link | edit | comment | ours | theirs | undo | again | end."""
    actor = actor_of(request)
    action = queries.seen_action(actor, action_id)
    may_edit = access.may_edit(actor, action)
    link = jira.visible(actor).filter(action=action).first()
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        if not may_edit:
            raise NotFound("unknown_step", "There is no such thing to do.")
        try:
            messages.success(request, _do(request, action, link))
            return redirect("programme-jira-issue", action.pk)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
    site = sites.current()
    open_ = jira.conflicts(actor, link) if link else []
    settled = jira.settled(actor, link, most=20) if link else []
    said = list(Remark.objects.filter(link=link).select_related("comment").order_by("at", "pk")) if link else []
    told = [each.settled_by for each in settled] + [each.ours_by for each in open_] + [each.comment.by for each in said]
    typed = {
        "title": link.title if link else action.title,
        "text": link.text if link else "",
        "kind": site.kind if site else "",
    }
    context = {
        "tabs": tabs.tabs(actor.has, "programme-jira"), "action": action, "link": link, "site": site, "errors": errors,
        "error_of": dict(errors), "typed": {**typed, **request.POST.dict()}, "may_edit": may_edit, "said": said,
        "open": [shown_conflict(each) for each in open_], "settled": [shown_conflict(each) for each in settled],
        "names": names_of(told), "chips": words.states(), "stands": jira.stands(link) if link else "", "fields": words.fields(),
        "sides": words.sides(), "editable": {each.pk for each in settled} if may_edit else set(),
        "action_states": words.actions(), "kinds": list(site.kinds.items()) if site else [],
        "there": f"{site.url}/browse/{link.key}" if site and link and link.key else "", "may_set": actor.has("settings.manage"),
    }  # fmt: skip
    return render(request, "jira/issue.html", context, status=422 if errors else 200)


def _do(request: HttpRequest, action: Action, link: Link | None) -> str:
    actor, given, what = actor_of(request), request.POST, request.POST.get("do", "")
    if what in PICKS:
        return pick(actor, given.get("conflict", ""), what)
    with writing(actor) as w:
        if what == "make" and link is None:
            kind = given.get("kind", "")
            issues.make_issue(w, action, title=given.get("title", ""), text=given.get("text", ""), kind=kind)
            return _("Asked for. The issue stands in Jira in a moment.")
        if what == "link" and link is None:
            issues.link_issue(w, action, given.get("key", ""))
            return _("Asked for. What differs is shown here in a moment.")
        if link is None:
            raise NotFound("unknown_step", "There is no such thing to do.")
        if what == "edit":
            issues.edit(w, link, title=given.get("title", ""), text=given.get("text", ""))
            return _("Kept; Jira follows in a moment.")
        if what == "comment":
            issues.comment(w, link, given.get("comment", ""))
            return _("Said here, and in Jira in a moment.")
        if what == "again":
            issues.again(w, link)
            return _("Jira is asked again.")
        if what == "end":
            issues.end(w, link)
            return _("Let go. The issue stays in Jira as it is.")
    raise NotFound("unknown_step", "There is no such thing to do.")
