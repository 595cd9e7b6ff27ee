"""An entry, and a match with its explanation: how near, how sure, what was done, what people said, and what else is known."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.banks import actions, guard, learning, queries
from watchfloor.detection.banks.models import Bank, Entry, EntryHour, Match
from watchfloor.detection.banks.pages import forms, looking, words
from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import Forbidden, NotFound, WatchfloorError
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.review import queries as review
from watchfloor.workforce import wellbeing

LATEST = 25


@require_http_methods(["GET", "POST"])
@page(queries.SEES)
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One entry; a POST takes it out, or brings a stopped one back."""
    actor = actor_of(request)
    row = queries.entry(actor, entry_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            _change(request, actor, row)
            return HttpResponseRedirect(reverse("bank-entry", args=[row.pk]))
        except Forbidden:
            raise
        except WatchfloorError as error:
            errors[forms.field_of(error, request.POST)] = forms.sentence(error)
    hours = EntryHour.objects.filter(entry=row).order_by("-hour")[:48]
    found = queries.matches(actor).filter(entry=row)[:LATEST]
    context = {
        "entry": row, "bank": row.bank, "kinds": words.kinds(), "states": words.states(), "done": words.done(),
        "verdicts": words.verdicts(),
        "errors": errors, "typed": request.POST, "limit": guard.limit_of(row),
        "peak": max((each.hits for each in hours), default=0), "query": request.GET,
        "rows": [{"match": each, "url": reverse("bank-match", args=[each.pk])} for each in found],
        "turned": row.kind == "pdq" and row.hashes.count() > 1, "names": names_of([row.added_by]), "evidence": _evidence(actor, row),
        "may_edit": queries.may(actor, queries.EDITS, row.bank), "may_manage": queries.may(actor, queries.MANAGES, row.bank),
    }  # fmt: skip
    return render(request, "detection/banks/entry.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@page(queries.SEES)
def match(request: HttpRequest, match_id: UUID) -> HttpResponse:
    """One match explained; a POST says whether it was right."""
    actor = actor_of(request)
    row = queries.matches(actor).filter(pk=match_id).first()
    if row is None:
        raise NotFound("no_match", "There is no such match.")
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            right = request.POST.get("step") == "right"
            learning.check(actor, row.pk, right=right, why=request.POST.get("why", ""))
            messages.success(
                request, _("Kept: it was right.") if right else _("Kept: it was wrong. What it decided is taken back.")
            )
            return HttpResponseRedirect(reverse("bank-match", args=[row.pk]))
        except Forbidden:
            raise
        except WatchfloorError as error:
            errors["why"] = forms.sentence(error)
    case = review.visible_cases(actor).filter(pk=row.case_id).first() if row.case_id else None
    context = {
        "match": row, "bank": row.bank, "kinds": words.kinds(), "done": words.done(), "verdicts": words.verdicts(), "errors": errors,
        "names": names_of([row.judged_by]), "case": case, "threshold": round(row.distance + row.margin, 4),
        "good": Entry.objects.filter(pk=row.nearer).select_related("bank").first() if row.nearer else None,
        "goods": [each for each in queries.banks(actor, permission=queries.EDITS) if each.negative],
        "others": list(queries.matches(actor).filter(item_version=row.item_version).exclude(pk=row.pk)[:10]),
        "may_edit": queries.may(actor, queries.EDITS, row.bank), "from_case": _from(case, row), "severity": looking.severity(row.bank),
        "media_views": looking.views(actor, row.bank, row.item, row.item_version, row.media_id),
        "filters": wellbeing.profile(UUID(actor.id)).filters if actor.kind == "user" else None,
    }  # fmt: skip
    return render(request, "detection/banks/match.html", context, status=422 if errors else 200)


def _from(case: Any, row: Match) -> str:
    """Where what fell on appeal is put into a known-good bank."""
    return (
        reverse("bank-from", args=[encode("case", case.pk)]) if case is not None and row.verdict == "rejected" else ""
    )


def _change(request: HttpRequest, actor: Actor, row: Entry) -> None:
    why, step = request.POST.get("why", ""), request.POST.get("step", "")
    permission = queries.MANAGES if step == "release" else queries.EDITS
    bank: Bank = row.bank
    if not queries.may(actor, permission, bank):
        raise Forbidden(
            "no_permission", "Your roles do not include changing this bank.", hint=f"It needs {permission}."
        )
    with writing(actor, reason=why) as w:
        if step == "release":
            actions.release(w, bank, [row.pk], why, flood_limit=forms.limit(request.POST))
            messages.success(request, _("It counts again."))
        else:
            actions.remove_entries(w, bank, [row.pk], why)
            messages.success(request, _("It is out of the bank."))


def _evidence(actor: Actor, row: Entry) -> dict[str, str]:
    """What it rests on, with its address where one may open it."""
    kind, _sep, rest = row.evidence.partition(":")
    if kind in ("case", "decision"):
        try:
            wanted = UUID(rest)
        except ValueError:
            return {"words": row.evidence, "url": ""}
        found = (
            review.visible_cases(actor).filter(pk=wanted).first() if kind == "case"
            else getattr(review.known_decisions(actor).filter(pk=wanted).select_related("case").first(), "case", None)
        )  # fmt: skip
        if found is not None:
            return {
                "words": _("the case it was decided on"),
                "url": reverse("case-detail", args=[encode("case", found.pk)]),
            }
        return {"words": _("a decision you may not open"), "url": ""}
    return {"words": row.evidence, "url": ""}
