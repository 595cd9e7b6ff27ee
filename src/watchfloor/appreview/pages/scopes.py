"""``/apps/scopes``: what apps may ask for and how long they wait; changed as a whole, as the next version, with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.appreview import catalogue
from watchfloor.appreview.domain.catalogue import SHIPPED, Catalogue, Tier, differences
from watchfloor.appreview.domain.scopes import Scope
from watchfloor.appreview.models import AppCatalogue
from watchfloor.appreview.pages import words
from watchfloor.appreview.pages.queue import tabs
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.platform.render import render

NEW = 2  # empty rows for further scopes
VERSIONS = 20
LONGEST = 9_999_999_999


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("app.view")
def scopes_page(request: HttpRequest) -> HttpResponse:
    """A POST saves the next version; what was typed stays where it is refused."""
    actor = actor_of(request)
    current = catalogue.current()
    errors: list[tuple[str, str]] = []
    rows, tiers = _rows(current), {key: (str(each.calls), str(each.hours)) for key, each in current.tiers.items()}
    if request.method == "POST":
        rows, tiers = _typed_rows(request.POST), {key: _typed_tier(request.POST, key) for key in SHIPPED.tiers}
        try:
            wanted = _wanted(request.POST, rows, tiers)
            row = catalogue.save(actor, wanted, request.POST.get("why", ""))
            messages.success(request, _("Version %(number)s is in force.") % {"number": row.number})
            return redirect("app-scopes")
        except (BadInput, Conflict, Forbidden) as refused:
            errors.append((refused.where or "why", f"{refused.message} {refused.hint}".strip()))
    context = {
        "rows": rows, "tiers": [(key, words.tiers()[key], *tiers[key]) for key in SHIPPED.tiers], "current": current,
        "tabs": tabs("scopes"), "errors": errors, "of": dict(errors), "typed": request.POST, "grades": grades(),
        "may_edit": actor.has(catalogue.PERMISSION), **_versions(),
    }  # fmt: skip
    return render(request, "appreview/scopes.html", context, status=422 if errors else 200)


def grades() -> dict[str, str]:
    """How much a scope weighs, in a word."""
    return {key: chip[0] for key, chip in words.grades().items()}


def _rows(current: Catalogue) -> list[dict[str, str]]:
    return [
        {"key": key, "about": _(scope.about), "grade": scope.grade, "hints": ", ".join(scope.hints)}
        for key, scope in current.scopes.items()
    ] + [{"key": "", "about": "", "grade": "read", "hints": ""} for _number in range(NEW)]


def _typed_rows(given: QueryDict) -> list[dict[str, str]]:
    names = ("key", "about", "grade", "hints")
    columns = [given.getlist(name) for name in names]
    return [
        {name: cell.strip() for name, cell in zip(names, cells, strict=True)} for cells in zip(*columns, strict=False)
    ]


def _typed_tier(given: QueryDict, key: str) -> tuple[str, str]:
    return given.get(f"calls_{key}", "").strip(), given.get(f"hours_{key}", "").strip()


def _wanted(given: QueryDict, rows: list[dict[str, str]], tiers: dict[str, tuple[str, str]]) -> Catalogue:
    """What the form says. A scope whose key is emptied is taken out; words that are as before stay translatable."""
    current = catalogue.current()
    found: dict[str, Scope] = {}
    for row in rows:
        key = row["key"]
        if not key:
            continue
        if key in found:
            raise BadInput("twice", f"{key[:60]} is there twice.", where="scopes")
        before = current.scopes.get(key)
        about = before.about if before and row["about"] == _(before.about) else row["about"]
        hints = tuple(dict.fromkeys(each.strip().casefold() for each in row["hints"].split(",") if each.strip()))
        found[key] = Scope(key, about, row["grade"], hints)
    number = given.get("number", "")
    return Catalogue(
        number=int(number) if number.isdecimal() and len(number) < 10 else -1, scopes=found,
        tiers={
            key: Tier(_number(calls, f"calls_{key}"), _number(hours, f"hours_{key}")) for key, (calls, hours) in tiers.items()
        },
    )  # fmt: skip


def _number(text: str, where: str) -> int:
    if not text.isdecimal() or int(text[:12] or "0") > LONGEST:
        raise BadInput("no_number", "Give a whole number.", where=where)
    return int(text)


def _versions() -> dict[str, Any]:
    """The newest versions with what each changed, and who made them."""
    saved = list(AppCatalogue.objects.order_by("-number")[: VERSIONS + 1])
    before = [*(catalogue.content(row) for row in saved[1:]), SHIPPED]
    made: list[dict[str, Any]] = []
    for row, old in zip(saved[:VERSIONS], before, strict=False):
        came, went, changed = differences(old, catalogue.content(row))
        made.append({"row": row, "came": came, "went": went, "changed": changed})
    return {"versions": made, "names": names_of([each["row"].made_by for each in made])}
