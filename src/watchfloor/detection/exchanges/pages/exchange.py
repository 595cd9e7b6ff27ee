"""One exchange: how its readings went, what waits to be told back, its settings; read now, pause, give up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from watchfloor.detection.banks.models import Entry
from watchfloor.detection.exchanges import actions, feedback, queries
from watchfloor.detection.exchanges.kinds import KINDS
from watchfloor.detection.exchanges.models import Exchange, Feedback, Record, Run
from watchfloor.detection.exchanges.pages import words
from watchfloor.detection.exchanges.pages.exchanges import form_parts, given
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

RUNS, SHOWN = 20, 50


@require_http_methods(["GET", "POST"])
@guard.page(queries.MANAGES)
def exchange_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One exchange; a POST takes a ``step``."""
    actor, errors = actor_of(request), {}
    row = queries.exchange(actor, name)
    if request.method == "POST":
        try:
            messages.success(request, _step(request, actor, row))
            gone = request.POST.get("step") == "archive"
            return HttpResponseRedirect(reverse("exchanges") if gone else reverse("exchange-detail", args=[name]))
        except WatchfloorError as error:
            errors[error.where or "step"] = " ".join(part for part in (error.message, error.hint) if part)
            row.refresh_from_db()
    return render(
        request, "detection/exchanges/detail.html", _context(request, row, errors), status=422 if errors else 200
    )


def _step(request: HttpRequest, actor: Actor, row: Exchange) -> str:
    """Do what was asked; what to say of it."""
    post, step = request.POST, request.POST.get("step", "")
    with writing(actor) as w:
        if step == "run":
            actions.ask_run(row)
            return _("It will be read in a moment.")
        if step == "pause":
            actions.pause(w, row, post.get("why", ""))
            return _("It is paused.")
        if step == "resume":
            actions.pause(w, row, "", back=True)
            return _("It goes on.")
        if step == "save":
            actions.change_exchange(w, row, given(request, row.kind, row.name))
            return _("The settings are saved.")
        if step == "archive":
            count = actions.archive(w, row, post.get("why", ""), entries=post.get("entries") == "on")
            return ngettext(
                "It was given up; %(num)s entry left the bank.",
                "It was given up; %(num)s entries left the bank.",
                count,
            ) % {"num": count}
        chosen = Feedback.objects.filter(
            exchange=row, pk__in=[each for each in post.getlist("chosen") if len(each) == 36]
        )
        count = feedback.release(w, chosen, drop=step == "drop")
        if step == "drop":
            return ngettext("%(num)s finding is let be.", "%(num)s findings are let be.", count) % {"num": count}
        return ngettext("%(num)s finding goes out.", "%(num)s findings go out.", count) % {"num": count}


def _context(request: HttpRequest, row: Exchange, errors: dict[str, str]) -> dict[str, Any]:
    runs = list(Run.objects.filter(exchange=row).order_by("-began_at")[:RUNS])
    told = list(Feedback.objects.filter(exchange=row).order_by("-judged_at")[:SHOWN])
    entries = Entry.objects.in_bulk([each.entry_id for each in told])
    states = words.feedback_states()
    shown: list[dict[str, Any]] = [
        {"row": each, "entry": entries.get(each.entry_id), "chip": states[each.state]} for each in told
    ]
    held = Record.objects.filter(exchange=row, gone_at=None)
    typed: dict[str, Any] = dict(row.settings) | {"every_minutes": row.every_minutes}
    if "only_esp_ids" in typed:
        typed["only_esp_ids"] = ", ".join(map(str, typed["only_esp_ids"]))
    if errors:
        typed |= {name: request.POST.get(name, "") for name in request.POST}
    return {
        "row": row, "kind_name": words.kinds()[row.kind][0], "about": words.kinds()[row.kind][1], "errors": errors, "typed": typed,
        "chip": words.state_of(row, runs[0] if runs else None), "runs": runs, "run_states": words.run_states(),
        "last": runs[0] if runs else None, "held": held.count(),
        "waiting": [each for each in shown if each["row"].state in (Feedback.State.WAITING, Feedback.State.FAILED)],
        "told": [each for each in shown if each["row"].state not in (Feedback.State.WAITING, Feedback.State.FAILED)],
        "can_be_told": KINDS[row.kind].feedback, "parts": form_parts(row.kind, errors), "query": request.GET,
        "names": names_of([row.made_by, *(each.judged_by for each in told), *(each.released_by for each in told)]),
    }  # fmt: skip
