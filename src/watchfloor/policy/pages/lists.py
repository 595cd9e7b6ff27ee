"""The list of policies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel import clock
from watchfloor.platform.csvfile import csv_response
from watchfloor.platform.render import render
from watchfloor.policy import queries
from watchfloor.policy.domain.states import WARN_DAYS
from watchfloor.policy.domain.translations import coverage
from watchfloor.policy.models import Claim, PolicyVersion, Translation
from watchfloor.policy.texts import document_of

WAITING = ("draft", "approved", "scheduled")


@require_safe
@guard.page("policy.view")
def policy_list(request: HttpRequest) -> HttpResponseBase:
    """All policies in their order or as asked; ``?q=``, ``?show=waiting|ending|behind``, ``?format=csv``."""
    rows = [row for row in _rows() if _wanted(row, request.GET.get("q", ""), request.GET.get("show", ""))]
    orders: dict[str, Any] = {
        "name": lambda row: row["policy"].name,
        "severity": lambda row: row["policy"].severity,
        "target": lambda row: row["policy"].target_hours,
    }
    sort = request.GET.get("sort", "")
    if sort.lstrip("-") in orders:
        rows.sort(key=orders[sort.lstrip("-")], reverse=sort.startswith("-"))
    if request.GET.get("format") == "csv":
        head = [
            "policy",
            "name",
            "harm_group",
            "severity",
            "target_hours",
            "version",
            "in_force_from",
            "ends_at",
            "waiting",
            "languages",
            "behind",
        ]
        return csv_response("policies", head, (_line(row) for row in rows))
    context = {
        "rows": rows, "query": request.GET, "open_claims": Claim.objects.filter(ended_at__isnull=True).count(),
        "may_edit": actor_of(request).has("policy.edit"), "ending": _ending(rows) if actor_of(request).has("policy.approve") else [],
        "filters": [
            {"name": "q", "label": _("Search policies"), "type": "search", "chip": _("Name")},
            {"name": "show", "label": _("All policies"), "chip": _("Show"), "options": [
                ("waiting", _("With a version that waits")), ("ending", _("With an end date")), ("behind", _("With a translation behind")),
            ]},
        ],
    }  # fmt: skip
    return render(request, "policy/list.html", context)


def _ending(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose text ends within the days of warning: whoever approves texts is told above the list."""
    soon = clock.now() + timedelta(days=WARN_DAYS)
    return [
        row for row in rows if row["version"] is not None and row["version"].ends_at and row["version"].ends_at <= soon
    ]


def _rows() -> list[dict[str, Any]]:
    waiting: dict[str, int] = {}
    for key in PolicyVersion.objects.filter(state__in=WAITING).values_list("policy_key", flat=True):
        waiting[key] = waiting.get(key, 0) + 1
    texts = {
        row.policy_key: document_of(row)
        for row in PolicyVersion.objects.filter(
            state="in_force", policy_key__in=Translation.objects.values("policy_key").distinct()
        )
    }
    languages: dict[str, list[str]] = {}
    behind: dict[str, int] = {}
    for row in Translation.objects.order_by("language"):
        languages.setdefault(row.policy_key, []).append(row.language)
        if row.policy_key in texts:
            found = coverage(texts[row.policy_key], row.parts)
            behind[row.policy_key] = behind.get(row.policy_key, 0) + bool(found.stale or found.missing)
    return [
        {
            "policy": policy, "version": queries.version_in_force(policy.key), "waiting": waiting.get(policy.key, 0),
            "violations": len([row for row in queries.all_violations(policy.key) if not row.archived]),
            "languages": languages.get(policy.key, []), "behind": behind.get(policy.key, 0),
            "url": reverse("policy-detail", args=[policy.key]),
        }
        for policy in queries.all_policies()
    ]  # fmt: skip


def _wanted(row: dict[str, Any], word: str, show: str) -> bool:
    policy, version = row["policy"], row["version"]
    if word.strip() and word.casefold().strip() not in f"{policy.name} {policy.key}".casefold():
        return False
    wanted = {"waiting": row["waiting"], "ending": version is not None and version.ends_at, "behind": row["behind"]}
    return bool(wanted.get(show, True))


def _line(row: dict[str, Any]) -> list[Any]:
    policy, version = row["policy"], row["version"]
    return [
        policy.key, policy.name, policy.harm_group, policy.severity, policy.target_hours, version.number if version else None,
        version.in_force_from if version else None, version.ends_at if version else None, row["waiting"],
        " ".join(row["languages"]), row["behind"],
    ]  # fmt: skip
