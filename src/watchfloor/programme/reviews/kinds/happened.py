"""What happened: spikes with their causes, and incidents."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.insight.spikes import morning
from watchfloor.kernel.words import N_
from watchfloor.oncall import queries_incidents as incidents
from watchfloor.oncall.queries import VIEW
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block, Entry

MOST = 8


@kind("spike", N_("Spikes and their causes"))
def spike(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """Each spike of the span in words: what, where, why, what was done, whether it turned. A vendor's review: those of its own work."""
    found = morning.entries(context.reader, context.start, context.end, vendor=context.vendor)
    entries = tuple(
        Entry(title=each.headline, state=each.state, tone=each.tone, lines=tuple(each.sentences), url=each.url)
        for each in found[:MOST]
    )
    if not entries:
        return msgspec.structs.replace(block, said=(_("Nothing was out of the ordinary."),), entries=())
    said = ngettext("%(num)s spike in this span.", "%(num)s spikes in this span.", len(found)) % {"num": len(found)}
    return msgspec.structs.replace(block, said=(said,), entries=entries)


@kind("decision", N_("Incidents and decisions"))
def decision(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """Incidents that were open in the span; their titles are for who may see them. They are the house's: a vendor's review has none."""
    if context.vendor:
        return msgspec.structs.replace(block, said=(), entries=())
    rows = (
        incidents.visible(context.reader).filter(opened_at__lt=context.end).exclude(closed_at__lt=context.start)[:MOST]
    )
    entries = []
    for row in rows:
        begun = date_format(localtime(row.opened_at), "j M, H:i")
        over = (
            _("closed %(at)s") % {"at": date_format(localtime(row.closed_at), "j M, H:i")}
            if row.closed_at
            else _("still open")
        )
        entries.append(
            Entry(
                title=row.title, state=_("Closed") if row.closed_at else _("Open"), tone="green" if row.closed_at else "amber",
                lines=(_("Severity %(level)s; opened %(at)s, %(over)s.") % {"level": row.severity, "at": begun, "over": over},),
                url=reverse("incident", args=[row.pk]), needs=VIEW, market=row.market, severity=row.severity,
                instead=_("An incident (severity %(level)s)") % {"level": row.severity},
            )
        )  # fmt: skip
    said = ngettext("%(num)s incident in this span.", "%(num)s incidents in this span.", len(entries)) % {
        "num": len(entries)
    }
    return msgspec.structs.replace(
        block, said=(said if entries else _("There was no incident."),), entries=tuple(entries)
    )
