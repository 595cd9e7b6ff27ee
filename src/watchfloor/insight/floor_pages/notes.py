"""The hand-over note: write (the facts come by themselves), sign, read, print, take along as Markdown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.insight import handover
from watchfloor.insight.floor_pages.parts import sentence
from watchfloor.insight.handover_words import group, markdown
from watchfloor.insight.models import HandoverNote
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.platform import datefields
from watchfloor.platform.render import render

SHIFT = timedelta(hours=8)


@require_http_methods(["GET", "POST"])
@page("floor.view")
def index(request: HttpRequest) -> HttpResponse:
    """One's own note of this shift, and the earlier ones. A POST saves it, or signs it."""
    actor, errors, now = actor_of(request), {}, clock.now()
    mine = handover.draft(actor)
    typed = _typed(request, mine, now)
    if request.method == "POST":
        try:
            row = handover.write(
                actor, site=typed["site"], start=_moment(typed["from"], "from"), end=_moment(typed["to"], "to"),
                text=typed["text"], note_id=mine.pk if mine else None,
            )  # fmt: skip
            if request.POST.get("step") == "sign":
                handover.sign(actor, row.pk)
                messages.success(request, _("Signed. The next shift finds it on the floor."))
                return HttpResponseRedirect(reverse("handover-note", args=[row.pk]))
            messages.success(request, _("Saved. Nobody reads it as final until you sign it."))
            return HttpResponseRedirect(reverse("handover"))
        except WatchfloorError as error:
            errors[error.where or "text"] = sentence(error)
    try:
        facts = handover.gather(actor, _moment(typed["from"], "from"), _moment(typed["to"], "to"), site=typed["site"])
    except WatchfloorError as error:
        errors.setdefault(error.where or "from", sentence(error))
        facts = []
    rows = [row for row in handover.notes(actor, site=request.GET.get("site", "")) if row.signed_at]
    context = {
        "typed": typed, "errors": errors, "facts": group(facts), "sites": [(each, each) for each in handover.sites(actor)],
        "notes": rows, "names": names_of(row.signed_by for row in rows), "now": now, "query": request.GET,
        "fields": [{"name": "site", "label": _("All sites"), "options": [(each, each) for each in handover.sites(actor)]}],
    }  # fmt: skip
    return render(request, "insight/handover.html", context, status=422 if errors else 200)


@require_safe
@page("floor.view")
def one(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One note, as a page or as Markdown (``?format=md``)."""
    row = handover.note(actor_of(request), note_id)
    who = names_of([row.signed_by or row.written_by]).get(row.signed_by or row.written_by, "")
    facts = group(handover.facts_of(row))
    if request.GET.get("format") == "md":
        response = HttpResponse(markdown(row, facts, who), content_type="text/markdown; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="hand-over-{row.shift_to:%Y-%m-%d-%H%M}.md"'
        return response
    return render(request, "insight/handover_note.html", {"note": row, "facts": facts, "who": who, "now": clock.now()})


def _typed(request: HttpRequest, mine: HandoverNote | None, now: datetime) -> dict[str, Any]:
    start, end = now - SHIFT, now
    kept = {"site": "", "from": f"{start:%Y-%m-%dT%H:%M}", "to": f"{end:%Y-%m-%dT%H:%M}", "text": ""}
    if mine is not None:
        kept = {
            "site": mine.site, "from": f"{mine.shift_from:%Y-%m-%dT%H:%M}", "to": f"{mine.shift_to:%Y-%m-%dT%H:%M}",
            "text": mine.text,
        }  # fmt: skip
    return {name: request.POST.get(name, value) for name, value in kept.items()}


def _moment(text: str, where: str) -> datetime:
    return datefields.moment(text, where)
