"""Cluster cases on the screen: made from what is related, from ids or a search; the sample read one by one; decided for all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.items.media import seen as seen_media
from watchfloor.items.models import Item
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies
from watchfloor.review import bulk, clusters, find, plan, queries
from watchfloor.review.bulk import choosing
from watchfloor.review.bulk.orders import PERMISSION, Order, case_id
from watchfloor.review.models import Batch, Cluster, Queue
from watchfloor.review.pages import many_words, orders, tables
from watchfloor.review.queries.related import members

WRITTEN = 3  # of an account's items are shown beside it
SHARES = ("0.02", "0.05", "0.1", "0.2")


@require_safe
@guard.page(PERMISSION)
def index(request: HttpRequest) -> HttpResponse:
    """``/clusters``: the newest, and the form that makes one from ids."""
    rows = [
        {"cluster": row, "url": reverse("cluster", args=[row.pk])}
        for row in clusters.visible_clusters(actor_of(request))
    ]
    return render(
        request,
        "review/clusters.html",
        {"rows": rows, "states": many_words.states(), "tabs": many_words.tabs(actor_of(request), "clusters")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(PERMISSION)
def new(request: HttpRequest) -> HttpResponse:
    """``/clusters/new``: ``case`` and ``kind`` (what is related to it), or ``ids``, or the filters of a search."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "").strip() for name in ("name", "policy", "share", "case", "kind", "ids", "source")}
    errors: list[tuple[str, str]] = []
    items: list[UUID] = []
    case = queries.case(actor, case_id(typed["case"]), why="cluster") if typed["case"] else None
    filters = {name: given.get(f"f_{name}", given.get(name, "")).strip() for name in find.FILTERS if name != "policy"}
    try:
        if case is not None:
            items = members(actor, case, typed["kind"])
            typed["policy"] = typed["policy"] or case.policy_key
        elif typed["source"] == "search":
            items = [item for item, _pk in bulk.by_search(actor, filters).pairs]
        elif typed["ids"]:
            items = [item for item, _pk in bulk.by_ids(actor, typed["ids"]).pairs]
        if request.method == "POST" and given.get("step") == "make":
            made = clusters.make(
                actor, items, name=typed["name"], policy_key=typed["policy"], share=share_of(typed["share"]),
                source="related" if case else "search" if typed["source"] == "search" else "csv",
                about=typed["kind"], case_id=case.pk if case else None,
            )  # fmt: skip
            return redirect("cluster", cluster_id=made.pk)
    except (BadInput, Forbidden) as error:
        errors.append((error.where or "name", f"{error.message} {error.hint}".strip()))
    count = len(set(items))
    context = {
        **orders.choices(actor),
        "typed": typed,
        "errors": errors,
        "of": dict(errors),
        "case": case,
        "count": count,
        "hidden": [(name, typed[name]) for name in ("case", "kind", "ids", "source")]
        + [(f"f_{name}", value) for name, value in filters.items() if value],
        "kinds": many_words.kinds(),
        "shares": shares(count),
    }
    return render(request, "review/cluster_new.html", context, status=422 if errors else 200)


def shares(count: int) -> list[tuple[str, str]]:
    """How much may be wrong, with how many must then be read."""
    words = _("at most %(share)s %% wrong: read %(count)s")
    return [
        (each, words % {"share": f"{float(each) * 100:g}", "count": f"{clusters.needed(count, float(each)):,}"})
        if count > 1
        else (each, f"{float(each) * 100:g} %")
        for each in SHARES
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(PERMISSION)
def detail(request: HttpRequest, cluster_id: UUID) -> HttpResponse:
    """``/clusters/<id>``: the next of the sample to read, the bound so far; when all is read, the decision with its dry run."""
    actor = actor_of(request)
    cluster = clusters.visible(actor, cluster_id)
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "").strip() for name in ("violation", "why", "with_protected", "verdict", "queue")}
    typed["verdict"] = typed["verdict"] or "violating"
    errors: list[tuple[str, str]] = []
    seen = None
    try:
        if request.method == "POST":
            done = _step(request, actor, cluster, typed)
            if done is not None:
                return done
    except (BadInput, Conflict, Forbidden) as error:
        errors.append(
            (
                {"violation_key": "violation", "queue": "queue"}.get(error.where, error.where) or "why",
                f"{error.message} {error.hint}".strip(),
            )
        )
    try:
        if typed["violation"] or (given.get("step") == "dry" and typed["verdict"] == "clean"):
            seen = clusters.preview(actor, cluster, _order(typed))
    except (BadInput, Forbidden) as error:
        errors.append(("violation", error.message))
    row = clusters.next_unread(cluster) if cluster.state == "reading" else None
    drawn = clusters.sample(cluster)
    texts = tables.excerpts((each.item, each.item.current_version) for each in drawn)
    batch = Batch.objects.filter(pk=cluster.batch_id).first() if cluster.batch_id else None
    context: dict[str, Any] = {
        "cluster": cluster,
        "job": clusters.job_of(cluster),
        "queues": queues(),
        "bound": clusters.bound(cluster, typed["verdict"]),
        "campaign": clusters.campaign(actor, cluster),
        "row": row,
        "text": _whole(actor, row),
        "row_media": row is not None and bool(seen_media.media_of(row.item.current_version)),
        "drawn": [{"row": each, "text": texts.get(each.item.current_version, "")} for each in drawn],
        "states": many_words.states(),
        "typed": typed,
        "errors": errors,
        "of": dict(errors),
        "seen": seen,
        "violations": [(each.key, each.name) for each in policies.violations(cluster.policy_key, "")],
        "held_words": many_words.held_out(),
        "excerpts": orders.excerpts(seen),
        "marks": many_words.marks(),
        "progress": bulk.progress(batch) if batch else None,
        "row_url": reverse("bulk-batch", args=[batch.pk]) if batch else "",
        "case": queries.visible_cases(actor).filter(pk=cluster.case_id).first() if cluster.case_id else None,
    }
    return render(request, "review/cluster.html", context, status=422 if errors else 200)


