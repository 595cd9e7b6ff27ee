"""What must be kept and for how long: legal holds, and the retention rules with their preview before anything goes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.identity import guard
from watchfloor.identity.mending import Errors, mending
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.law import documents, keeping, queries, retention, words
from watchfloor.law.models import Document, Hold, RetentionRun
from watchfloor.law.pages import parts
from watchfloor.law.pages.table import draft_of, judged, versions
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.review.queries import access

MOST_LINES = 100_000


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def holds(request: HttpRequest) -> HttpResponseBase:
    """``/law/holds``: what must be kept; POST places a hold, or with ``lift`` lifts one (needs ``law.manage``). ``?format=csv``."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    if request.method == "POST":
        parts.must(actor, parts.MANAGE)
        with mending(errors):
            if post.get("lift"):
                keeping.lift(actor, parts.of("hold", post["lift"]), post.get("why", ""))
            else:
                _place(request)
            messages.success(request, _("Done."))
            return redirect("law-holds")
    shown = keeping.in_force() if request.GET.get("all") != "1" else Hold.objects.all()
    found = queries.known_holds(actor, shown).select_related("item").order_by("-since", "pk")
    if request.GET.get("format") == "csv":
        head = ("hold", "about", "basis", "since", "until", "lifted")
        lines = (
            (ids.encode("hold", row.pk), row.about, row.basis, row.since, row.until, row.lifted_at)
            for row in found[:MOST_LINES]
        )
        return csv_response("holds", head, lines)
    rows, pager = paged(found, request.GET)
    context = {
        "tabs": parts.tabs(actor, "holds"), "rows": rows, "pager": pager, "about": words.hold_about(), "bases": words.bases(),
        "errors": errors, "typed": post,
        "query": request.GET, "may_manage": actor.has(parts.MANAGE), "names": names_of([row.placed_by for row in rows]),
        "filters": [{"name": "all", "label": _("In force"), "chip": _("Shown"), "options": [("1", _("All there were"))]}],
    }  # fmt: skip
    return render(request, "law/holds.html", context, status=parts.status(errors))


def _place(request: HttpRequest) -> None:
    actor, post = actor_of(request), request.POST
    about, name = post.get("about", "item"), post.get("what", "").strip()
    if not post.get("why", "").strip():
        raise BadInput("no_reason", _("Say why it must be kept."), where="why")
    with writing(actor) as w:
        until = parts.typed_moment(post, "until")
        common = {"basis": post.get("basis", ""), "why": post.get("why", "").strip(), "until": until}
        if about == "case":
            case = access.case(actor, parts.of("case", name), why="hold")
            keeping.place(w, case_id=case.pk, **common)  # type: ignore[arg-type]
            return
        kind, _blank, external = name.partition(" ")
        item = parts.item_of(kind, external, "what")
        if about == "account" and item.kind != "account":
            raise BadInput("no_account", _("That is not an account."), where="what")
        keeping.place(w, item=item, account=about == "account", **common)  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(*parts.SEE)
def rules(request: HttpRequest) -> HttpResponseBase:
    """``/law/retention``: the rules in force, the draft, what a run would take; POST ``step`` save, preview, approve, drop."""
    actor, errors, post = actor_of(request), Errors(), request.POST
    if request.method == "POST":
        with mending(errors):
            step = post.get("step", "")
            if step == "save":
                parts.must(actor, parts.MANAGE)
                documents.draft(actor, documents.RETENTION, _typed(request), post.get("note", ""))
                messages.success(request, _("It is in the draft. A colleague can approve it."))
            elif step == "preview":
                parts.must(actor, parts.MANAGE)
                if retention.run(actor, preview=True) is None:
                    raise Conflict("no_rules", _("No rules are in force yet."))
                messages.success(request, _("Counted. Nothing was changed."))
            else:
                judged(actor, documents.RETENTION, post)
                messages.success(request, _("Done."))
            return redirect("law-retention")
        for where in [name for name in errors if name.startswith("rules[")]:
            place = int(where[6:].partition("]")[0])
            errors[f"days-{list(words.kept_kinds())[place]}"] = errors.pop(where)
    number, _rules = documents.rules()
    draft = draft_of(documents.RETENTION)
    shown = draft or Document.objects.filter(kind=documents.RETENTION, state=Document.State.LIVE).first()
    by_kind = {each["kind"]: each for each in (shown.document if shown else {}).get("rules", [])}
    live = {each.kind: each for each in _rules}
    rows = [
        {"kind": kind, "name": name, "rule": by_kind.get(kind), "live": live.get(kind), "typed": post.get(f"days-{kind}")}
        for kind, name in words.kept_kinds().items()
    ]  # fmt: skip
    done = list(RetentionRun.objects.order_by("-at", "-pk")[:20])
    context = {
        "tabs": parts.tabs(actor, "retention"), "rows": rows, "number": number, "draft": draft, "errors": errors,
        "typed": post, "me": str(actor),
        "runs": done, "kinds": words.kept_kinds(), "may_manage": actor.has(parts.MANAGE), "may_approve": actor.has(parts.APPROVE),
        "versions": versions(documents.RETENTION), "held": keeping.in_force().count(),
        "names": names_of([row.by for row in done] + ([draft.made_by] if draft else [])),
    }  # fmt: skip
    return render(request, "law/retention.html", context, status=parts.status(errors))


def _typed(request: HttpRequest) -> dict[str, list[dict[str, object]]]:
    post, found = request.POST, []
    known = {each["kind"]: each for each in (draft_document() or {}).get("rules", [])}
    for kind in words.kept_kinds():
        text = post.get(f"days-{kind}", "").strip()
        if not text.isdecimal():
            raise BadInput("bad_days", _("Use a number of days."), where=f"days-{kind}")
        found.append(
            {"kind": kind, "days": int(text), "on": f"on-{kind}" in post, "why": known.get(kind, {}).get("why", "")}
        )
    return {"rules": found}


def draft_document() -> dict[str, list[dict[str, str]]] | None:
    """What the draft says, else what is in force."""
    row = (
        draft_of(documents.RETENTION)
        or Document.objects.filter(kind=documents.RETENTION, state=Document.State.LIVE).first()
    )
    return row.document if row else None
