"""Reporters: who was right how often, who is proposed for muting and why, and the two steps: mute, and let speak again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review import actions
from watchfloor.review.actions import reporters as rules
from watchfloor.review.pages import many_words, tables
from watchfloor.review.queries import reporters

CSV_HEAD = ("kind", "who", "upheld", "decided", "right", "low", "high", "proposed", "muted")


@require_safe
@guard.page(reporters.PERMISSION)
def index(request: HttpRequest) -> HttpResponse:
    """``/reporters``: by decided reports; ``?show=proposed`` or ``muted``. The export has no platform ids."""
    show = request.GET.get("show", "")
    found = reporters.records(actor_of(request), show=show)
    if request.GET.get("format") == "csv":
        rows = (
            (row.kind, row.who, row.upheld, row.decided, round(row.right.value, 4), round(row.right.low, 4),
             round(row.right.high, 4), row.proposed, row.muted is not None)
            for row in found
        )  # fmt: skip
        return csv_response("reporters", CSV_HEAD, rows)  # type: ignore[return-value]
    context = {
        "rows": [{"row": row, "url": reverse("reporter", args=[row.who])} for row in found], "query": request.GET, "show": show,
        "tabs": many_words.tabs(actor_of(request), "reporters"),
        "csv_url": tables.with_query(request.GET, format="csv"), "enough": rules.ENOUGH, "nearly_never": rules.NEARLY_NEVER,
    }  # fmt: skip
    return render(request, "review/reporters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(reporters.PERMISSION)
def detail(request: HttpRequest, who: str) -> HttpResponse:
    """``/reporters/<who>``: the record with intervals, what was sent; POST mutes or takes it back."""
    actor = actor_of(request)
    record, parts = reporters.record(actor, who)
    errors: list[tuple[str, str]] = []
    why = request.POST.get("why", "").strip()
    if request.method == "POST":
        try:
            if request.POST.get("step") == "mute":
                actions.mute(actor, who, why)
                messages.success(request, _("Muted. Their reports are still received and kept."))
            else:
                count = actions.unmute(actor, who, why)
                messages.success(request, ngettext(
                    "They speak again: %(count)s report counts.", "They speak again: %(count)s reports count.", count
                ) % {"count": f"{count:,}"})  # fmt: skip
            return redirect("reporter", who=who)
        except (BadInput, Conflict, Forbidden) as error:
            errors.append(("why", f"{error.message} {error.hint}".strip()))
    sent = reporters.sent(actor, record, after=request.GET.get("after", ""))
    context = {
        "record": record, "parts": parts, "sent": sent.rows, "errors": errors, "of": dict(errors), "why": why,
        "next_page": tables.next_link(request.GET, sent.next), "may_mute": actor.has(rules.PERMISSION),
        "enough": rules.ENOUGH, "nearly_never": rules.NEARLY_NEVER,
    }  # fmt: skip
    return render(request, "review/reporter.html", context, status=422 if errors else 200)
