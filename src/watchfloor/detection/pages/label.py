"""Labelling in bulk: the preview, the step, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from watchfloor.detection.investigate import address, bulk
from watchfloor.engines import sml
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.platform.render import render


@require_http_methods(["GET", "POST"])
@guard.page(bulk.PERMISSION)
def label(request: HttpRequest) -> HttpResponse:
    """GET: what the label would do. POST: the same set, with a reason, is labelled."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    at = address.read(given)
    # The span is held fast: what is labelled is what was shown.
    here = at.with_(**{"from": address.stamp(at.start), "to": address.stamp(at.end)})
    typed = {
        name: given.get(name, "").strip() for name in ("label", "target", "why", "days", "token", "with_protected")
    }
    typed["target"] = typed["target"] or "item"
    errors: list[tuple[str, str]] = []
    preview: bulk.Preview | None = None
    try:
        if request.method == "POST":
            batch = bulk.apply(
                actor, at.question, label=typed["label"], target=typed["target"], why=typed["why"], token=typed["token"],
                days=_days(typed["days"]), with_protected=typed["with_protected"] == "on",
            )  # fmt: skip
            messages.success(request, ngettext(
                "%(count)s item has the label %(label)s.", "%(count)s items have the label %(label)s.", batch.count
            ) % {"count": f"{batch.count:,}", "label": batch.label})  # fmt: skip
            return HttpResponseRedirect(f"{reverse('investigate')}?{here}&batch={batch.pk}")
    except (Forbidden, NotFound):
        raise
    except WatchfloorError as error:
        errors.append(_placed(error))
    try:
        if typed["label"]:
            preview = bulk.preview(actor, at.question, label=typed["label"], target=typed["target"])
    except Forbidden:
        raise
    except WatchfloorError as error:
        if (placed := _placed(error)) not in errors:
            errors.append(placed)
    context: dict[str, Any] = {
        "at": at, "typed": typed, "errors": errors, "of": dict(errors), "preview": preview, "back": f"{reverse('investigate')}?{here}",
        "hidden": _hidden(at), "most": bulk.MOST,
    }  # fmt: skip
    return render(request, "detection/investigate_label.html", context, status=422 if errors else 200)


@require_POST
@guard.page(bulk.PERMISSION)
def undo(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One step back."""
    count = bulk.undo(actor_of(request), batch_id, request.POST.get("why", "").strip())
    messages.success(
        request,
        ngettext("%(count)s label is off again.", "%(count)s labels are off again.", count) % {"count": f"{count:,}"},
    )
    return HttpResponseRedirect(f"{reverse('investigate')}?{request.POST.get('address', '')}")


def _placed(error: WatchfloorError) -> tuple[str, str]:
    words = " ".join(part for part in (error.message, error.hint) if part)
    if isinstance(error, sml.RuleErrors):
        return "label", _("The query cannot be read: %(words)s") % {"words": words}
    return error.where if error.where in ("label", "why", "days", "target") else "label", words


def _days(text: str) -> int:
    if not text:
        return 0
    if not text.isdecimal() or len(text) > 5:
        raise BadInput("bad_days", "The number of days is a whole number.", where="days")
    return int(text)


def _hidden(at: address.Address) -> list[tuple[str, str]]:
    """The question as hidden fields of a form."""
    return [("q", at.text), ("from", address.stamp(at.start)), ("to", address.stamp(at.end))]
