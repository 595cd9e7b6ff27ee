"""What the page of one case tells of others: what its item has in common with them, joinings, its cluster, its questions to policy."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from watchfloor.identity.domain import Actor
from watchfloor.review import queries
from watchfloor.review.bulk.orders import PERMISSION
from watchfloor.review.models import Case, EdgeCase, Joining


def context(actor: Actor, case: Case) -> dict[str, Any]:
    """Everything ``review/case_many.html`` names."""
    steps = Joining.objects.filter(Q(source_id=case.pk) | Q(target_id=case.pk)).order_by("-at", "-pk")[:10]
    seen = set(
        queries.visible_cases(actor)
        .filter(pk__in=[pk for row in steps for pk in (row.source_id, row.target_id)])
        .values_list("pk", flat=True)
    )
    here: dict[str, Any] = {"market": case.market, "severity": case.severity, "clearance": case.clearance}
    return {
        "related": queries.related(actor, case),
        "seen": queries.seen_before(actor, case),
        "joinings": [row for row in steps if row.source_id in seen and row.target_id in seen],
        "cluster": queries.cluster_of(case) if actor.has(PERMISSION) else None,
        "edges": list(EdgeCase.objects.filter(case=case).order_by("-asked_at")),
        "may_arrange": actor.may("case.arrange", **here),
        "may_bulk": actor.may(PERMISSION, **here),
    }
