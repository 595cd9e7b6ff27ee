"""Actions: what was done in the span, what is late, what comes next."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.identity.names import names_of
from watchfloor.kernel.words import N_
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block, Entry
from watchfloor.programme.tracking import queries
from watchfloor.programme.tracking.domain.states import LIVE

MOST = 12


@kind("actions", N_("Actions"))
def actions(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """Late ones first, then what is due next, then what was done; of one launch or initiative where the block names it."""
    rows = queries.actions(context.reader).filter(made_at__lt=context.end)
    if context.vendor:
        rows = rows.filter(vendor_key=context.vendor)
    about = block.spec.about or context.about
    if about:
        rows = rows.filter(Q(about=about) | Q(initiative__about=about))
    live = rows.filter(state__in=LIVE).order_by(F("due").asc(nulls_last=True), "pk")
    done = rows.filter(state="done", done_at__gte=context.start, done_at__lt=context.end).order_by("-done_at")
    shown = [*live[:MOST], *done[: MOST // 2]]
    names = names_of(f"user:{row.owner}" for row in shown if row.owner)
    entries = []
    for row in shown:
        late = row.state in LIVE and row.due is not None and row.due < context.end
        state, tone = (_("Done"), "green") if row.state == "done" else (_("Late"), "red") if late else (_("Open"), "")
        parts = [names.get(f"user:{row.owner}", "") if row.owner else _("nobody's")]
        if row.due is not None:
            parts.append(_("due %(due)s") % {"due": date_format(localtime(row.due), "j M")})
        if row.slips:
            parts.append(ngettext("moved once", "moved %(num)s times", row.slips) % {"num": row.slips})
        entries.append(
            Entry(title=row.title[:200], state=state, tone=tone, lines=(", ".join(filter(None, parts)) + ".",))
        )
    late_count = live.filter(due__lt=context.end).count()
    said = _("%(done)s done in this span, %(open)s open, %(late)s of them late.") % {
        "done": done.count(), "open": live.count(), "late": late_count,
    }  # fmt: skip
    return msgspec.structs.replace(block, said=(said if entries else _("No action was open."),), entries=tuple(entries))
