"""Updates by audience, for who writes them: audiences with their members, drafts, what was sent to whom."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.programme import forms
from watchfloor.programme.stakeholders import access, actions, queries
from watchfloor.programme.stakeholders.models import Audience, Stakeholder, Update
from watchfloor.programme.stakeholders.pages import parts


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.EDIT)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?edit=``: a draft to go on with; ``?audience=``: one to change. A POST drafts, sends, or saves an audience."""
    actor = actor_of(request)
    if not queries.writes(actor):
        raise NotFound("unknown_page", "There is no such page.")
    errors: forms.Errors = []
    if request.method == "POST":
        verbs = {
            "draft": lambda: _draft(request),
            "send": lambda: _send(request),
            "audience": lambda: _audience(request),
        }
        said = forms.act(request, verbs, allowed=True)
        if said is None:
            return redirect("programme-updates")
        errors = said
    audiences, people = list(queries.audiences()), list(queries.stakeholders(actor))
    chosen = next((each for each in audiences if each.key == request.GET.get("audience")), None)
    drafts = list(Update.objects.filter(sent_at=None).select_related("audience").order_by("-made_at")[:50])
    edited = next((each for each in drafts if str(each.pk) == request.GET.get("edit")), None)
    sent = paged(
        Update.objects.filter(sent_at__isnull=False).select_related("audience").order_by("-sent_at"), request.GET, 20
    )
    context: dict[str, Any] = {
        **parts.context(request, "programme-stakeholders", "updates"), "audiences": audiences, "drafts": drafts, "sent": sent.rows,
        "pager": sent.pager, "errors": errors, "error_of": dict(errors), "chosen": chosen, "edited": edited,
        "names": names_of(row.sent_by for row in sent.rows), "choices": [(str(each.pk), each.name) for each in audiences],
        "people": sorted(((str(each.pk), each.name, each.organisation) for each in people), key=lambda each: each[1].casefold()),
        "members": set(request.POST.getlist("members")) or {str(pk) for pk in (chosen.members if chosen else [])},
        "reach": {each.pk: _reach(each) for each in audiences},
    }  # fmt: skip
    return render(request, "stakeholders/updates.html", context, status=422 if errors else 200)


def _reach(audience: Audience) -> tuple[int, int]:
    """How many are told, and how many of them by mail."""
    rows = Stakeholder.objects.filter(pk__in=audience.members, ended_at=None)
    return len(rows), sum(row.hears == "mail" and bool(row.user or row.address) for row in rows)


def _draft(request: HttpRequest) -> str:
    given = request.POST
    update = parts.uuid(given["update"], "update") if given.get("update") else None
    with writing(actor_of(request)) as w:
        actions.draft_update(
            w, parts.uuid(given.get("audience", ""), "audience"), title=given.get("title", ""), text=given.get("text", ""), update=update
        )  # fmt: skip
    return _("Kept as a draft; nobody has it yet.")


def _send(request: HttpRequest) -> str:
    with writing(actor_of(request)) as w:
        row = actions.send_update(w, parts.uuid(request.POST.get("update", ""), "update"))
    return ngettext("Sent to %(num)s stakeholder.", "Sent to %(num)s stakeholders.", row.told) % {"num": row.told}


def _audience(request: HttpRequest) -> str:
    given = request.POST
    members = [parts.uuid(each, "members") for each in given.getlist("members")]
    with writing(actor_of(request)) as w:
        actions.save_audience(w, given.get("key", ""), name=given.get("name", ""), members=members)
    return _("The audience is kept.")
