"""Knowledge: search in the articles, read one, write one, publish it, say that it still holds."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.domain import Actor
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.knowledge import actions, queries
from watchfloor.knowledge.models import Article
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.paging import paged
from watchfloor.platform.render import render
from watchfloor.policy import queries as policies

EDIT = "knowledge.edit"
HEAD = ("title", "policy", "version", "language", "state", "stale", "changed")


@require_safe
@guard.page("policy.view", EDIT)
def index(request: HttpRequest) -> HttpResponseBase:
    """``?q=&policy=&language=&state=``: articles; drafts only for those who may write. ``?format=csv``."""
    actor, asked = actor_of(request), request.GET
    edits = actor.has(EDIT)
    state = asked.get("state", "") if edits and asked.get("state") in Article.State.values else "published"
    rows = queries.search(
        asked.get("q", ""), policy=asked.get("policy", ""), language=asked.get("language", ""), state=state
    )
    if asked.get("format") == "csv":
        return csv_response("articles", HEAD, (
            (r.title, r.policy_key, r.policy_version, r.language, r.state, queries.stale(r), r.changed_at) for r in rows[:5000]
        ))  # fmt: skip
    shown = paged(rows, asked)
    kept = asked.copy()
    kept["format"] = "csv"
    known = [(each.key, _(each.name)) for each in policies.all_policies()]
    languages = sorted(set(Article.objects.values_list("language", flat=True)))
    context = {
        "rows": [{"row": row, "stale": queries.stale(row)} for row in shown.rows], "pager": shown.pager, "query": asked, "edits": edits,
        "policies": dict(known), "csv_url": f"?{kept.urlencode()}", "states": _states(),
        "filters": [
            {"name": "q", "label": _("Words"), "type": "search"},
            {"name": "policy", "label": _("Any policy"), "chip": _("Policy"), "options": known},
            {"name": "language", "label": _("Any language"), "chip": _("Language"), "options": [(each, each) for each in languages]},
            *([{"name": "state", "label": _("Published"), "chip": _("State"),
                "options": [(key, chip[0]) for key, chip in _states().items() if key != "published"]}] if edits else []),
        ],
    }  # fmt: skip
    return render(request, "knowledge/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(EDIT)
def new(request: HttpRequest) -> HttpResponseBase:
    """Write an article by hand: ``?policy=`` is chosen beforehand."""
    errors: list[tuple[str, str]] = []
    given = request.POST
    if request.method == "POST":
        try:
            policies.policy(given.get("policy", ""))
            with writing(actor_of(request)) as w:
                row = actions.draft(
                    w, title=given.get("title", ""), body=given.get("body", ""), policy_key=given.get("policy", ""),
                    language=given.get("language", ""),
                )  # fmt: skip
            messages.success(request, _("The draft is kept; publish it when it is right."))
            return redirect("article", row.pk)
        except BadInput as wrong:
            errors = [(wrong.where, f"{wrong.message} {wrong.hint}".strip())]
    context = {
        "errors": errors, "error_of": dict(errors), "typed": given or {"policy": request.GET.get("policy", "")},
        "policies": [(each.key, _(each.name)) for each in policies.all_policies()],
    }  # fmt: skip
    return render(request, "knowledge/new.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("policy.view", EDIT)
def one(request: HttpRequest, article_id: UUID) -> HttpResponseBase:
    """One article; a POST changes it, publishes it (or says that it still holds), or takes it away."""
    actor = actor_of(request)
    row = Article.objects.filter(pk=article_id).first()
    if row is None or (row.state != Article.State.PUBLISHED and not actor.has(EDIT)):
        raise NotFound("unknown_article", "There is no such article.")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        do = _VERBS.get(request.POST.get("do", ""))
        if do is None or not actor.has(EDIT):
            raise NotFound("unknown_step", "There is no such thing to do.")
        try:
            messages.success(request, do(request, actor, row))
            return redirect("article", article_id)
        except (BadInput, Conflict, Forbidden) as refused:
            errors = [(refused.where, f"{refused.message} {refused.hint}".strip())]
    held = policies.version_in_force(row.policy_key) if row.policy_key else None
    context = {
        "row": row, "stale": queries.stale(row), "edits": actor.has(EDIT), "errors": errors, "error_of": dict(errors),
        "typed": request.POST, "names": names_of([row.made_by, row.published_by]), "states": _states(),
        "policy": _(policies.policy(row.policy_key).name), "held": held.number if held else 0, "may_policy": actor.has("policy.view"),
    }  # fmt: skip
    return render(request, "knowledge/article.html", context, status=422 if errors else 200)


def _change(request: HttpRequest, actor: Actor, row: Article) -> str:
    given = request.POST
    seen = given.get("seen", "")
    with writing(actor) as w:
        actions.change(
            w, row.pk, title=given.get("title", ""), body=given.get("body", ""), language=given.get("language", ""),
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
        )  # fmt: skip
    return _("Kept.")


def _publish(request: HttpRequest, actor: Actor, row: Article) -> str:
    with writing(actor) as w:
        actions.publish(w, row.pk)
    return _("It is shown beside cases of this policy now.")


def _retire(request: HttpRequest, actor: Actor, row: Article) -> str:
    with writing(actor) as w:
        actions.retire(w, row.pk)
    return _("It is no longer shown.")


_VERBS: dict[str, Callable[[HttpRequest, Actor, Article], str]] = {
    "change": _change,
    "publish": _publish,
    "retire": _retire,
}


def _states() -> dict[str, tuple[str, str, str]]:
    return {
        "draft": (_("Draft"), "outline", "pencil"), "published": (_("Published"), "green", "check"),
        "retired": (_("Taken away"), "", "archive"),
    }  # fmt: skip
