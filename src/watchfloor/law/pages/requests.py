"""People's requests about their own data, and erasures: who asks, what is held, what two people agreed to erase, and the proof."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import NotFound
from watchfloor.law import queries, requests, words
from watchfloor.law.erasing import runs
from watchfloor.law.models import Erasure, Request
from watchfloor.law.pages import parts
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render

MOST_LINES = 100_000


@require_safe
@guard.page(parts.REQUESTS)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/law/requests``: ``?state=&kind=``; ``?format=csv`` (without the person)."""
    actor = actor_of(request)
    asked = {name: request.GET[name][:14] for name in ("state", "kind") if request.GET.get(name)}
    found = Request.objects.filter(**asked).order_by("-received_at", "pk")
    if request.GET.get("format") == "csv":
        head = ("request", "kind", "state", "received", "answered")
        lines = (
            (ids.encode("req", row.pk), row.kind, row.state, row.received_at, row.answered_at)
            for row in found[:MOST_LINES]
        )
        return csv_response("requests", head, lines)
    rows, pager = paged(found, request.GET)
    context = {
        "tabs": parts.tabs(actor, "requests"), "rows": rows, "pager": pager, "query": request.GET,
        "states": words.request_states(), "kinds": words.request_kinds(),
        "clocks": queries.next_of(actor, "request", [row.pk for row in rows]),
        "filters": [
            {"name": "state", "label": _("Any state"), "chip": _("State"), "options": words.options(words.request_states())},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": words.options(words.request_kinds())},
        ],
    }  # fmt: skip
    return render(request, "law/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.REQUESTS)
def new(request: HttpRequest) -> HttpResponseBase:
    """``/law/requests/new``: take a request in."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    if request.method == "POST":
        with mending(errors):
            row = requests.take_in(
                actor,
                requests.RequestIn(
                    kind=post.get("kind", ""), account_type=post.get("account_type", ""), account_id=post.get("account_id", ""),
                    name=post.get("name", ""), contact=post.get("contact", ""), text=post.get("text", ""),
                    received_at=parts.typed_moment(post, "received_at"),
                ),
            )  # fmt: skip
            return redirect("law-request", ids.encode("req", row.pk))
    context = {
        "errors": errors,
        "typed": post,
        "kinds": words.options(words.request_kinds()),
        "types": parts.account_types(),
    }
    return render(request, "law/request_new.html", context, status=parts.status(errors))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.REQUESTS)
def one(request: HttpRequest, request_id: str) -> HttpResponseBase:
    """``/law/requests/<req>``: one request; ``step`` is identify, extend, erase, answer or refuse."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    found = parts.of("req", request_id)
    row = requests.find(found)
    if request.method == "POST":
        with mending(errors):
            step = post.get("step", "")
            try:
                if step == "identify":
                    requests.identify(actor, found, post.get("how", ""))
                elif step == "extend":
                    requests.extend(actor, found, post.get("why", ""))
                elif step == "erase":
                    requests.erase(actor, found)
                elif step in ("answer", "refuse"):
                    requests.answer(actor, found, post.get("answer", ""), refused=step == "refuse")
            except NotFound as unknown:
                errors[unknown.where or "main"] = unknown.message
        if not errors:
            messages.success(request, _("Done."))
            return redirect("law-request", request_id)
    erasure = Erasure.objects.filter(pk=row.erasure_id).first() if row.erasure_id else None
    context = {
        "row": row, "errors": errors, "typed": post, "states": words.request_states(), "kinds": words.request_kinds(), "erasure": erasure,
        "ways": words.options(words.identity_ways()), "clocks": queries.of(actor, "request", row.pk), "clock_states": words.clock_states(),
        "erasure_states": words.erasure_states(), "ways_words": words.identity_ways(),
        "names": names_of([row.identity_by, row.answered_by]),
    }  # fmt: skip
    return render(request, "law/request.html", context, status=parts.status(errors))


@require_POST
@guard.page(parts.REQUESTS)
def export(request: HttpRequest, request_id: str) -> HttpResponse:
    """``/law/requests/<req>/export``: everything that is held of the person, as JSON. Logged."""
    found = parts.of("req", request_id)
    response = HttpResponse(requests.export(actor_of(request), found), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{request_id}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(parts.REQUESTS, parts.APPROVE)
def erasures(request: HttpRequest) -> HttpResponseBase:
    """``/law/erasures``: erasures and their proofs; POST ``step`` agree or refuse (needs ``law.approve``)."""
    actor, errors = actor_of(request), Errors()
    if request.method == "POST":
        parts.must(actor, parts.APPROVE)
        with mending(errors):
            runs.judge(actor, parts.of("era", request.POST.get("id", "")), agree=request.POST.get("step") == "agree")
            messages.success(request, _("Done."))
            return redirect("law-erasures")
    rows, pager = paged(Erasure.objects.select_related("account").order_by("-asked_at", "-pk"), request.GET, 50)
    previews = {row.pk: runs.preview(actor, row.account) for row in rows if row.state == "asked"}
    context = {
        "tabs": parts.tabs(actor, "erasures"), "rows": rows, "pager": pager, "states": words.erasure_states(),
        "errors": errors, "me": str(actor),
        "previews": previews, "places": words.places, "may_approve": actor.has(parts.APPROVE),
        "names": names_of([row.asked_by for row in rows] + [row.approved_by for row in rows]),
    }  # fmt: skip
    return render(request, "law/erasures.html", context, status=parts.status(errors))
