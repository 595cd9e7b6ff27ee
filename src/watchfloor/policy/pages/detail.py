"""One policy: its text as it holds in a market and in a language, what a violation leads to, the tree, the versions, the reasons."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.platform.render import render
from watchfloor.policy import precedents, queries, texts
from watchfloor.policy.domain import files, translations
from watchfloor.policy.domain.document import Document
from watchfloor.policy.models import Policy, PolicyVersion, Translation
from watchfloor.policy.pages import parts
from watchfloor.policy.pages.tree import shown_tree
from watchfloor.policy.precedents import Precedent


@require_safe
@guard.page("policy.view")
def policy_detail(request: HttpRequest, key: str) -> HttpResponse:
    """``?version=2`` (default: the one in force), ``?market=DE``, ``?language=es``."""
    policy = parts.policy_of(key)
    versions = list(PolicyVersion.objects.filter(policy_key=key).order_by("-number"))
    in_force = next((row for row in versions if row.state == "in_force"), None)
    asked = parts.number_of(request, "version")
    shown = next((row for row in versions if row.number == asked), None) or in_force or next(iter(versions), None)
    actor = actor_of(request)
    market, language = request.GET.get("market", ""), request.GET.get("language", "")
    document = texts.document_of(shown) if shown else None
    found = precedents.of_policy(actor, key)
    context = {
        "policy": policy, "versions": versions, "shown": shown, "in_force": in_force, "document": document,
        "clauses": clauses_shown(document, key, market, language, found) if document else [],
        "violations": queries.all_violations(key) if shown is in_force else violations_of(document),
        "reasons": [row for row in queries.offered_reasons() if row.policy_key == key], "tree": shown_tree(key, shown),
        "names": names_of(text for row in versions for text in (row.written_by, row.approved_by)),
        "query": request.GET, "market": market, "tabs": parts.tabs(actor, key, "text"),
        "states": parts.states(), "tones": parts.TONES, "hows": parts.hows(),
        "loose": [each for each in found if not each.clause and each.state == "open"],
        "is_writer": shown is not None and shown.written_by == str(actor),
        "may_edit": actor.has("policy.edit"), "may_approve": actor.has("policy.approve"),
        "may_open": actor.has("policy.edit") or actor.has("policy.approve"),
        "open_drafts": [row for row in versions if row.state == "draft"],
        "filters": [
            {"name": "market", "label": _("Every market"), "chip": _("Market"),
             "options": [(each, each) for each in (document.markets if document else [])]},
            {"name": "language", "label": _("As it was written"), "chip": _("Language"),
             "options": [(each, parts.language_name(each)) for each in parts.languages_of(key)]},
        ],
    }  # fmt: skip
    return render(request, "policy/detail.html", context)


@require_safe
@guard.page("policy.view")
def export(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One version as a file (``domain.files``)."""
    parts.policy_of(key)
    text = files.write(texts.frame_of(Policy.objects.get(key=key)), texts.document_of(texts.version_of(key, number)))
    answer = HttpResponse(text, content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}-{number}.toml"'
    return answer


def clauses_shown(
    document: Document, key: str, market: str, language: str, found: list[Precedent]
) -> list[dict[str, Any]]:
    """Each clause as it holds there, with what stands on it: violation types, rulings, open questions, a translation left behind."""
    row = Translation.objects.filter(policy_key=key, language=language).first() if language else None
    behind = translations.coverage(document, row.parts).behind if row else ()
    said = translations.translated(document, row.parts) if row else document
    shown = []
    for source, clause in zip(document.clauses, said.clauses, strict=True):
        mine = [each for each in found if each.clause == clause.key]
        shown.append(
            {
                "clause": clause, "words": clause.in_market(market), "overlay": clause.overlays.get(market),
                "behind": clause.key in behind, "rulings": [each for each in mine if each.state == "ruled"],
                "open": [each for each in mine if each.state == "open"],
                "kinds": [
                    kind for kind in said.kinds or ()
                    if document.clause_of(kind) == source and (not market or kind.markets is None or market in kind.markets)
                ],
            }
        )  # fmt: skip
    return shown


def violations_of(document: Document | None) -> list[dict[str, Any]]:
    """The violation types of a version that is not in force, as the table shows those that are."""
    return [
        {
            "key": kind.key, "clause": kind.clause, "name": kind.name, "help": kind.help, "severity": kind.severity,
            "points": kind.points, "actions": kind.actions, "markets": kind.markets, "archived": False,
        }
        for kind in (document.kinds if document else None) or ()
    ]  # fmt: skip
