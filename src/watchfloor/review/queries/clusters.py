"""Of which cluster a case is a part."""

from __future__ import annotations

from watchfloor.policy import queries as policies
from watchfloor.review.models import Case, Cluster


def cluster_of(case: Case) -> Cluster | None:
    """The newest cluster that the case's item is in, under its harm group, or that was made from the case; dropped ones do not count."""
    keys = [policy.key for policy in policies.all_policies() if policy.harm_group == case.harm_group]
    live = Cluster.objects.exclude(state__in=(Cluster.State.DROPPED, Cluster.State.REVERSED))
    within = live.filter(items__item=case.item_id, policy_key__in=keys).order_by("-made_at").first()
    return within or live.filter(case_id=case.pk).order_by("-made_at").first()
