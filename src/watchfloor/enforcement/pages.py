"""Screens of enforcement: actions taken, actions that wait for a second person, and what became of their delivery."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from watchfloor.enforcement import actions, delivery, endpoints, queries
from watchfloor.enforcement.models import Action, Attempt, Endpoint
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.ids import decode, encode, short
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render

PER_PAGE = 50
FILTERS = ("state", "kind_key", "market", "policy_key", "origin")


@require_GET
@guard.page("enforcement.view")
def action_list(request: HttpRequest) -> HttpResponse:
    """Actions, newest first, narrowed by the address."""
    visible = queries.visible_actions(actor_of(request))
    rows = visible
    for name in FILTERS:
        if value := request.GET.get(name, ""):
            rows = rows.filter(**{name: value})
    page = max(1, int(request.GET.get("page", "1") or 1)) if request.GET.get("page", "1").isdigit() else 1
    start = (page - 1) * PER_PAGE
    found = list(rows.select_related("item").order_by("-id")[start : start + PER_PAGE + 1])
    more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    counts = dict(visible.values_list("state").annotate(n=Count("pk")))
    context = {
        "rows": [_row(row) for row in found],
        "names": names_of(text for row in found for text in (row.requested_by, row.approved_by)),
        "query": request.GET,
        "fields": _fields(visible),
        "counts": counts,
        "words": state_words(),
        "origins": origin_words(),
        "pager": {"start": start + 1, "end": start + len(found), "total": None,
                  "previous": _page(request, page - 1) if page > 1 else None,
                  "next": _page(request, page + 1) if more else None} if page > 1 or more else None,
        "may_approve": actor_of(request).has("enforcement.approve"),
    }  # fmt: skip
    return render(request, "enforcement/actions.html", context)


@require_POST
@guard.page("enforcement.approve")
def judge(request: HttpRequest) -> HttpResponse:
    """A second person's yes or no to a held action."""
    actor = actor_of(request)
    action_id = decode("act", request.POST.get("action", ""))
    if not queries.visible_actions(actor, "enforcement.approve").filter(pk=action_id).exists():
        raise NotFound("unknown_action", "There is no such action.")
    with writing(actor) as w:
        if request.POST.get("answer") == "yes":
            actions.approve(w, action_id)
            done = _("Approved; the platform is told.")
        else:
            actions.reject(w, action_id)
            done = _("Refused; nothing was done.")
    messages.success(request, done)
    return HttpResponseRedirect(reverse("enforcement-actions") + "?state=held")


@require_GET
@guard.page("enforcement.view")
def delivery_page(request: HttpRequest) -> HttpResponse:
    """Endpoints, what waits, what failed, dead letters."""
    actor = actor_of(request)
    waiting = queries.visible_messages(actor, delivery.waiting())
    dead = queries.visible_messages(actor, delivery.dead_letters())
    recent = queries.visible_messages(actor, Outbox.objects.filter(state=Outbox.State.CONFIRMED))
    context = {
        "endpoints": [_endpoint(row) for row in Endpoint.objects.order_by("created_at", "id")],
        "waiting": [_message(row) for row in waiting[:30]],
        "dead": [_message(row) | {"stale": not delivery.still_wanted(row)} for row in dead[:100]],
        "recent": [_message(row) for row in recent.order_by("-sent_at")[:30]],
        "counts": {"waiting": waiting.count(), "dead": dead.count(), "failed": waiting.filter(state="failed").count()},
        "oldest": waiting.values_list("created_at", flat=True).first(),
        "may_manage": actor.has("enforcement.manage"),
        "topics": endpoints.TOPICS,
        "fresh_secret": request.session.pop("fresh_secret", ""),
    }
    return render(request, "enforcement/delivery.html", context)


@require_POST
@guard.page("enforcement.manage")
def replay(request: HttpRequest) -> HttpResponse:
    """Send dead letters again: one (``message``) or all."""
    named = request.POST.get("message", "")
    done = delivery.replay_dead(actor_of(request), [decode("msg", named)] if named else None)
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
    row = Endpoint.objects.filter(pk=decode("end", request.POST.get("endpoint", ""))).first()
    if row is None:
        raise NotFound("unknown_endpoint", "There is no such endpoint.")
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


def state_words() -> dict[str, str]:
    """What the states of an action are called."""
    return {
        "held": _("Waits for approval"),
        "rejected": _("Refused"),
        "pending": _("To be sent"),
        "sent": _("Sent"),
        "confirmed": _("Confirmed"),
        "failed": _("Failed, tried again"),
        "dead": _("Given up"),
        "reversed": _("Undone"),
        "expired": _("Ended"),
    }


def origin_words() -> dict[str, str]:
    """Who or what an action came from."""
    return {
        "human": _("Person"), "rule": _("Rule"), "appeal": _("Appeal"), "undo": _("Undo"), "ladder": _("Ladder"), "expiry": _("Time"),
    }  # fmt: skip


def _row(row: Action) -> dict[str, Any]:
    return {
        "action": row,
        "id": encode("act", row.pk),
        "name": queries.kind_name(row.kind_key),
        "case": short(row.case_id) if row.case_id else "",
        "case_id": row.case_id,
    }


def _fields(visible: Any) -> list[dict[str, Any]]:
    labels = {
        "state": (_("Any state"), _("State")), "kind_key": (_("Any action"), _("Action")),
        "market": (_("Any market"), _("Market")), "policy_key": (_("Any policy"), _("Policy")),
        "origin": (_("Any origin"), _("Origin")),
    }  # fmt: skip
    words = state_words()
    result = []
    for name in FILTERS:
        values = sorted(value for value in visible.values_list(name, flat=True).order_by().distinct() if value)
        named = {value: value for value in values}
        if name == "kind_key":
            named = {value: queries.kind_name(value) for value in values}
        elif name == "state":
            named = words  # all of them: a chip says also what is filtered by and not there
        elif name == "origin":
            named = {value: origin_words().get(value, value) for value in values}
        result.append({"name": name, "label": labels[name][0], "chip": labels[name][1], "options": list(named.items())})
    return result


def _page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _endpoint(row: Endpoint) -> dict[str, Any]:
    last = Attempt.objects.filter(endpoint=row).order_by("-at").first()
    return {"row": row, "id": encode("end", row.pk), "last": last, "keys": len(row.secrets)}


def _message(row: Outbox) -> dict[str, Any]:
    kind = row.payload.get("kind", "")
    what = queries.kind_name(kind) if kind else _("Notice")
    return {"row": row, "id": encode("msg", row.pk), "what": what, "item": row.payload.get("item") or {}}
