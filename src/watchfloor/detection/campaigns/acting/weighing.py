"""What a brigade's reports weigh: as little as those of people who are nearly never right, for cases that are open."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from watchfloor.detection.campaigns.models import BrigadeReport, Ring, RingMember
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer
from watchfloor.platform.among import among
from watchfloor.review.actions import doubting
from watchfloor.review.brigades import Told
from watchfloor.review.models import Case, Report

IN_FORCE = (Ring.State.OPEN, Ring.State.WATCHED)


def brigaded(reports: Collection[UUID]) -> set[UUID]:
    """Those of these reports that came with a brigade, unless a person has closed it."""
    rows = BrigadeReport.objects.filter(among("report", reports), ring__state__in=IN_FORCE)
    return set(rows.values_list("report", flat=True))


def is_doubted(who: str) -> bool:
    """Whether this reporter (``review``'s keyed hash) belongs to a brigade that stands."""
    return who in _members()


def of_case(case: Case) -> Told | None:
    """How many of a case's reports come from a brigade, and which; None where none do."""
    rows = BrigadeReport.objects.filter(report__case=case, ring__state__in=IN_FORCE).values_list("ring", flat=True)
    rings = list(rows)
    if not rings:
        return None
    total = Report.objects.filter(case=case).count()
    return Told(reports=len(rings), total=total, ring=max(set(rings), key=rings.count))


def reweigh(w: Writer, cases: Collection[UUID]) -> int:
    """Weigh the reports of these cases anew, where they are open; how many."""
    _members.forget()
    return sum(doubting.reweigh(w, pk) for pk in sorted(cases))


_members: Remembered[frozenset[str]] = Remembered(
    lambda: frozenset(
        RingMember.objects.filter(ring__kind=Ring.Kind.BRIGADE, ring__state__in=IN_FORCE).values_list("who", flat=True)
    )
)
