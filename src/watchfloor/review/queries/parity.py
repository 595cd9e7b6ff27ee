"""The figures behind the parity report: decided cases of protected accounts and of comparable others, by policy."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.items import protected
from watchfloor.kernel import clock
from watchfloor.review.domain.parity import Counts, Parity, compare
from watchfloor.review.models import Decision
from watchfloor.review.queries.access import visible_cases

DAYS = (30, 90, 365)


def parity(actor: Actor, days: int = 90) -> Parity:
    """Standing first findings of people in the last ``days``, of cases this actor may see and entries they may know of.

    Comparable others: every other account's cases under the same policies, re-weighted to the protected's mix of them.
    """
    known = protected.register(actor).filter(ended_at__isnull=True).values("account")
    hidden = list(protected.in_force().accounts)  # entries one may not know of are in neither group
    mine = Q(case__item__in=known) | Q(case__item__author__in=known)
    anyone = Q(case__item__in=hidden) | Q(case__item__author__in=hidden)
    rows = Decision.objects.filter(
        origin="human", verdict__in=("violating", "clean"), at__gte=clock.now() - timedelta(days=days),
        case__in=visible_cases(actor).values("pk"),
    )  # fmt: skip
    return compare(_counts(rows.filter(mine)), _counts(rows.exclude(anyone)))


def _counts(rows: QuerySet[Decision]) -> dict[str, Counts]:
    grouped = (
        rows.order_by()
        .values("policy_key")
        .annotate(decided=Count("pk"), violating=Count("pk", filter=Q(verdict="violating")))
    )
    return {row["policy_key"]: Counts(row["decided"], row["violating"]) for row in grouped}
