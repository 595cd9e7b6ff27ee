"""Orders over many: what is meant, what it would do, then it; how far it is, and the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.signon import proof
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict, NotFound, WatchfloorError
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import bulk, find, plan, queries
from watchfloor.review.bulk.orders import PERMISSION, Order, case_id
from watchfloor.review.bulk.running import OWN
from watchfloor.review.models import Batch, BatchRow
from watchfloor.review.pages import many_words, tables

FIELDS = ("verb", "verdict", "violation", "queue", "tag", "into", "policy", "why", "with_protected")
MOST_TEXT = 2_000_000


@require_safe
@guard.page(PERMISSION, OWN)
def index(request: HttpRequest) -> HttpResponse:
    """``/bulk``: orders given so far, and the form that takes ids."""
    rows = [{"batch": row, "progress": bulk.progress(row), "url": reverse("bulk-batch", args=[row.pk])}
            for row in bulk.recent(actor_of(request), 30)]  # fmt: skip
    return render(
        request,
        "review/bulk.html",
        {
            "rows": rows,
            "words": many_words.verbs(),
            "states": many_words.states(),
            "tabs": many_words.tabs(actor_of(request), "bulk"),
            "may_order": actor_of(request).has(PERMISSION),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(PERMISSION)
@proof.fresh(lambda request: request.POST.get("step") == "begin")
def order(request: HttpRequest) -> HttpResponse:
    """``/bulk/order``: ``source`` and what it needs, then the order; with ``verb`` the preview; POST ``step=begin`` begins."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "").strip() for name in FIELDS}
    errors: list[tuple[str, str]] = []
    chosen, seen = bulk.Chosen(source="csv"), None
    try:
        chosen = _chosen(actor, given, request)
        if typed["verb"]:
            seen = bulk.preview(actor, _order(actor, typed), chosen)
        if request.method == "POST" and given.get("step") == "begin" and seen is not None:
            batch = bulk.begin(
                actor, seen, token=given.get("token", ""), why=typed["why"], source=chosen.source, about=chosen.about
            )
            messages.success(request, _("It is being done. This page says how far it is."))
            return redirect("bulk-batch", batch_id=batch.pk)
    except NotFound as error:
        if error.where not in ("queue",):
            raise
        errors.append((error.where, error.message))
    except (BadInput, Conflict) as error:
        errors.append((_place(error), f"{error.message} {error.hint}".strip()))
    context = {
        **choices(actor),
        "typed": typed,
        "errors": errors,
        "of": dict(errors),
        "chosen": chosen,
        "seen": seen,
        "hidden": _hidden(given, chosen),
        "held_words": many_words.held_out(),
        "words": many_words.verbs(),
        "excerpts": excerpts(seen),
        "verb": typed["verb"],
        "most": bulk.MOST,
    }
    return render(request, "review/bulk_order.html", context, status=422 if errors else 200)


@require_safe
@guard.page(PERMISSION, OWN)
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """``/bulk/<id>``: progress, what was left out and why; ``?format=csv`` gives the rows."""
    actor = actor_of(request)
    row = _batch(actor, batch_id)
    if request.GET.get("format") == "csv":
        rows = BatchRow.objects.filter(batch=row).order_by("place").select_related("item")
        lines = (
            (
                ids.encode("itm", each.item_id),
                ids.encode("case", each.case_id) if each.case_id else "",
                each.state,
                each.why,
            )
            for each in rows.iterator(chunk_size=1000)
        )
        return csv_response("batch", ("item", "case", "state", "why"), lines)  # type: ignore[return-value]
    context = {
        "progress": bulk.progress(row),
        "batch": row,
        "words": many_words.verbs(),
        "states": many_words.states(),
        "marks": many_words.marks(),
        "row_url": reverse("bulk-batch", args=[row.pk]),
        "csv_url": f"{reverse('bulk-batch', args=[row.pk])}?format=csv",
    }
    return render(request, "review/bulk_batch.html", context)


