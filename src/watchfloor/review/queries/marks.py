"""The marks of a case, in the order of the video."""

from __future__ import annotations

from watchfloor.review.models import Case, Mark


def marks(case: Case) -> list[Mark]:
    """Marks that stand, of a case the caller has opened (``queries.case``), earliest in the video first."""
    return list(Mark.objects.filter(case=case, removed_at__isnull=True).order_by("at_ms", "id"))
