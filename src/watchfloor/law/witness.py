"""What orders of authorities say of our own decisions: items that we had found clean and then had to act against."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from watchfloor.identity.domain import Actor
from watchfloor.law.queries import orders
from watchfloor.review.models import Case, Decision
from watchfloor.review.queries.access import visible_cases


def against(actor: Actor, since: datetime) -> dict[str, tuple[int, int]]:
    """By policy of our last finding before the order: (found clean and then acted against, items of orders that we had decided).

    Of the orders and cases one may know of.
    """
    if not actor.has("law.view"):
        return {}
    ordered: dict[UUID, tuple[datetime, bool]] = {}
    answered = orders(actor).filter(received_at__gte=since, state="answered")
    for order in answered:
        for item in Case.objects.filter(pk__in=order.cases).values_list("item_id", flat=True):
            ordered[item] = (order.received_at, order.effect in ("done", "partly"))
    last: dict[UUID, tuple[str, str]] = {}
    rows = Decision.objects.filter(
        case__in=visible_cases(actor).filter(item__in=list(ordered)), verdict__in=("violating", "clean")
    )
    for item, at, policy, verdict in rows.order_by("at").values_list("case__item_id", "at", "policy_key", "verdict"):
        if at < ordered[item][0]:
            last[item] = (policy, verdict)
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item, (policy, verdict) in last.items():
        found[policy][0] += verdict == "clean" and ordered[item][1]
        found[policy][1] += 1
    return {policy: (wrong, of) for policy, (wrong, of) in found.items()}
