"""Queues: which there are, who works them, which rules lead there; made, changed and put aside with what waits shown first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.review import actions
from watchfloor.review.actions.routing_versions import live_table
from watchfloor.review.models import Job, Queue
from watchfloor.review.pages import tables
from watchfloor.review.pages.routing_parts import VIEW, say, tabs
from watchfloor.workforce.models import Reviewer

CSV_HEAD = ("queue", "name", "kind", "clearance", "target_minutes", "waiting", "people", "rules", "paused")
TEXTS = ("name", "description", "kind", "clearance", "overflow_to")
NUMBERS = ("target_minutes", "overflow_after", "position")


@require_safe
@guard.page(*VIEW)
def index(request: HttpRequest) -> HttpResponseBase:
    """``/review/queues``: ``?q=``, ``?kind=``, ``?show=archived``; ``?format=csv`` gives the rows."""
    actor = actor_of(request)
    word, kind = request.GET.get("q", "").casefold().strip(), request.GET.get("kind", "")
    archived = request.GET.get("show") == "archived"
    rows = Queue.objects.filter(archived_at__isnull=not archived).order_by("position", "key")
    found = [
        row for row in rows
        if may_know(actor, row) and (not kind or row.kind == kind) and word in f"{row.key} {row.name} {row.description}".casefold()
    ]  # fmt: skip
    lines = _lines(found)
    if request.GET.get("format") == "csv":
        cells = [
            (line["queue"].key, line["queue"].name, line["queue"].kind, line["queue"].clearance, line["queue"].target_minutes,
             line["waiting"], line["people"], "; ".join(line["rules"]), line["queue"].paused)
            for line in lines
        ]  # fmt: skip
        return csv_response("queues", CSV_HEAD, cells)
    context = {
        "tabs": tabs("queue-list"), "rows": lines, "query": request.GET, "may": actor.has("queue.manage"), "kinds": dict(kinds()),
        "csv_url": tables.with_query(request.GET, format="csv"),
        "fields": [
            {"name": "q", "label": _("Name or words"), "type": "search"},
            {"name": "kind", "label": _("Any kind"), "chip": _("Kind"), "options": kinds()},
            {"name": "show", "label": _("In use"), "chip": _("Show"), "options": [("archived", _("Put aside"))]},
        ],
    }  # fmt: skip
    return render(request, "review/queues.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("queue.manage")
def edit(request: HttpRequest) -> HttpResponse:
    """``/review/queues/edit?queue=``: change that queue; without one, a new one. POST ``step=save`` or ``step=archive``."""
    actor = actor_of(request)
    key = request.GET.get("queue", "")
    row = Queue.objects.filter(key=key).first() if key else None
    if key and (row is None or not may_know(actor, row)):
        raise NotFound("unknown_queue", "There is no such queue.")
    errors: dict[str, str] = {}
    if request.method == "POST":
        new_key = row.key if row else request.POST.get("key", "").strip()
        if not actor.may("queue.manage", queue=new_key, clearance=row.clearance if row else ""):
            raise Forbidden("no_permission", "Your roles do not include this queue.")
        try:
            with writing(actor, reason=request.POST.get("why", "")) as w:
                if request.POST.get("step") == "archive":
                    actions.archive_queue(w, new_key)
                    messages.success(request, _("%(queue)s is put aside.") % {"queue": new_key})
                else:
                    if row is None and Queue.objects.filter(key=new_key).exists():
                        raise BadInput("known_key", "There is a queue of this key already.", where="key")
                    actions.save_queue(w, key=new_key, **read(request))
                    messages.success(request, _("%(queue)s is saved.") % {"queue": new_key})
            return HttpResponseRedirect(reverse("queue-list"))
        except WatchfloorError as error:
            errors[error.where or "key"] = say(error)
    others = Queue.objects.filter(archived_at__isnull=True).exclude(key=key).order_by("position", "key")
    [line] = _lines([row]) if row else [{}]
    context = {
        "tabs": tabs("queue-list"), "queue": row, "line": line, "errors": errors, "kinds": kinds(),
        "typed": request.POST if request.method == "POST" else written(row),
        "others": [("", _("Nowhere")), *((each.key, each.name) for each in others)],
    }  # fmt: skip
    return render(request, "review/queue_edit.html", context, status=422 if errors else 200)


def may_know(actor: Actor, row: Queue) -> bool:
    """Whether an actor may know of a queue at all: within their limits, and cleared where it asks for that."""
    return any(actor.may(name, queue=row.key, clearance=row.clearance) for name in (*VIEW, "case.view"))


def kinds() -> list[tuple[str, str]]:
    """The kinds of queues."""
    return [("review", _("Reviews")), ("appeal", _("Appeals")), ("escalation", _("Escalations"))]


def read(request: HttpRequest) -> dict[str, Any]:
    """The fields as typed."""
    post = request.POST
    values: dict[str, Any] = {name: post.get(name, "").strip() for name in TEXTS}
    for name in NUMBERS:
        text = post.get(name, "").strip()
        if text and (not text.isdecimal() or len(text) > 7):
            raise BadInput("bad_number", "That is a whole number, or nothing.", where=name)
        values[name] = int(text) if text else None
    values["position"] = values["position"] or 0
    if values["overflow_after"] is not None:
        values["overflow_after"] *= 60
    for name in ("markets", "languages"):
        parts = [part.strip() for part in post.get(name, "").split(",") if part.strip()]
        values[name] = parts or None
    text = post.get("weight", "").strip().replace(",", ".") or "1"
    try:
        values["weight"] = float(text)
    except ValueError:
        raise BadInput("bad_weight", "A weight is a number such as 1 or 2.5.", where="weight") from None
    return values | {"paused": bool(post.get("paused")), "push": bool(post.get("push"))}


def written(row: Queue | None) -> dict[str, Any]:
    """A queue as the form shows it."""
    if row is None:
        return {"kind": "review", "position": Queue.objects.count()}
    return {
        **{name: getattr(row, name) for name in (*TEXTS, "key", "target_minutes", "position", "paused", "push")},
        "weight": f"{row.weight:g}",
        "overflow_after": row.overflow_after // 60 if row.overflow_after else "",
        "markets": ", ".join(row.markets or ()), "languages": ", ".join(row.languages or ()),
    }  # fmt: skip


def _lines(rows: list[Queue]) -> list[dict[str, Any]]:
    keys = [row.key for row in rows]
    waiting = Counter(
        Job.objects.filter(queue_key__in=keys, state__in=("ready", "leased")).values_list("queue_key", flat=True)
    )
    people = list(Reviewer.objects.filter(active=True).values_list("queues", "vendor_key"))
    live = live_table()
    leading: dict[str, list[str]] = {}
    for rule in live.rules if live else []:
        if not rule.get("off"):
            leading.setdefault(rule["queue"], []).append(rule["name"])
    return [
        {
            "queue": row, "waiting": waiting[row.key], "rules": leading.get(row.key, []),
            "people": sum(1 for queues, _vendor in people if not queues or row.key in queues),
            "vendors": Counter(vendor for queues, vendor in people if not queues or row.key in queues).most_common(),
            "url": reverse("queue-edit") + f"?queue={row.key}",
        }
        for row in rows
    ]  # fmt: skip
