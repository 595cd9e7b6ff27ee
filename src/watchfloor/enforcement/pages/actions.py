"""Actions taken: the list, one action and its life, taking one back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from watchfloor.enforcement import actions, catalogue, domain, queries, statement_queries
from watchfloor.enforcement.models import Action, Attempt
from watchfloor.enforcement.pages import words
from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.kernel.ids import decode, encode, short
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

PER_PAGE = 50
MOST_CSV = 50_000
FILTERS = ("state", "kind_key", "market", "policy_key", "origin", "batch")
CSV_HEAD = (
    "id", "action", "state", "item_type", "item_id", "policy", "violation", "market", "origin", "decided_by", "approved_by", "taken",
    "begins", "confirmed", "until", "decision", "case", "batch", "last_error",
)  # fmt: skip


@require_GET
@guard.page("enforcement.view")
def action_list(request: HttpRequest) -> HttpResponse:
    """``/enforcement``: newest first, narrowed by the address; ``?format=csv``."""
    actor = actor_of(request)
    visible = queries.visible_actions(actor)
    rows = narrowed(visible, request.GET).select_related("item").order_by("-id")
    if request.GET.get("format") == "csv":
        return csv_response("actions", CSV_HEAD, csv_rows(rows[:MOST_CSV]))  # type: ignore[return-value]
    if request.GET.get("state") == "held":
        return HttpResponseRedirect(reverse("enforcement-held"))
    found, pager = paged(rows, request.GET, PER_PAGE)
    context = {
        "rows": [row_of(row) for row in found],
        "names": names_of(text for row in found for text in (row.requested_by, row.approved_by)),
        "query": request.GET,
        "fields": fields(visible),
        "words": words.state_words(),
        "origins": words.origin_words(),
        "csv_url": with_query(request, format="csv"),
        "held": held_count(actor),
        "pager": pager,
    }
    return render(request, "enforcement/actions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("enforcement.view")
def action(request: HttpRequest, action_id: str) -> HttpResponse:
    """``/enforcement/actions/<act>``: its life, what the platform was told and answered; POST takes it back, with a reason."""
    actor = actor_of(request)
    row = known(actor, action_id)
    errors = Errors()
    if request.method == "POST":
        if not queries.visible_actions(actor, "enforcement.lift").filter(pk=row.pk).exists():
            raise Forbidden("no_permission", "Your roles do not include taking actions back.")
        why = request.POST.get("why", "").strip()[:200]
        with mending(errors), writing(actor, reason=why) as w:
            actions.lift(w, row.pk, why=why)
        if not errors:
            messages.success(request, _("Taken back; the platform is told where it must be."))
            return HttpResponseRedirect(reverse("enforcement-action", args=[action_id]))
    row = known(actor, action_id)
    sent = list(Outbox.objects.filter(subject=f"action:{row.pk}").order_by("id"))
    kind = _kind(row)
    events = list(Event.objects.filter(subject=f"action:{row.pk}").order_by("ordinal"))
    context = {
        "action": row, "id": action_id, "name": queries.kind_name(row.kind_key), "words": words.state_words(),
        "origins": words.origin_words(), "held_for": words.held_words(), "kind": kind,
        "does": catalogue.effect(kind.does).preview(row.params, _) if kind else "",
        "fixable": bool(kind and catalogue.effect(kind.does).fixable),
        "events": [{"at": each.at, "actor": each.actor, "what": _event(each), "why": each.reason} for each in events],
        "names": names_of([row.requested_by, row.approved_by, *(each.actor for each in events)]),
        "messages_sent": [_message(each) for each in sent],
        "stated": statement_queries.statement(row.decision_id) is not None,
        "inverses": list(row.inverses.order_by("id")), "answers_for": row.item.author_id or row.item_id,
        "beside": [each for each in queries.in_force(row.item_id) if each.slot == row.slot and each.pk != row.pk],
        "in_force": row.inverse_of_id is None and row.state in (*domain.IN_FORCE, Action.State.SCHEDULED),
        "may_lift": queries.visible_actions(actor, "enforcement.lift").filter(pk=row.pk).exists(),
        "errors": errors, "typed": request.POST,
    }  # fmt: skip
    return render(request, "enforcement/action.html", context, status=422 if errors else 200)


def known(actor: Actor, action_id: str, permission: str = "enforcement.view") -> Action:
    """The action of this id, if the actor may know of it; else there is none."""
    rows = queries.visible_actions(actor, permission).select_related("item__author", "inverse_of")
    row = rows.filter(pk=decode("act", action_id)).first()
    if row is None:
        raise NotFound("unknown_action", "There is no such action.")
    return row


def held_count(actor: Actor) -> int:
    """How many wait for a second person, of those the actor may see: the number on the tab."""
    return queries.visible_actions(actor).filter(state=Action.State.HELD).count()


def narrowed(rows: QuerySet[Action], query: Any) -> QuerySet[Action]:
    """By the filters of the address; ``q`` is an item's id on the platform."""
    for name in FILTERS:
        if value := query.get(name, ""):
            rows = rows.filter(**{name: value})
    if text := query.get("q", "").strip():
        rows = rows.filter(Q(item__external_id=text) | Q(item__author__external_id=text))
    return rows