@require_POST
@guard.page(PERMISSION)
def drop(request: HttpRequest, cluster_id: UUID) -> HttpResponse:
    """Give it up."""
    clusters.drop(actor_of(request), cluster_id, request.POST.get("why", ""))
    messages.success(request, _("Dropped. Its items stay as they are."))
    return redirect("clusters")


def _step(request: HttpRequest, actor: Actor, cluster: Cluster, typed: dict[str, str]) -> HttpResponse | None:
    step = request.POST.get("step", "")
    if step == "read":
        clusters.read(actor, cluster.pk, UUID(request.POST["item"]), request.POST.get("finding", ""))
        return redirect(f"{reverse('cluster', args=[cluster.pk])}#read")
    if step == "queue":
        job = clusters.enqueue(actor, cluster.pk, queue=request.POST.get("queue", "").strip())
        messages.success(
            request, _("It waits in %(queue)s as one job, as urgent as its cases together.") % {"queue": job.queue_key}
        )
        return redirect("cluster", cluster_id=cluster.pk)
    if step == "decide":
        clusters.decide(actor, cluster.pk, _order(typed), token=request.POST.get("token", ""), why=typed["why"])
        messages.success(request, _("It is being done. This page says how far it is."))
        return redirect("cluster", cluster_id=cluster.pk)
    return None


def queues() -> list[tuple[str, str]]:
    """Where a cluster may wait: by the routing table, or in one of the ordinary queues."""
    known = [row.key for row in plan.live_queues() if row.takes("")]
    names = dict(Queue.objects.filter(key__in=known).values_list("key", "name"))
    return [("", _("By the routing table")), *((key, names.get(key, key)) for key in known)]


def _order(typed: dict[str, str]) -> Order:
    violating = typed["verdict"] == "violating"
    return Order(
        verb="decide", verdict=typed["verdict"], violation=typed["violation"] if violating else "",
        with_protected=typed["with_protected"] == "on",
    )  # fmt: skip


def _whole(actor: Actor, row: Any) -> str:
    from watchfloor.items import queries as items

    if row is None:
        return ""
    data = (items.snapshot(row.item.current_version) if row.item.current_version else None) or {}
    said = items.text_of(row.item.type_key, data) or "\n".join(
        f"{k}: {v}" for k, v in data.items() if isinstance(v, str) and not v.startswith("med_")
    )
    if row.item.kind != "account":
        return said
    return "\n\n".join(each for each in (said, *_written(actor, row.item)) if each)


def _written(actor: Actor, account: Item) -> list[str]:
    """An account is judged by what it wrote: its newest items that the actor may know of."""
    newest = list(account.authored.exclude(current_version="").order_by("-first_seen_at", "-pk")[:WRITTEN])
    known = choosing.open_to(actor, [each.pk for each in newest])
    texts = tables.excerpts((each, each.current_version) for each in newest if each.pk in known)
    return [texts[each.current_version] for each in newest if texts.get(each.current_version)]


def share_of(text: str) -> float:
    """The share as a number."""
    try:
        found = float(text or "0.05")
    except ValueError:
        raise BadInput("bad_share", "The share is a number such as 0.05.", where="share") from None
    return found
