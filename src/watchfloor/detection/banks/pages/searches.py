"""From a decision to a bank, and the search of the last days: what was counted, then the button, then the progress, then the undo."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.banks import banking, queries, retro
from watchfloor.detection.banks.models import Retro, RetroHit
from watchfloor.detection.banks.pages import forms, looking, words
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.items.media.contracts import MediaView
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.kernel.ids import decode, encode
from watchfloor.platform.render import render
from watchfloor.review import queries as review
from watchfloor.workforce import wellbeing

MOVING = ("counting", "running", "undoing")


@require_http_methods(["GET", "POST"])
@page(queries.EDITS)
def from_case(request: HttpRequest, case_id: str) -> HttpResponse:
    """Choose what of a decided case goes into which bank; a POST puts it in and begins the search of the last days."""
    actor = actor_of(request)
    case = review.case(actor, _case(case_id))
    found = banking.fingerprints(case)
    banks = banking.choices(actor, case)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            bank = next((row for row in banks if row.key == request.POST.get("bank")), None)
            if bank is None:
                raise BadInput("no_bank", "Choose a bank.", where="bank")
            numbers = [each for text in request.POST.getlist("numbers") if (each := forms.whole(text)) is not None]
            days = request.POST.get("days", "")
            row = banking.bank_it(
                actor, case, bank, numbers, days=forms.whole(days) or 0, why=request.POST.get("why", "")
            )
            if row is None:
                messages.success(request, _("It is in %(name)s.") % {"name": bank.name})
                return HttpResponseRedirect(reverse("bank", args=[bank.key]))
            return HttpResponseRedirect(reverse("bank-search", args=[row.pk]))
        except Forbidden:
            raise
        except WatchfloorError as error:
            errors[error.where or "bank"] = forms.sentence(error)
    context = {
        "case": case, "found": found, "kinds": words.kinds(), "errors": errors,
        "case_url": reverse("case-detail", args=[encode("case", case.pk)]),
        "banks": [(row.key, f"{row.name} ({_('known to be good')})" if row.negative else row.name) for row in banks],
        "typed": {"bank": request.POST.get("bank", ""), "days": request.POST.get("days", "30"), "why": request.POST.get("why", ""),
                  "numbers": request.POST.getlist("numbers") or [str(each.number) for each in found]},
    }  # fmt: skip
    return render(request, "detection/banks/from_case.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@page(queries.SEES)
def search(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """One search; a POST does it, drops it, or takes it back."""
    actor = actor_of(request)
    row = retro.one(actor, search_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            step = request.POST.get("step", "")
            if step == "confirm":
                retro.confirm(actor, row.pk)
            elif step == "drop":
                retro.drop(actor, row.pk)
            elif step == "undo":
                retro.undo(actor, row.pk, request.POST.get("why", ""))
            return HttpResponseRedirect(reverse("bank-search", args=[row.pk]))
        except Forbidden:
            raise
        except WatchfloorError as error:
            errors["why"] = forms.sentence(error)
    found = retro.found_of(row)
    context = {
        "search": row, "bank": row.bank, "found": found, "state": words.searches()[row.state], "moving": row.state in MOVING,
        "errors": errors, "action": words.actions()[row.bank.action], "names": names_of([row.asked_by]), "query": request.GET,
        "days": [{"name": day.day, "value": day.items} for day in found.days], "sample": _sample(row, found.sample, actor),
        "failed": RetroHit.objects.filter(retro=row).exclude(problem="").count(),
        "may_edit": queries.may(actor, queries.EDITS, row.bank), "severity": looking.severity(row.bank),
        "filters": wellbeing.profile(UUID(actor.id)).filters if actor.kind == "user" else None,
    }  # fmt: skip
    return render(request, "detection/banks/search.html", context, status=422 if errors else 200)


def _sample(row: Retro, ids: list[UUID], actor: Actor) -> list[MediaView]:
    """Some of the media as the veiled viewer shows them."""
    found: list[MediaView] = []
    for media_id in ids:
        hit = RetroHit.objects.filter(retro=row, media_id=media_id).select_related("item").first()
        if hit is not None:
            found += looking.views(actor, row.bank, hit.item, hit.item_version, media_id)
    return found


def _case(text: str) -> UUID:
    try:
        return decode("case", text)
    except WatchfloorError:
        raise NotFound("unknown_case", "There is no such case.") from None
