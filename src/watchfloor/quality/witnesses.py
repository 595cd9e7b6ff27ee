"""What speaks for or against decisions from outside the sample: reports made again, and what contexts above hand in.

    def told(actor: Actor, since: datetime) -> dict[str, tuple[int, int]]: ...     # by policy: (against us, of so many)
    witnesses.told_by("orders", N_("Orders against"), told)                         # when the program starts

A witness is no estimate of accuracy: who reports again, appeals or orders chooses what to speak of. It is held beside the looks to see
where they may only seem good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.db.models import Count, Exists, OuterRef, Q

from watchfloor.identity.domain import Actor
from watchfloor.kernel.words import N_
from watchfloor.review.models import Decision
from watchfloor.review.queries.access import visible_cases

Told = Callable[[Actor, datetime], dict[str, tuple[int, int]]]


class Witness(msgspec.Struct, frozen=True):
    """One of them: what its column is called, and whom to ask."""

    key: str
    label: str
    told: Told


_WITNESSES: dict[str, Witness] = {}


def told_by(key: str, label: str, told: Told) -> None:
    """Hand in a witness; a key that is known is replaced."""
    _WITNESSES[key] = Witness(key, label, told)


def all_of() -> list[Witness]:
    """Every witness, in the order they were handed in."""
    return list(_WITNESSES.values())


def reported_again(actor: Actor, since: datetime) -> dict[str, tuple[int, int]]:
    """Decisions after a case that had been found clean was reported again: how many then found a violation."""
    before = Decision.objects.filter(case=OuterRef("case"), at__lt=OuterRef("at"), verdict="clean")
    rows = Decision.objects.filter(
        case__in=visible_cases(actor).values("pk"),
        at__gte=since,
        job__cause="reopened",
        verdict__in=("violating", "clean"),
    )
    counts = rows.filter(Exists(before)).order_by().values_list("policy_key")
    found = counts.annotate(against=Count("pk", filter=Q(verdict="violating")), of=Count("pk"))
    return {key: (against, of) for key, against, of in found}


told_by("again", N_("Reported again, then violating"), reported_again)
