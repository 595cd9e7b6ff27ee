"""Screens of policies: all of them, and one with its text in force, its versions and what a violation leads to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.identity.names import names_of
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger.writer import writing
from watchfloor.platform.render import render
from watchfloor.policy import actions, queries, tree_page, tree_text
from watchfloor.policy.models import PolicyVersion


@require_GET
@guard.page("policy.view")
def policy_list(request: HttpRequest) -> HttpResponse:
    """All policies, most severe first or as asked."""
    waiting: dict[str, int] = {}
    for key in PolicyVersion.objects.filter(state__in=["draft", "approved"]).values_list("policy_key", flat=True):
        waiting[key] = waiting.get(key, 0) + 1
    rows: list[dict[str, Any]] = [
        {
            "policy": policy,
            "version": queries.version_in_force(policy.key),
            "violations": len([row for row in queries.all_violations(policy.key) if not row.archived]),
            "waiting": waiting.get(policy.key, 0),
            "url": reverse("policy-detail", args=[policy.key]),
        }
        for policy in queries.all_policies()
    ]
    word = request.GET.get("q", "").casefold().strip()
    if word:
        rows = [row for row in rows if word in f"{row['policy'].name} {row['policy'].key}".casefold()]
    sort = request.GET.get("sort", "")
    orders: dict[str, Any] = {
        "name": lambda row: row["policy"].name,
        "severity": lambda row: row["policy"].severity,
        "target": lambda row: row["policy"].target_hours,
    }
    if sort.lstrip("-") in orders:
        rows.sort(key=orders[sort.lstrip("-")], reverse=sort.startswith("-"))
    return render(request, "policy/list.html", {"rows": rows, "query": request.GET})


@require_GET
@guard.page("policy.view")
def policy_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One policy, under any of its versions (``?version=2``; default: the one in force)."""
    try:
        policy = queries.policy(key)
    except BadInput:
        raise NotFound("unknown_policy", f"There is no policy {key[:60]!r}.") from None
    versions = list(PolicyVersion.objects.filter(policy_key=key).order_by("-number"))
    number = request.GET.get("version", "")
    shown = next((row for row in versions if str(row.number) == number), None)
    in_force = next((row for row in versions if row.state == "in_force"), None)
    shown = shown or in_force or (versions[0] if versions else None)
    before = next((row for row in versions if shown and row.number == shown.number - 1), None)
    actor = actor_of(request)
    context = {
        "policy": policy,
        "versions": versions,
        "shown": shown,
        "before": before,
        "violations": queries.all_violations(key),
        "reasons": [row for row in queries.all_reasons() if row.policy_key == key],
        "tree": tree_page.shown_tree(key, shown),
        "tree_text": tree_text.write(tree_page.stored_tree(shown)),
        "names": names_of(text for row in versions for text in (row.written_by, row.approved_by)),
        "may_edit": actor.has("policy.edit"),
        "may_approve": actor.has("policy.approve"),
        "is_writer": shown is not None and shown.written_by == str(actor),
        "version_id": encode("plv", shown.pk) if shown else "",
        "query": request.GET,
    }
    return render(request, "policy/detail.html", context)


@require_POST
@guard.page("policy.edit")
def policy_draft(request: HttpRequest, key: str) -> HttpResponse:
    """Save a new draft: the next version, with the questions and overlays of the one it was written from."""
    base = PolicyVersion.objects.filter(policy_key=key).order_by("-number").first()
    typed = request.POST.get("decision_tree")  # absent: kept as it was
    written = tree_text.parse(typed) if typed is not None else base.decision_tree if base else None
    with writing(actor_of(request)) as w:
        version = actions.draft(
            w, key, summary=request.POST.get("summary", ""), text=request.POST.get("text", "").replace("\r\n", "\n"),
            questions=base.questions if base else [], overlays=base.overlays if base else {},
            decision_tree=written,
        )  # fmt: skip
    messages.success(request, _("Draft %(number)s is saved. A colleague can approve it.") % {"number": version.number})
    return HttpResponseRedirect(f"{reverse('policy-detail', args=[key])}?version={version.number}")


@require_POST
@guard.page("policy.approve")
def policy_step(request: HttpRequest, key: str) -> HttpResponse:
    """Approve a draft, or put an approved version in force."""
    version = PolicyVersion.objects.filter(pk=decode("plv", request.POST.get("version", "")), policy_key=key).first()
    if version is None:
        raise NotFound("unknown_version", "There is no such policy version.")
    with writing(actor_of(request)) as w:
        if request.POST.get("step") == "force":
            actions.put_in_force(w, version)
            done = _("Version %(number)s is in force.")
        else:
            actions.approve(w, version)
            done = _("Version %(number)s is approved.")
    messages.success(request, done % {"number": version.number})
    return HttpResponseRedirect(f"{reverse('policy-detail', args=[key])}?version={version.number}")
