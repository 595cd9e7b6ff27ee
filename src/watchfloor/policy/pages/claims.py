"""The register of claims that go round: what is known of each, who says so, which items repeat it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import actions, claim_items, claims, queries
from watchfloor.policy.actions.claims import POLICY
from watchfloor.policy.models import Claim, ClaimMatch
from watchfloor.policy.pages import parts

PER_PAGE = 50
FIELDS = (
    "text",
    "variants",
    "status",
    "sources",
    "note",
    "policy_key",
    "violation_key",
    "languages",
    "markets",
    "owner",
    "expires_at",
)


def statuses() -> dict[str, str]:
    """What statuses of a claim are called."""
    return {
        "unverified": pgettext("status of a claim", "Unverified"), "false": pgettext("status of a claim", "False"),
        "misleading": pgettext("status of a claim", "Misleading"), "true": pgettext("status of a claim", "True"),
        "disputed": pgettext("status of a claim", "Disputed"),
    }  # fmt: skip


TONES = {"false": "red", "misleading": "amber", "true": "green", "disputed": "violet", "unverified": ""}


@require_safe
@guard.page("policy.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """``?q=``, ``?status=``, ``?market=``, ``?show=ended``, ``?text=`` (which claims does a text repeat), ``?format=csv``."""
    actor = actor_of(request)
    wanted = {name: request.GET.get(name, "").strip() for name in ("q", "status", "market", "show", "text")}
    rows = Claim.objects.filter(ended_at__isnull=wanted["show"] != "ended").order_by("-changed_at", "-pk")
    if wanted["status"]:
        rows = rows.filter(status=wanted["status"])
    if wanted["market"]:
        rows = rows.filter(markets__contains=[wanted["market"]])
    if wanted["q"]:
        rows = rows.filter(text__icontains=wanted["q"])
    if request.GET.get("format") == "csv":
        return _csv(rows)
    page = int(request.GET["page"]) if request.GET.get("page", "").isdecimal() and len(request.GET["page"]) < 6 else 1
    total = rows.count()
    shown = list(rows[(page - 1) * PER_PAGE : page * PER_PAGE])
    found = claim_items.matches(actor, [row.pk for row in shown])
    words = statuses()
    context = {
        "rows": [{"claim": row, "matches": len(found.get(row.pk, ())), "sources": len(row.sources)} for row in shown],
        "query": request.GET, "statuses": words, "tones": TONES, "may_edit": actor.has("claim.edit"), "page": page,
        "start": (page - 1) * PER_PAGE + 1, "end": (page - 1) * PER_PAGE + len(shown), "total": total,
        "more": page * PER_PAGE < total, "asked": wanted["text"], "hits": claims.claims_in(wanted["text"]) if wanted["text"] else [],
        "names": names_of(row.owner for row in shown if row.owner.startswith("user:")),
        "filters": [
            {"name": "q", "label": _("Words of the claim"), "type": "search", "chip": _("Search")},
            {"name": "status", "label": _("Any status"), "chip": _("Status"), "options": list(words.items())},
            {"name": "market", "label": _("Any market"), "chip": _("Market"), "options": [(each, each) for each in _markets()]},
            {"name": "show", "label": _("Looked for now"), "chip": _("Show"), "options": [("ended", _("Ended"))]},
        ],
    }  # fmt: skip
    return render(request, "policy/claims.html", context)


@require_http_methods(parts.METHODS)
@guard.page("claim.edit")
def new(request: HttpRequest) -> HttpResponseBase:
    """Put a claim into the register."""
    return _edit(request, None)


@require_http_methods(parts.METHODS)
@guard.page("claim.edit")
def edit(request: HttpRequest, claim_id: UUID) -> HttpResponseBase:
    """Change a claim."""
    return _edit(request, claim_of(claim_id))


@require_http_methods(parts.METHODS)
@guard.page("policy.view")
def detail(request: HttpRequest, claim_id: UUID) -> HttpResponseBase:
    """One claim: what is known, the items that repeat it (as far as one may know of them), its history. A POST closes or opens it."""
    row, actor = claim_of(claim_id), actor_of(request)
    if request.method == "POST":
        parts.must(actor, "claim.edit")
        try:
            with writing(actor) as w:
                if request.POST.get("step") == "reopen":
                    actions.reopen_claim(w, row.pk)
                    done = _("It is looked for again.")
                else:
                    actions.close_claim(w, row.pk, request.POST.get("why", ""))
                    done = _("It is no longer looked for.")
            messages.success(request, done)
        except (BadInput, Conflict) as refused:
            messages.error(request, parts.sentence(refused))
        return redirect("claim", claim_id)
    found = claim_items.matches(actor, [row.pk]).get(row.pk, [])
    if request.GET.get("format") == "csv":
        lines = [(place.name, place.state, match.share, match.wording, match.found_at) for match, place in found]
        return csv_response(f"claim-{row.pk}", ["case", "state", "share", "wording", "found_at"], lines)
    events = list(Event.objects.filter(subject=f"claim:{row.pk}").order_by("-ordinal")[:100])
    context = {
        "claim": row, "matches": found[:100], "total": len(found), "statuses": statuses(), "tones": TONES,
        "hidden": ClaimMatch.objects.filter(claim=row).exists() and not found,
        "policy": queries.policy(row.policy_key), "violation": queries.violation(row.violation_key) if row.violation_key else None,
        "events": events, "names": names_of([row.owner, row.made_by, row.changed_by, *(e.actor for e in events)]),
        "may_edit": actor.has("claim.edit"), "query": request.GET, "searching": not row.search.done if hasattr(row, "search") else False,
    }  # fmt: skip
    return render(request, "policy/claim.html", context)


def claim_of(claim_id: UUID) -> Claim:
    """One claim; a 404 when there is none."""
    row = Claim.objects.filter(pk=claim_id).first()
    if row is None:
        raise NotFound("unknown_claim", "There is no such claim.")
    return row


def _edit(request: HttpRequest, row: Claim | None) -> HttpResponse:
    typed: dict[str, Any] = _typed(row)
    if row is None and request.GET.get("text"):  # from a topic of report text
        typed["text"] = request.GET["text"][:300]
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").replace("\r\n", "\n") for name in (*FIELDS, "revision")}
        try:
            values = _values(typed)
            revision = int(typed["revision"]) if typed["revision"].isdecimal() else None
            with writing(actor_of(request)) as w:
                saved = actions.save_claim(w, claim_id=row.pk if row else None, revision=revision, **values)
            messages.success(
                request, _("Saved. Items that repeat it are looked for from now on, and among those of the past.")
            )
            return redirect("claim", saved.pk)
        except (BadInput, Conflict) as refused:
            where = refused.where.split("[")[0]
            errors = [(where if where in FIELDS else "text", parts.sentence(refused))]
    kinds = [
        (kind.key, f"{policy.name}: {kind.name}")
        for policy in queries.all_policies()
        for kind in queries.all_violations(policy.key)
        if not kind.archived
    ]
    context = {
        "claim": row, "typed": typed, "errors": errors, "error_of": dict(errors), "statuses": list(statuses().items()),
        "policies": [(policy.key, policy.name) for policy in queries.all_policies()],
        "violations": [("", _("Not said")), *kinds],
    }  # fmt: skip
    return render(request, "policy/claim_edit.html", context, status=422 if errors else 200)


def _typed(row: Claim | None) -> dict[str, Any]:
    if row is None:
        return dict.fromkeys(FIELDS, "") | {"status": "unverified", "policy_key": POLICY, "revision": ""}
    return {
        "text": row.text, "variants": "\n".join(row.variants), "status": row.status, "note": row.note, "owner": row.owner,
        "sources": "\n".join(" | ".join(filter(None, (each["title"], each["url"]))) for each in row.sources),
        "policy_key": row.policy_key, "violation_key": row.violation_key, "languages": ", ".join(row.languages),
        "markets": ", ".join(row.markets), "expires_at": parts.typed_moment(row.expires_at), "revision": str(row.revision),
    }  # fmt: skip


def _values(typed: dict[str, str]) -> dict[str, Any]:
    sources = []
    for line in filter(str.strip, typed["sources"].split("\n")):
        title, _sep, url = line.rpartition("|") if "|" in line else (line, "", "")
        sources.append({"title": title.strip(), "url": url.strip()})
    return {
        **{name: typed[name].strip() for name in ("text", "status", "note", "policy_key", "violation_key", "owner")},
        "variants": [line.strip() for line in typed["variants"].split("\n") if line.strip()], "sources": sources,
        "languages": _words(typed["languages"]), "markets": _words(typed["markets"]),
        "expires_at": parts.moment(typed["expires_at"], "expires_at"),
    }  # fmt: skip


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def _markets() -> list[str]:
    return sorted({market for row in Claim.objects.values_list("markets", flat=True) for market in row})


def _csv(rows: Any) -> HttpResponseBase:
    head = [
        "claim",
        "status",
        "sources",
        "languages",
        "markets",
        "policy",
        "violation",
        "owner",
        "expires_at",
        "changed_at",
        "ended_at",
    ]
    lines = (
        (row.text, row.status, "; ".join(f"{s['title']} {s['url']}".strip() for s in row.sources), " ".join(row.languages),
         " ".join(row.markets), row.policy_key, row.violation_key, row.owner, row.expires_at, row.changed_at, row.ended_at)
        for row in rows.iterator()
    )  # fmt: skip
    return csv_response("claims", head, lines)
