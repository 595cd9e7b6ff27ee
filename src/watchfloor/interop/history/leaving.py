"""Our cases as help desks take them in: tickets for Zendesk's import, rows for Salesforce's Bulk API 2.0.

They tell how cases went, never what they are about; restricted cases do not leave.

Formats: Zendesk, Ticket Import (``POST /api/v2/imports/tickets/create_many``, at most 100 a call, times ISO 8601); Salesforce, Bulk API 2.0
(CSV with a head, lines ended by LF; ``CreatedDate`` and ``ClosedDate`` need the permission *Set Audit Fields upon Record Creation*).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings

from watchfloor.kernel import ids
from watchfloor.review.models import Case, Decision

CHUNK: Final = 2_000
PRIORITY: Final = {5: "urgent", 4: "high", 3: "normal", 2: "low", 1: "low"}
HEAD: Final = (
    "Watchfloor_Id__c", "Subject", "Status", "Priority", "Origin", "Type", "Description", "CreatedDate", "ClosedDate",
)  # fmt: skip
_STATUS: Final = {"open": ("open", "Working"), "escalated": ("hold", "Escalated"), "closed": ("solved", "Closed")}
_WORDS: Final = "A case of Watchfloor: {url}. What it is about stays there."


def cases(since: datetime | None = None) -> Iterator[tuple[Case, str]]:
    """Cases that may leave, oldest first, each with its last verdict ("" without one)."""
    rows = Case.objects.filter(clearance="", duplicate_of__isnull=True).order_by("pk")
    if since is not None:
        rows = rows.filter(opened_at__gte=since)
    after = None
    while chunk := list((rows if after is None else rows.filter(pk__gt=after))[:CHUNK]):
        after = chunk[-1].pk
        last = [each.last_decision_id for each in chunk if each.last_decision_id]
        verdicts = {
            pk: str(verdict) for pk, verdict in Decision.objects.filter(pk__in=last).values_list("pk", "verdict")
        }
        for each in chunk:
            yield each, verdicts.get(each.last_decision_id, "") if each.last_decision_id else ""


def zendesk(case: Case, verdict: str) -> dict[str, Any]:
    """The ``ticket`` of an import; its tags are what the desk may count by."""
    name, url = _named(case)
    tags = ["watchfloor", f"policy_{case.policy_key}", f"channel_{case.channel}", f"severity_{case.severity}"]
    tags += [f"market_{case.market.lower()}"] * bool(case.market) + [f"language_{case.language}"] * bool(case.language)
    found: dict[str, Any] = {
        "external_id": name, "subject": f"Case {ids.short(case.pk)}: {case.policy_key}", "status": _STATUS[case.state][0],
        "priority": PRIORITY[case.severity], "created_at": _iso(case.opened_at), "tags": [*tags, *([f"verdict_{verdict}"] * bool(verdict))],
        "comments": [{"value": _WORDS.format(url=url), "public": False, "created_at": _iso(case.opened_at)}],
    }  # fmt: skip
    if case.closed_at is not None:
        found["solved_at"] = _iso(case.closed_at)
    return found


def salesforce(case: Case, verdict: str) -> dict[str, str]:
    """A row to be upserted by ``Watchfloor_Id__c``, an external id of yours on Case."""
    name, url = _named(case)
    return {
        "Watchfloor_Id__c": name, "Subject": f"Case {ids.short(case.pk)}: {case.policy_key}", "Status": _STATUS[case.state][1],
        "Priority": {"urgent": "High"}.get(PRIORITY[case.severity], PRIORITY[case.severity].replace("normal", "medium").title()),
        "Origin": case.channel, "Type": verdict, "Description": _WORDS.format(url=url), "CreatedDate": _iso(case.opened_at),
        "ClosedDate": "" if case.closed_at is None else _iso(case.closed_at),
    }  # fmt: skip


def _named(case: Case) -> tuple[str, str]:
    name = ids.encode("case", case.pk)
    return name, f"{settings.PUBLIC_URL.rstrip('/')}/cases/{name}"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
