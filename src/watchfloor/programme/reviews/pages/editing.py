"""The composer: blocks on one side, the review as it reads on the other; every edit can be taken back until it is kept."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from watchfloor.identity.domain import Actor
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.insight import catalogue
from watchfloor.insight.boards import wording
from watchfloor.insight.own_metrics.keeping import titles
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, WatchfloorError
from watchfloor.platform.render import render
from watchfloor.programme.facts import queries as facts
from watchfloor.programme.reviews import access, actions, blocks, drafts, shown
from watchfloor.programme.reviews.domain import document as edits
from watchfloor.programme.reviews.domain.document import Block, Document, Spec
from watchfloor.programme.reviews.drafts import Draft
from watchfloor.programme.reviews.models import Review
from watchfloor.programme.reviews.pages import parts

NEEDS_METRICS = ("number", "chart", "table")


@require_safe
@page("programme.edit")
def edit(request: HttpRequest, review_id: str) -> HttpResponseBase:
    """The composer; ``?block=b3`` opens that block's form, ``?block=new`` one for a further block."""
    actor = actor_of(request)
    return _composer(request, actor, _mine(actor, review_id), review_id, request.GET.get("block", ""))


@require_POST
@page("programme.edit")
def step(request: HttpRequest, review_id: str) -> HttpResponseBase:
    """One edit, or keeping, dropping, publishing."""
    actor = actor_of(request)
    row = _mine(actor, review_id)
    do, block_id = request.POST.get("do", ""), request.POST.get("block", "")
    draft = drafts.of(actor, row)
    here = reverse("programme-review-edit", args=[review_id])
    try:
        match do:
            case "save":
                actions.save(actor, row.pk, draft.now, seen=draft.based_on, title=request.POST.get("title") or None)
                messages.success(request, _("Kept as a version."))
            case "publish" | "unpublish":
                if do == "publish" and draft.touched:
                    actions.save(actor, row.pk, draft.now, seen=draft.based_on)
                actions.publish(actor, row.pk, back=do == "unpublish")
                messages.success(
                    request,
                    _("Published: its readers see this version.")
                    if do == "publish"
                    else _("Its readers no longer see it."),
                )
                return redirect("programme-review", review_id)
            case "drop":
                drafts.drop(actor, row)
                messages.success(request, _("Your edits are dropped."))
            case "refresh":
                if draft.touched:
                    row = actions.save(actor, row.pk, draft.now, seen=draft.based_on)
                actions.refresh(actor, row)
                messages.success(request, _("Read anew: the numbers are those of now, your texts stand."))
            case "undo":
                drafts.keep(actor, row, draft, draft.history.back())
            case "redo":
                drafts.keep(actor, row, draft, draft.history.forth())
            case _:
                changed, block_id = _edited(request.POST, actor, row, draft.now, do, block_id)
                drafts.keep(actor, row, draft, draft.history.then(changed))
    except BadInput as problem:
        return _composer(request, actor, row, review_id, block_id or "new", problem)
    if do in ("earlier", "later"):  # without a fragment, or the browser would not look for the button to focus
        return redirect(f"{here}?focus={do}&at={block_id}")
    return redirect(f"{here}#row-{block_id}" if block_id else here)


def _edited(given: QueryDict, actor: Actor, row: Review, now: Document, do: str, block_id: str) -> tuple[Document, str]:
    """The document after one edit, and the block to look at then."""
    if do in ("earlier", "later"):
        place = edits.place_of(now, block_id)
        return edits.move(now, block_id, place + (1 if do == "later" else -1)), block_id
    if do == "remove":
        return edits.remove(now, block_id), ""
    if do == "text":
        old = now.blocks[edits.place_of(now, block_id)]
        title, text = " ".join(given.get("title", "").split()), given.get("text", "").strip()
        return edits.change(now, msgspec.structs.replace(old, title=title, text=text)), block_id
    if do == "add":
        made = _block(given, actor, now)
        edits.check(edits.add(now, made), blocks.kinds())
        [filled] = actions.filled(actor, row, [made])
        after = given.get("after", "")
        at = edits.place_of(now, after) + 1 if after else None
        return edits.add(now, filled, at), made.id
    raise BadInput("unknown_step", f"{do[:20]!r} is nothing one can do here.", where="do")


def _block(given: QueryDict, actor: Actor, now: Document) -> Block:
    kind = given.get("kind", "text")
    blocks.one(kind)
    metrics = tuple(given.getlist("metrics"))
    if kind in NEEDS_METRICS and not metrics:
        raise BadInput("no_metric", _("Choose at least one number."), where="metrics")
    for key in metrics:
        catalogue.metric(key)
    if kind == "fact":
        return _fact(given, actor, now)
    spec = Spec(
        metrics=metrics if kind in NEEDS_METRICS else (), by=given.get("by", "") if kind in ("number", "table") else ""
    )
    title = " ".join(given.get("title", "").split()) or (_(catalogue.metric(metrics[0]).title) if metrics else "")
    return Block(id=edits.free_id(now), kind=kind, title=title, spec=spec, text=given.get("text", "").strip())


def _fact(given: QueryDict, actor: Actor, now: Document) -> Block:
    """A number that was frozen before, by its id or address."""
    text = given.get("fact", "").strip().rstrip("/").rpartition("/")[2]
    try:
        row = facts.fact(actor, ids.decode(facts.PREFIX, text))
    except WatchfloorError:
        row = None
    if row is None or not facts.may_see(actor, row):
        raise BadInput("unknown_fact", _("There is no such fact, or it is not open to you."), where="fact")
    return Block(
        id=edits.free_id(now),
        kind="fact",
        title=" ".join(given.get("title", "").split()) or row.title[:160],
        spec=Spec(fact=str(row.pk)),
    )


def _mine(actor: Actor, review_id: str) -> Review:
    row = parts.review_of(actor, review_id)
    if not access.may_write(actor, row):
        raise Forbidden("not_yours", "You may read this review, but not change it.")
    return row


def _composer(
    request: HttpRequest, actor: Actor, row: Review, name: str, block_id: str, problem: WatchfloorError | None = None
) -> HttpResponseBase:
    draft: Draft = drafts.of(actor, row)
    drawn = shown.of(actor, row, draft.now, empty=True)
    open_block = next((block for block in draft.now.blocks if block.id == block_id), None)
    typed = request.POST if problem is not None else QueryDict()
    context: dict[str, Any] = {
        "row": row, "name": name, "shown": drawn, "document": draft.now, "touched": draft.touched, "state": parts.state_of(row),
        "is_stale": draft.touched and draft.based_on != row.version, "can_undo": draft.history.at > 0,
        "can_redo": draft.history.at + 1 < len(draft.history.documents), "open": open_block, "adds": block_id == "new",
        "kinds": {key: _(one.title) for key, one in blocks.kinds().items()}, "typed": typed,
        "chosen": typed.getlist("metrics") if problem is not None else [],
        "errors": {problem.where or "form": problem.message} if problem is not None else {},
        "themes": _themes() if block_id == "new" else {}, "theme_names": catalogue.THEMES,
        "dimensions": [(key, wording.dimension_words(key)) for key in titles() if key != "reviewer"] if block_id == "new" else [],
        "places": [(block.id, block.title or block.kind) for block in draft.now.blocks],
        "focus": (request.GET.get("focus", ""), request.GET.get("at", "")), **parts.tools(),
    }  # fmt: skip
    return render(request, "programme/reviews/edit.html", context, status=422 if problem is not None else 200)


def _themes() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in catalogue.metrics().values():
        found.setdefault(one.theme, []).append(one)
    return found
