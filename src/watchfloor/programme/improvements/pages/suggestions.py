"""Suggestions: one's own with what became of them, for those who run the work all of them to read, join and propose."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.programme.improvements import access, life, near, words
from watchfloor.programme.improvements.actions import join, part, put_aside, suggesting, take_up
from watchfloor.programme.improvements.actions.proposing import propose
from watchfloor.programme.improvements.models import Proposal, Suggestion
from watchfloor.programme.improvements.pages import parts
from watchfloor.review.queries import visible_cases

HEAD = ("suggestion", "kind", "state", "made", "page", "queue", "policy", "vendor", "often", "version", "joined to", "proposal",
        "wrong", "wanted")  # fmt: skip
MOST_CSV = 20_000


@require_safe
@guard.page(access.VIEW, access.SUGGEST)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?mine=1&state=&kind=&queue=&q=``; without ``programme.view`` one's own and one's vendor's. ``?format=csv``."""
    actor = actor_of(request)
    rows = access.visible(actor).select_related("proposal", "joined_to").order_by("-made_at", "-pk")
    query = request.GET
    if query.get("mine"):
        rows = rows.filter(made_by=str(actor))
    for name, column in (("state", "state"), ("kind", "kind"), ("queue", "queue_key")):
        if query.get(name):
            rows = rows.filter(**{column: query[name][:80]})
    if query.get("q"):
        rows = rows.filter(wrong__icontains=query["q"][:200]) | rows.filter(wanted__icontains=query["q"][:200])
    if query.get("format") == "csv":
        return csv_response("suggestions", HEAD, (_line(row) for row in rows[:MOST_CSV]))
    shown = paged(rows, query, 50)
    context = {
        **parts.head(actor, "programme-suggestions"), "pager": shown.pager, "query": query,
        "rows": [{"row": row, "url": reverse("programme-suggestion", args=[row.pk])} for row in shown.rows],
        "kinds": words.kinds(), "states": words.suggestion_states(), "proposal_states": words.states(),
        "queues": parts.queue_names(), "names": names_of(row.made_by for row in shown.rows), "me": str(actor),
        "reads_all": actor.has(access.VIEW), "may_suggest_here": actor.has(access.SUGGEST), "filters": _filters(actor),
    }  # fmt: skip
    answer = render(request, "improvements/suggestions.html", context)
    suggesting.read(
        row for row in shown.rows if row.unread and row.made_by == str(actor)
    )  # what is new is marked so once
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(access.VIEW, access.SUGGEST)
def one(request: HttpRequest, suggestion_id: UUID) -> HttpResponseBase:
    """One suggestion with what became of it; a POST joins it, sets it aside, or makes a proposal of it."""
    actor = actor_of(request)
    row = access.suggestion(actor, suggestion_id)
    errors: parts.Errors = []
    if request.method == "POST":
        said = parts.act(request, _verbs(request, actor, row))
        if said is None:
            fresh = access.suggestion(actor, suggestion_id)
            made = fresh.proposal if request.POST.get("do") == "propose" else None
            return redirect("programme-proposal", made.pk) if made else redirect("programme-suggestion", row.pk)
        errors = said
    edits = access.edits(actor, row)
    case = visible_cases(actor).filter(pk=row.case_id).first() if row.case_id else None
    joined = list(access.visible(actor).filter(joined_to=row).order_by("made_at"))
    seen = row.joined_to is not None and access.visible(actor).filter(pk=row.joined_to.pk).exists()
    root = row.joined_to if seen else None
    mine = [row, *([root] if root else []), *joined]
    context: dict[str, Any] = {
        **parts.head(actor, "programme-suggestions"), "row": row, "errors": errors, "error_of": dict(errors), "typed": request.POST,
        "kinds": words.kinds(), "states": words.suggestion_states(), "often": words.often(), "joined": joined, "root": root,
        "near": near.to_suggestion(actor, row) if edits and row.joined_to_id is None and row.wrong else [], "edits": edits,
        "names": names_of(each.made_by for each in mine), "queues": parts.queue_names(), "policies": parts.policy_names(),
        "case": case, "life": life.of(row), "proposal": _open_proposal(actor, row), "page_words": row.page.replace("-", " "),
    }  # fmt: skip
    answer = render(request, "improvements/suggestion.html", context, status=422 if errors else 200)
    if row.made_by == str(actor) and row.unread:
        suggesting.read([row])
    return answer


def _verbs(request: HttpRequest, actor: Actor, row: Suggestion) -> dict[str, parts.Do]:
    given = request.POST

    def done(do: Any, told: str) -> parts.Do:
        def run() -> str:
            with writing(actor) as w:
                do(w)
            return told

        return run

    joined = _("Joined. They are one piece of work now.")
    begun = _("A proposal is begun. Write its story and size it.")
    return {
        "join": done(lambda w: join(w, actor, row.pk, parts.uuid(given.get("into", ""))), joined),
        "part": done(lambda w: part(w, actor, row.pk), _("Taken apart. It waits to be read again.")),
        "aside": done(
            lambda w: put_aside(w, actor, row.pk, given.get("why", "")), _("Set aside. Whoever suggested it reads why.")
        ),
        "take_up": done(lambda w: take_up(w, actor, row.pk), _("It waits to be read again.")),
        "propose": done(lambda w: propose(w, actor, row.pk, given.get("title", "")), begun),
    }


def _open_proposal(actor: Actor, row: Suggestion) -> Proposal | None:
    if row.proposal_id is None:
        return None
    return access.proposals(actor).filter(pk=row.proposal_id).first()


def _filters(actor: Actor) -> list[dict[str, Any]]:
    states = [(key, chip[0]) for key, chip in words.suggestion_states().items()]
    kinds = [(key, chip[0]) for key, chip in words.kinds().items()]
    found: list[dict[str, Any]] = [
        {"name": "q", "label": _("Words in it"), "type": "search"},
        {"name": "state", "label": _("Any state"), "chip": _("State"), "options": states},
        {"name": "kind", "label": _("Ideas and bugs"), "chip": _("Kind"), "options": kinds},
    ]
    if actor.has(access.VIEW):
        found.append(
            {
                "name": "queue",
                "label": _("All queues"),
                "chip": _("Queue"),
                "options": list(parts.queue_names().items()),
            }
        )
        found.append({"name": "mine", "label": _("Everybody's"), "chip": _("Whose"), "options": [("1", _("My own"))]})
    return found


def _line(row: Suggestion) -> tuple[Any, ...]:
    return (
        row.code, row.kind, row.state, row.made_at, row.page, row.queue_key, row.policy_key, row.vendor_key, row.often, row.version,
        row.joined_to.code if row.joined_to else "", row.proposal.code if row.proposal else "", row.wrong, row.wanted,
    )  # fmt: skip
