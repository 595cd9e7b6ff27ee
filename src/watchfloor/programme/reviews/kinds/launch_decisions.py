"""Go and no-go of launches, with why and which gates were not green then."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from watchfloor.identity.names import names_of
from watchfloor.kernel.words import N_
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.launches import access
from watchfloor.programme.launches.models import GoNoGo, Launch
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block, Entry

MOST = 10


@kind("go", N_("Go and no-go of launches"))
def go(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """Decisions of the span; of one launch where the block names it. A vendor's review has none."""
    if context.vendor:
        return msgspec.structs.replace(block, said=(), entries=())
    launches = Launch.objects.filter(access.rows(context.reader))
    rows = GoNoGo.objects.filter(launch__in=launches).select_related("launch").order_by("-at")
    about = block.spec.about or context.about
    if about.startswith("launch:"):
        rows = rows.filter(launch_id=about.partition(":")[2])
    else:
        rows = rows.filter(at__gte=context.start, at__lt=context.end)
    found = list(rows[:MOST])
    names = names_of(row.by for row in found)
    entries = []
    for row in found:
        red = [gate for gate in row.gates if gate.get("verdict") != "green"]
        lines = [_("%(who)s, %(at)s: %(why)s") % {
            "who": names.get(row.by, row.by), "at": date_format(localtime(row.at), "j M, H:i"), "why": row.why,
        }]  # fmt: skip
        if red:
            lines.append(
                _("Not green then: %(gates)s.") % {"gates": ", ".join(str(gate.get("key", "")) for gate in red)}
            )
        entries.append(
            Entry(
                title=row.launch.title[:200],
                state=_("Go") if row.go else _("No-go"),
                tone="green" if row.go else "red",
                lines=tuple(lines),
            )
        )
    said = _("No launch was decided on.") if not entries else ""
    return msgspec.structs.replace(block, said=(said,) if said else (), entries=tuple(entries))