def row_of(row: Action) -> dict[str, Any]:
    """A row of a list of actions."""
    return {
        "action": row, "id": encode("act", row.pk), "name": queries.kind_name(row.kind_key),
        "url": reverse("enforcement-action", args=[encode("act", row.pk)]),
        "case": short(row.case_id) if row.case_id else "", "case_id": row.case_id,
    }  # fmt: skip


def fields(visible: QuerySet[Action], *, states: bool = True) -> list[dict[str, Any]]:
    """The filters of a list of actions."""
    labels = {
        "state": (_("Any state"), _("State")), "kind_key": (_("Any action"), _("Action")),
        "market": (_("Any market"), _("Market")), "policy_key": (_("Any policy"), _("Policy")),
        "origin": (_("Any origin"), _("Origin")), "batch": (_("Any order"), _("Order over many")),
    }  # fmt: skip
    found: list[dict[str, Any]] = [{"name": "q", "label": _("Item or account id"), "type": "search"}]
    named: dict[str, str]
    for name in FILTERS:
        if name == "state" and not states:
            continue
        values = sorted(value for value in visible.values_list(name, flat=True).order_by().distinct()[:200] if value)
        if name == "batch" and not values:
            continue
        named = {value: value for value in values}
        if name == "kind_key":
            named = {value: queries.kind_name(value) for value in values}
        elif name == "state":
            named = words.state_words()  # all of them: a chip says also what is filtered by and not there
        elif name == "origin":
            named = {value: words.origin_words().get(value, value) for value in values}
        elif name == "policy_key":
            named = {row.key: row.name for row in policies.all_policies() if row.key in values}
        elif name == "batch":
            named = {value: value[:8] for value in values}
        found.append({"name": name, "label": labels[name][0], "chip": labels[name][1], "options": list(named.items())})
    return found


def counts_by_kind(rows: QuerySet[Action]) -> list[tuple[str, int]]:
    """How many of each kind, by name."""
    found = rows.order_by().values_list("kind_key").annotate(n=Count("pk"))
    return sorted((queries.kind_name(key), number) for key, number in found)


def with_query(request: HttpRequest, **changes: str) -> str:
    """The page's address with these parameters changed."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def csv_rows(rows: QuerySet[Action]) -> Iterator[tuple[Any, ...]]:
    """The rows under ``CSV_HEAD``."""
    for row in rows.iterator(chunk_size=1_000):
        yield (
            encode("act", row.pk), row.kind_key, row.state, row.item.type_key, row.item.external_id, row.policy_key, row.violation_key,
            row.market, row.origin, row.requested_by, row.approved_by, row.created_at, row.starts_at, row.confirmed_at, row.expires_at,
            encode("dec", row.decision_id), encode("case", row.case_id) if row.case_id else "", row.batch, row.last_error,
        )  # fmt: skip


def _kind(row: Action) -> queries.Kind | None:
    key = row.inverse_of.kind_key if row.inverse_of is not None else row.kind_key
    return next((kind for kind in queries.kinds(enabled=False) if kind.key == key), None)


def _message(row: Outbox) -> dict[str, Any]:
    tries = Attempt.objects.filter(outbox_id=row.pk).select_related("endpoint").order_by("at")
    body = msgspec.json.format(msgspec.json.encode(row.payload), indent=2).decode()
    return {"row": row, "tries": list(tries[:50]), "body": body}


def _event(each: Event) -> str:
    return {
        "action.taken": _("Decided"), "action.approved": _("A second person agreed"), "action.rejected": _("It will not be done"),
        "action.started": _("It began"), "action.withheld": _("Held: automatic actions were stopped"), "action.reversed": _("Undone"),
        "action.expired": _("Ended by itself"), "action.inverse": _("The platform is asked to undo it"),
        "action.confirmed": _("The platform has it"), "action.failed": _("Could not be delivered; tried again"),
        "action.dead": _("Given up"), "action.replayed": _("Sent again"),
    }.get(each.type, each.type)  # fmt: skip
