"""Risks: the greatest that are open, with what keeps them small and whether their indicators warn."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.kernel.words import N_
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block, Entry
from watchfloor.programme.risks import access, words

MOST = 10


@kind("risks", N_("Risks"))
def risks(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """The register as it stands, what is left with controls counted; a vendor's review has none: they are the house's."""
    if context.vendor:
        return msgspec.structs.replace(block, said=(), entries=())
    rows = access.risks(context.reader).filter(closed_at__isnull=True, made_at__lt=context.end)
    ranked = rows.order_by((F("residual_likelihood") * F("residual_impact")).desc(), "review_on", "number")
    today = localtime(context.end).date()
    entries = []
    for row in ranked[:MOST]:
        label, tone, _sign = words.band(row.residual_likelihood, row.residual_impact)
        lines = [_("Likelihood %(likelihood)s of 5, impact %(impact)s of 5; looked at again by %(day)s.") % {
            "likelihood": row.residual_likelihood, "impact": row.residual_impact, "day": date_format(row.review_on, "j M"),
        }]  # fmt: skip
        if row.review_on < today:
            lines.append(_("That day is over."))
        warned = row.indicators.filter(removed_at__isnull=True, state__in=("amber", "red")).count()
        if warned:
            lines.append(ngettext("%(num)s indicator warns.", "%(num)s indicators warn.", warned) % {"num": warned})
        url = reverse("programme-risk", args=[row.pk])
        entries.append(Entry(title=row.title, state=str(label), tone=tone, lines=tuple(lines), url=url))
    count = rows.count()
    said = ngettext("%(num)s risk is open.", "%(num)s risks are open.", count) % {"num": count}
    return msgspec.structs.replace(block, said=(said if count else _("No risk is open."),), entries=tuple(entries))
