"""Who holds a certificate that counts for a version of a policy (or a later one): what a cohort is for, and what a trainer needs."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.training.models import Trainer
from watchfloor.workforce.certificates import held_of
from watchfloor.workforce.models import Certificate


def holding_version(people: Iterable[UUID], policy_key: str, version: int) -> set[UUID]:
    """Those whose certificate counts now and is for this version or a later one: the same certificates routing goes by."""
    rows = list(Certificate.objects.filter(reviewer_id__in=list(people), policy_key=policy_key, version__gte=version))
    now = clock.now()
    return {row.reviewer_id for row, held in zip(rows, held_of(rows), strict=True) if held.counts(now)}


def may_teach(people: Iterable[UUID], policy_key: str, version: int) -> set[UUID]:
    """Those who were named trainers of the policy and know this version themselves."""
    named = set(
        Trainer.objects.filter(person_id__in=list(people), policy_key=policy_key, ended_at=None).values_list(
            "person_id", flat=True
        )
    )
    return holding_version(named, policy_key, version)
