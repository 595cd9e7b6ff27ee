"""Preservation: what a report is about is kept for a year after it was finished, and while it is under way.

18 USC 2258A(h): a completed report counts as a request to preserve its contents for one year. Nothing here counts days twice: the
last day stands on the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from watchfloor.cybertip.models import Tip, TipCase, TipFile
from watchfloor.kernel import clock

UNDER_WAY = (Tip.State.DRAFT, Tip.State.PREPARED, Tip.State.SENDING, Tip.State.STOPPED, Tip.State.QUARANTINED)


def kept() -> Q:
    """Tips whose evidence must be kept now; a condition on ``Tip``."""
    return Q(state__in=UNDER_WAY) | Q(keep_until__gt=clock.now())


def why_kept(items: Sequence[UUID]) -> str:
    """For ``items.holds``: a sentence when one of these items, or its account, is evidence of a report; "" otherwise."""
    tips = Tip.objects.filter(kept())
    about = TipCase.objects.filter(tip__in=tips, case__item__in=items).values("tip")
    carried = TipFile.objects.filter(tip__in=tips, item__in=items).values("tip")
    found = tips.filter(Q(pk__in=about) | Q(pk__in=carried) | Q(account__in=items)).order_by("-keep_until").first()
    if found is None:
        return ""
    if found.keep_until is None:
        return "a report to an authority is under way."
    return f"the law asks to preserve it until {found.keep_until:%Y-%m-%d}."