@require_POST
@guard.page(PERMISSION, OWN)
def reverse_(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One step back, however many rows."""
    try:
        bulk.reverse(actor_of(request), batch_id, request.POST.get("why", ""))
        messages.success(request, _("It is being taken back. What came after it stands and is kept."))
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("bulk-batch", batch_id=batch_id)


def choices(actor: Actor) -> dict[str, Any]:
    """What the form of an order lets one choose from."""
    hidden = {policy.key for policy in policies.all_policies() if policy.clearance}
    known = [policy for policy in policies.all_policies() if policy.key not in hidden]
    return {
        "violations": [
            (row.key, f"{policy.name}: {row.name}") for policy in known for row in policies.violations(policy.key, "")
        ],
        "policies": [(policy.key, policy.name) for policy in known],
        "queues": [
            (row.key, row.name)
            for row in queries.queue_summary(actor)
            if (ref := plan.queue(row.key)) is not None and ref.kind in ("review", "escalation")
        ],
    }


def excerpts(seen: bulk.Preview | None) -> dict[Any, str]:
    """The first words of the items a preview shows, by item."""
    if seen is None:
        return {}
    rows = [*seen.sample, *seen.guarded]
    texts = tables.excerpts((item, item.current_version) for item in rows)
    return {item.pk: texts.get(item.current_version, "") for item in rows}


def _order(actor: Actor, typed: dict[str, str]) -> Order:
    return Order(
        verb=typed["verb"], verdict=typed["verdict"] if typed["verb"] == "decide" else "",
        violation=typed["violation"] if typed["verb"] == "decide" and typed["verdict"] == "violating" else "",
        policy=typed["policy"] if typed["verb"] == "decide" else "",
        queue=typed["queue"] if typed["verb"] in ("transfer", "escalate") else "",
        tag=typed["tag"].lower() if typed["verb"] in ("tag", "untag") else "",
        into=_into(actor, typed["into"]) if typed["verb"] == "duplicate" else None,
        with_protected=typed["with_protected"] == "on",
    )  # fmt: skip


def _into(actor: Actor, text: str) -> UUID:
    if not text:
        raise BadInput("no_target", _("Say into which case they go."), where="into")
    try:
        return queries.case(actor, case_id(text), why="bulk").pk
    except (BadInput, NotFound):
        raise BadInput("no_target", _("There is no such case."), where="into") from None


def _chosen(actor: Actor, given: QueryDict, request: HttpRequest) -> bulk.Chosen:
    source = given.get("source", "csv")
    if source == "search":
        return bulk.by_search(actor, _filters(given))
    if source == "sweep":
        return bulk.by_author(actor, queries.case(actor, case_id(given.get("case", "")), why="sweep"))
    file = request.FILES.get("file")
    text = given.get("ids", "")
    if file is not None:
        if (file.size or 0) > MOST_TEXT:
            raise BadInput("too_large", _("The file is too large."), where="ids")
        text = file.read().decode("utf-8-sig", "replace")
    if len(text) > MOST_TEXT:
        raise BadInput("too_large", _("The file is too large."), where="ids")
    return bulk.by_ids(actor, text)


def _hidden(given: QueryDict, chosen: bulk.Chosen) -> list[tuple[str, str]]:
    """What was chosen, as fields of the next form."""
    source = given.get("source", "csv")
    kept = [("source", source)]
    if source == "search":
        kept += [(f"f_{name}", value) for name, value in _filters(given).items() if value]
    elif source == "sweep":
        kept.append(("case", given.get("case", "")))
    else:  # a file is read once and kept as ids
        lines = [ids.encode("case", pk) if pk else ids.encode("itm", item) for item, pk in chosen.pairs]
        kept.append(("ids", "\n".join(lines) or given.get("ids", "")))
    return kept


def _filters(given: QueryDict) -> dict[str, str]:
    """The filters of a search: as the list of cases names them, or, once there is an order beside them, with ``f_`` before."""
    mark = "f_" if "verb" in given else ""
    return {name: given.get(f"{mark}{name}", "").strip() for name in find.FILTERS}


def _batch(actor: Actor, batch_id: UUID) -> Batch:
    row = Batch.objects.filter(pk=batch_id).first()
    if row is None or not bulk.visible(actor, row):
        raise NotFound("unknown_batch", "There is no such batch.")
    return row


def _place(error: WatchfloorError) -> str:
    return {"violation_key": "violation"}.get(error.where, error.where) or "verb"
