"""Where messages go and what became of them: endpoints, what waits, dead letters."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from watchfloor.enforcement import delivery, endpoints, health, queries
from watchfloor.enforcement.models import Attempt, Endpoint
from watchfloor.enforcement.pages.actions import held_count
from watchfloor.enforcement.replaying import filtered
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

SHOWN = 100
FILTERS = ("topic", "kind", "error")


@require_GET
@guard.page("enforcement.view")
def delivery_page(request: HttpRequest) -> HttpResponse:
    """Endpoints, what waits, what failed, dead letters."""
    actor = actor_of(request)
    waiting = queries.visible_messages(actor, delivery.waiting())
    dead = _dead(actor, request.GET)
    recent = queries.visible_messages(actor, Outbox.objects.filter(state=Outbox.State.CONFIRMED))
    context = {
        "endpoints": [_endpoint(row, waiting) for row in Endpoint.objects.order_by("created_at", "id")],
        "query": request.GET,
        "fields": _fields(actor),
        "narrowed": any(request.GET.get(name) for name in FILTERS),
        "waiting": [_message(row) for row in waiting[:30]],
        "dead": [_message(row) | {"stale": not delivery.still_wanted(row)} for row in dead[:SHOWN]],
        "recent": [_message(row) for row in recent.order_by("-sent_at", "-pk")[:30]],
        "counts": {"waiting": waiting.count(), "dead": dead.count(), "failed": waiting.filter(state="failed").count()},
        "oldest": waiting.values_list("created_at", flat=True).first(),
        "may_manage": actor.has("enforcement.manage"),
        "topics": endpoints.TOPICS,
        "held": held_count(actor),
        "fresh_secret": request.session.pop("fresh_secret", ""),
    }
    return render(request, "enforcement/delivery.html", context)


@require_POST
@guard.page("enforcement.manage")
def replay(request: HttpRequest) -> HttpResponse:
    """Send dead letters again: one (``message``), or all that fit the filters."""
    named = request.POST.get("message", "")
    wanted = (
        [decode("msg", named)] if named else list(_dead(actor_of(request), request.POST).values_list("pk", flat=True))
    )
    done = delivery.replay_dead(actor_of(request), wanted)
    text = ngettext("%(num)s message goes out again.", "%(num)s messages go out again.", done.sent) % {"num": done.sent}
    if done.stale:
        left = ngettext("%(num)s was left: undone since.", "%(num)s were left: undone since.", done.stale)
        text += " " + left % {"num": done.stale}
    messages.success(request, text)
    return HttpResponseRedirect(reverse("enforcement-delivery"))


@require_POST
@guard.page("enforcement.manage")
def try_now(request: HttpRequest) -> HttpResponse:
    """The platform is back: try failed messages again at once, one (``message``) or all."""
    named = request.POST.get("message", "")
    done = delivery.try_now(actor_of(request), [decode("msg", named)] if named else None)
    text = ngettext("%(num)s message is tried again now.", "%(num)s messages are tried again now.", done)
    messages.success(request, text % {"num": done})
    return HttpResponseRedirect(reverse("enforcement-delivery"))


@require_POST
@guard.page("enforcement.manage")
def endpoint_add(request: HttpRequest) -> HttpResponse:
    """A new endpoint; its key is shown once on the next page."""
    with writing(actor_of(request)) as w:
        row = endpoints.add(
            w, name=request.POST.get("name", "").strip() or _("Platform"), url=request.POST.get("url", "").strip(),
            topics=request.POST.getlist("topics"),
        )  # fmt: skip
    request.session["fresh_secret"] = row.secrets[0]
    return HttpResponseRedirect(reverse("enforcement-delivery"))


@require_POST
@guard.page("enforcement.manage")
def endpoint_step(request: HttpRequest) -> HttpResponse:
    """Turn an endpoint on or off, or its key."""
    row = _named(request.POST.get("endpoint", ""))
    step = request.POST.get("step")
    with writing(actor_of(request)) as w:
        if step == "on":
            endpoints.turn_on(w, row)
        elif step == "off":
            endpoints.turn_off(w, row, _("Turned off by hand."))
        elif step == "rotate":
            request.session["fresh_secret"] = endpoints.rotate(w, row)
        elif step == "retire":
            endpoints.retire_old_secrets(w, row)
    return HttpResponseRedirect(reverse("enforcement-delivery"))


@require_POST
@guard.page("enforcement.manage")
def endpoint_test(request: HttpRequest) -> HttpResponse:
    """Send a test message now and say what came back."""
    row = _named(request.POST.get("endpoint", ""))
    answer = health.test(row)
    if answer.ok:
        said = _("%(name)s answered %(status)s in %(ms)s ms.")
        messages.success(request, said % {"name": row.name, "status": answer.status, "ms": answer.milliseconds})
    else:
        messages.error(request, _("%(name)s: %(error)s") % {"name": row.name, "error": answer.error})
    return HttpResponseRedirect(reverse("enforcement-delivery"))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.manage")
def endpoint_edit(request: HttpRequest, endpoint_id: str) -> HttpResponse:
    """One endpoint: its name, address, topics, and where it says what is in force."""
    row = _named(endpoint_id)
    errors = Errors()
    if request.method == "POST":
        with mending(errors), writing(actor_of(request)) as w:
            hours = _number(request.POST.get("inventory_hours", ""), "inventory_hours")
            name, url = request.POST.get("name", "").strip(), request.POST.get("url", "").strip()
            endpoints.change(w, row, name=name or row.name, url=url, topics=request.POST.getlist("topics"))
            token = request.POST.get("inventory_token", "").strip()
            endpoints.set_inventory(
                w, row, url=request.POST.get("inventory_url", "").strip(), token=token or None, hours=hours
            )
        if not errors:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("enforcement-delivery"))
    typed: Any = request.POST or {
        "name": row.name, "url": row.url, "inventory_url": row.inventory_url, "inventory_hours": row.inventory_hours or "",
    }  # fmt: skip
    context = {
        "endpoint": row, "id": encode("end", row.pk), "typed": typed, "errors": errors, "topics": endpoints.TOPICS,
        "heard": request.POST.getlist("topics") if request.POST else row.topics or endpoints.TOPICS,
    }  # fmt: skip
    return render(request, "enforcement/endpoint.html", context, status=422 if errors else 200)


def _number(text: str, where: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise BadInput("bad_number", _("Give a whole number."), where=where)
    return int(text)


def _named(text: str) -> Endpoint:
    row = Endpoint.objects.filter(pk=decode("end", text)).first()
    if row is None:
        raise NotFound("unknown_endpoint", "There is no such endpoint.")
    return row


def _dead(actor: Actor, query: Any) -> QuerySet[Outbox]:
    given = {name: query.get(name, "") for name in FILTERS}
    return filtered(queries.visible_messages(actor, delivery.dead_letters()), **given)


def _fields(actor: Actor) -> list[dict[str, Any]]:
    dead = queries.visible_messages(actor, delivery.dead_letters())
    kinds = sorted({value for value in dead.order_by().values_list("payload__kind", flat=True).distinct() if value})
    errors = sorted({value for value in dead.order_by().values_list("last_error", flat=True).distinct()[:30] if value})
    return [
        {"name": "topic", "label": _("Any message"), "chip": _("Message"), "options": [("action", _("Actions")), ("notice", _("Notices"))]},
        {"name": "kind", "label": _("Any action"), "chip": _("Action"), "options": [(key, queries.kind_name(key)) for key in kinds]},
        {"name": "error", "label": _("Any error"), "chip": _("Error"), "options": [(text, text) for text in errors]},
    ]  # fmt: skip


def _endpoint(row: Endpoint, waiting: QuerySet[Outbox]) -> dict[str, Any]:
    last = Attempt.objects.filter(endpoint=row).order_by("-at").first()
    return {
        "row": row, "id": encode("end", row.pk), "last": last, "keys": len(row.secrets), "waits": health.waits_for(row, waiting),
        "tried_again": row.disabled_by == "machine" and not row.enabled,
    }  # fmt: skip


def _message(row: Outbox) -> dict[str, Any]:
    kind = row.payload.get("kind", "")
    what = queries.kind_name(kind) if kind else _("Notice")
    return {
        "row": row,
        "id": encode("msg", row.pk),
        "what": what,
        "item": row.payload.get("item") or {},
        "url": _address(row.key),
    }


def _address(key: str) -> str:
    """The page of the action or the notice that a message is about."""
    for prefix, page in (("act", "enforcement-action"), ("ntc", "enforcement-notice")):
        if key.startswith(f"{prefix}_") and key.replace("_", "").isalnum():
            return reverse(page, args=[key])
    return ""
