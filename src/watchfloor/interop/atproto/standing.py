"""How items stand, as the protocol sees it: one status for each, folded from the cases the caller may open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Subquery

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.domain import IN_FORCE
from watchfloor.enforcement.models import Action
from watchfloor.identity.domain import Actor
from watchfloor.interop.atproto import numbers, subjects
from watchfloor.interop.atproto.asking import iso
from watchfloor.interop.atproto.domain.names import Here
from watchfloor.interop.atproto.models import Muted
from watchfloor.items.models import Item
from watchfloor.review import queries as review
from watchfloor.review.models import Appeal, Case, Decision, Job, Report

STATE = "tools.ozone.moderation.defs#review"
OPEN, ESCALATED, CLOSED, NONE = (f"{STATE}{each}" for each in ("Open", "Escalated", "Closed", "None"))


def statuses(actor: Actor, here: Here, items: Sequence[Item]) -> dict[UUID, dict[str, Any]]:
    """The status of each item; one without a case that the actor may open has none."""
    cases: dict[UUID, list[Case]] = defaultdict(list)
    for case in review.visible_cases(actor).filter(item__in=[item.pk for item in items]).order_by("opened_at"):
        cases[case.item_id].append(case)
    every = [case.pk for found in cases.values() for case in found]
    reported = _by_case(Report.objects.filter(case__in=every).values("case").annotate(at=Max("received_at")))
    appealed = _by_case(Appeal.objects.filter(case__in=every).values("case").annotate(at=Max("filed_at")))
    waiting = set(Appeal.objects.filter(case__in=every, state="queued").values_list("case", flat=True))
    decided = _by_case(Decision.objects.filter(case__in=every).values("case").annotate(at=Max("at")))
    live = _by_case(
        Job.objects.filter(case__in=every, state__in=("ready", "leased")).values("case").annotate(at=Max("priority"))
    )
    actions: dict[UUID, list[Action]] = defaultdict(list)
    for action in Action.objects.filter(
        item__in=[item.pk for item in items], state__in=sorted(IN_FORCE), inverse_of__isnull=True
    ):
        actions[action.item_id].append(action)
    quiet = _by_case(
        Muted.objects.filter(job__in=Job.objects.filter(case__in=every).values("pk"))
        .annotate(case=Subquery(Job.objects.filter(pk=OuterRef("job")).values("case")[:1]))
        .values("case")
        .annotate(at=Max("until"))
    )
    given = numbers.numbers(numbers.SUBJECT, list(cases))
    out = {}
    for item in items:
        own = cases.get(item.pk)
        if not own:
            continue
        keys = [case.pk for case in own]
        states = {case.state for case in own}
        suspended = [each for each in actions[item.pk] if enforcement.kind(each.kind_key).does == "suspend"]
        until = [each.expires_at for each in suspended if each.expires_at]
        times = {
            "lastReportedAt": _last(reported, keys), "lastAppealedAt": _last(appealed, keys),
            "lastReviewedAt": _last(decided, keys), "suspendUntil": max(until, default=None), "muteUntil": _last(quiet, keys),
        }  # fmt: skip
        passed = (times["lastReportedAt"], times["lastAppealedAt"], times["lastReviewedAt"])
        changed = [each for each in (*passed, own[-1].reopened_at, own[-1].opened_at) if each is not None]
        points = max((float(live[key]) for key in keys if key in live), default=None)
        out[item.pk] = {
            "id": given[item.pk], "subject": subjects.ref(here, item), "subjectBlobCids": [],
            "createdAt": iso(own[0].opened_at), "updatedAt": iso(max(changed)),
            "reviewState": ESCALATED if "escalated" in states else OPEN if "open" in states else CLOSED,
            "takendown": item.state == Item.State.REMOVED, "appealed": any(key in waiting for key in keys),
            "tags": sorted({tag for case in own for tag in case.tags}),
            **({"priorityScore": max(0, min(100, round(points)))} if points is not None else {}),
            **({"accountStrike": _strike(item)} if item.kind == "account" else {}),
            **({"hosting": _gone(item)} if item.state == Item.State.DELETED_BY_AUTHOR else {}),
            **{name: iso(at) for name, at in times.items() if at is not None},
        }  # fmt: skip
    return out


def account_stats(actor: Actor, item: Item) -> dict[str, int]:
    """How often an account was reported and acted on, in cases the actor may open."""
    cases = review.visible_cases(actor).filter(item=item)
    return {
        "reportCount": Report.objects.filter(case__in=cases).count(),
        "appealCount": Appeal.objects.filter(case__in=cases).count(),
        "takedownCount": Decision.objects.filter(case__in=cases, verdict="violating", superseded_at=None).count(),
        "escalateCount": cases.filter(state="escalated").count(),
        "suspendCount": _acted(item, "suspend"),
    }


def records_stats(actor: Actor, item: Item) -> dict[str, int]:
    """The same of what an account made."""
    cases = review.visible_cases(actor).filter(item__author=item)
    found = dict(cases.values_list("state").annotate(count=Count("pk")))
    return {
        "totalReports": Report.objects.filter(case__in=cases).count(),
        "subjectCount": cases.values("item").distinct().count(),
        "reportedCount": cases.filter(report_count__gt=0).values("item").distinct().count(),
        "escalatedCount": found.get("escalated", 0),
        "pendingCount": found.get("open", 0) + found.get("escalated", 0),
        "processedCount": found.get("closed", 0),
        "takendownCount": Item.objects.filter(cases__in=cases, state="removed").distinct().count(),
    }


def _acted(item: Item, does: str) -> int:
    keys = {each.key for each in enforcement.kinds(enabled=False) if each.does == does}
    return Action.objects.filter(item=item, kind_key__in=keys, inverse_of__isnull=True).count()


def _strike(item: Item) -> dict[str, Any]:
    standing = enforcement.standing(item)
    given = [each.given_at for each in standing.strikes]
    return {
        "activeStrikeCount": standing.points,
        **({"firstStrikeAt": iso(min(given)), "lastStrikeAt": iso(max(given))} if given else {}),
    }


def _gone(item: Item) -> dict[str, Any]:
    kind = "accountHosting" if item.kind == "account" else "recordHosting"
    return {"$type": f"tools.ozone.moderation.defs#{kind}", "status": "deleted"}


def _by_case(rows: Any) -> dict[UUID, Any]:
    return {row["case"]: row["at"] for row in rows}


def _last(found: dict[UUID, datetime], keys: Sequence[UUID]) -> datetime | None:
    return max((found[key] for key in keys if key in found), default=None)
