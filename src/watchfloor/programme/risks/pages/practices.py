"""The practice map: which practices of trust and safety are lived here, how far, on which evidence, and what is missing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.programme.interventions import access as limits
from watchfloor.programme.interventions.pages import parts
from watchfloor.programme.risks import access, domain, words
from watchfloor.programme.risks.actions import practices
from watchfloor.programme.risks.models import PracticeLevel

HEAD = ("commitment", "practice", "level", "evidence", "gap", "assessed on")


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/programme/practices``: ``?edit=<key>`` opens one in the form; ``?format=csv``. It is of the whole house."""
    actor, errors, asked = actor_of(request), Errors(), request.GET
    if not limits.sees_all(actor):
        raise NotFound("unknown_page", "There is no such page.")
    may = limits.sees(actor, {}, access.EDIT)
    did = {"assess": lambda: _assess(request, actor)}
    if request.method == "POST" and parts.act(request, did, errors, allowed=may):
        return redirect("programme-practices")
    kept = {row.practice: row for row in PracticeLevel.objects.all()}
    if asked.get("format") == "csv":
        lines = [
            (each.commitment, each.name, row.level if row else 0, row.evidence if row else "", row.gap if row else "",
             row.assessed_on if row else None) for each in domain.practices() for row in [kept.get(each.key)]
        ]  # fmt: skip
        return csv_response("practices", HEAD, lines)
    edited = request.POST.get("practice") or asked.get("edit", "")
    at = next((each for each in domain.practices() if each.key == edited), None)
    row = kept.get(at.key) if at else None
    start = request.POST.dict() or ({"level": str(row.level), "evidence": row.evidence, "gap": row.gap} if row else {})
    context = {
        **parts.context(actor, "programme-risks", errors, request), "may_edit": may, "edited": at, "start": start,
        "groups": _groups(kept), "levels": [(str(key), _(name)) for key, name in words.LEVELS.items()],
        "names": names_of(row.assessed_by for row in kept.values()), "title_of": _,
    }  # fmt: skip
    return render(request, "programme/risks/practices.html", context, status=422 if errors else 200)


def _groups(kept: dict[str, PracticeLevel]) -> list[dict[str, Any]]:
    found = []
    for key, name in words.COMMITMENTS.items():
        rows = [
            {
                "practice": each, "name": _(each.name), "row": kept.get(each.key), "pages": _pages(each.pages),
                "level": _(words.LEVELS[kept[each.key].level if each.key in kept else 0]),
                "tone": ("outline", "amber", "green", "green")[kept[each.key].level if each.key in kept else 0],
            } for each in domain.practices() if each.commitment == key
        ]  # fmt: skip
        levels = [
            kept[each.key].level if each.key in kept else 0 for each in domain.practices() if each.commitment == key
        ]
        found.append(
            {
                "key": key,
                "name": _(name),
                "rows": rows,
                "least": min(levels),
                "gaps": sum(level == 0 for level in levels),
            }
        )
    return found


def _pages(names: list[str]) -> list[str]:
    """Addresses of the evidence that this installation has."""
    found = []
    for name in names:
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


def _assess(request: HttpRequest, actor: Actor) -> str:
    post = request.POST
    with writing(actor) as w:
        practices.assess(
            w, post.get("practice", ""), level=parts.figure(post, "level"), evidence=post.get("evidence", ""), gap=post.get("gap", "")
        )  # fmt: skip
    return _("The assessment is kept.")
