"""Exchanges: which are followed and how they fare, and setting one up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.detection.banks.pages import words as of_banks
from watchfloor.detection.banks.queries import SEES
from watchfloor.detection.exchanges import actions, queries
from watchfloor.detection.exchanges.kinds import KINDS
from watchfloor.detection.exchanges.models import Feedback, Run
from watchfloor.detection.exchanges.pages import words
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render


@require_GET
@guard.page(queries.MANAGES)
def exchange_list(request: HttpRequest) -> HttpResponseBase:
    """All exchanges; ``?kind=`` and ``?q=`` narrow them, ``?as=csv`` is the same as a file."""
    actor = actor_of(request)
    rows = _rows(actor, request.GET.get("kind", ""), request.GET.get("q", "").casefold().strip())
    if request.GET.get("as") == "csv":
        head = ["name", "kind", "bank", "state", "last_read", "added", "removed", "bad", "problem", "waiting_feedback"]
        return csv_response("exchanges", head, ([row[name] for name in head] for row in rows))
    kinds = words.kinds()
    context = {
        "tabs": of_banks.tabs("exchanges", actor) if actor.has(SEES) else [],
        "rows": rows, "any": queries.exchanges(actor).exists(), "query": request.GET, "banks": queries.banks(actor),
        "kinds": [{"key": key, "name": name, "about": about} for key, (name, about) in kinds.items()],
        "fields": [
            {"name": "q", "label": _("Name or bank"), "type": "search"},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": [(key, kinds[key][0]) for key in kinds]},
        ],
    }  # fmt: skip
    return render(request, "detection/exchanges/list.html", context)


def _rows(actor: Actor, kind: str, word: str) -> list[dict[str, Any]]:
    found = []
    for row in queries.exchanges(actor):
        if (kind and row.kind != kind) or word not in f"{row.name} {row.bank.name} {row.bank.key}".casefold():
            continue
        last = Run.objects.filter(exchange=row).order_by("-began_at").first()
        state = words.state_of(row, last)
        found.append({
            "row": row, "name": row.name, "kind": words.kinds()[row.kind][0], "bank": row.bank.name, "chip": state, "state": state[0],
            "last": last, "last_read": last.began_at if last else None, "added": last.added if last else None,
            "removed": last.removed if last else None, "bad": last.bad if last else None, "problem": last.problem if last else "",
            "url": reverse("exchange-detail", args=[row.name]),
            "waiting_feedback": Feedback.objects.filter(exchange=row, state=Feedback.State.WAITING).count(),
        })  # fmt: skip
    return found


@require_http_methods(["GET", "POST"])
@guard.page(queries.MANAGES)
def exchange_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Set up an exchange of a kind; what was typed stays, credentials do not."""
    actor = actor_of(request)
    if kind not in KINDS:
        return HttpResponseRedirect(reverse("exchanges"))
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            bank = queries.bank(actor, request.POST.get("bank", ""))
            with writing(actor) as w:
                row = actions.create_exchange(w, bank, given(request, kind, request.POST.get("name", "")))
            messages.success(request, _("%(name)s is set up and will be read in a moment.") % {"name": row.name})
            return HttpResponseRedirect(reverse("exchange-detail", args=[row.name]))
        except WatchfloorError as error:
            errors[error.where or "name"] = " ".join(part for part in (error.message, error.hint) if part)
    name, about = words.kinds()[kind]
    context = {
        "kind": kind, "kind_name": name, "about": about, "errors": errors, "typed": request.POST, "parts": form_parts(kind, errors),
        "banks": [(row.key, row.name) for row in queries.banks(actor)],
    }  # fmt: skip
    return render(request, "detection/exchanges/new.html", context, status=422 if errors else 200)


def given(request: HttpRequest, kind: str, name: str) -> actions.ExchangeIn:
    """What a form says of an exchange."""
    post = request.POST
    minutes = post.get("every_minutes", "").strip()
    return actions.ExchangeIn(
        name=name, kind=kind, settings={field.name: post.get(field.name, "") for field in KINDS[kind].settings},
        secret={field.name: post.get(field.name, "") for field in KINDS[kind].secrets},
        every_minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 9 else 0, feedback=post.get("feedback") == "on",
    )  # fmt: skip


def form_parts(kind: str, errors: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The fields of a kind as the form draws them."""

    def drawn(fields: Any) -> list[dict[str, Any]]:
        return [
            {"name": each.name, "label": words.label(each)[0], "help": words.label(each)[1], "required": each.required,
             "choices": [(choice, choice.replace("_", " ")) for choice in each.choices], "error": errors.get(each.name, "")}
            for each in fields
        ]  # fmt: skip

    return {"settings": drawn(KINDS[kind].settings), "secrets": drawn(KINDS[kind].secrets)}
