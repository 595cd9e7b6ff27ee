"""What was done against negative trends, and what it measurably did."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext as _

from watchfloor.insight import catalogue
from watchfloor.insight.boards import wording
from watchfloor.kernel.words import N_
from watchfloor.programme.facts import words
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.interventions import queries
from watchfloor.programme.interventions.models import Intervention
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block, Entry

MOST = 10

STATES = {
    "reversed": (N_("Reversed"), "green"), "partly": (N_("Partly reversed"), "amber"), "not_reversed": (N_("Not reversed"), "red"),
    "unknown": (N_("Cannot be told"), ""),
}  # fmt: skip


@kind("measures", N_("What measures did"))
def measures(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """Interventions that were measured in the span, each with its interval; of a vendor's review those on its work alone."""
    about = block.spec.about or context.about
    rows = [
        row
        for row in queries.log(context.reader, about=about)
        if row.measured_at is not None and context.start <= row.measured_at < context.end
        and (not context.vendor or list(row.filters.get("vendor", [])) == [context.vendor])
    ]  # fmt: skip
    entries = []
    for row in rows[:MOST]:
        state, tone = STATES.get(row.outcome, ("", ""))
        entries.append(Entry(title=row.title, state=_(state) if state else "", tone=tone, lines=(_line(row),)))
    said = () if entries else (_("No measure came to its day of judgement."),)
    return msgspec.structs.replace(block, said=said, entries=tuple(entries))


def _line(row: Intervention) -> str:
    found = queries.result(row)
    unit = catalogue.metric(row.metric).unit
    title = _(catalogue.metric(row.metric).title)
    told = found.effect if found is not None else None
    if (
        found is None
        or told is None
        or not told.enough
        or told.estimate is None
        or told.low is None
        or told.high is None
    ):
        return _("%(metric)s: what it did cannot be told.") % {"metric": title}
    month = found.a_month
    estimate, low, high = month or (told.estimate, told.low, told.high)
    values = {
        "metric": title, "value": wording.value_words(unit, estimate), "interval": words.range_words(unit, low, high),
    }  # fmt: skip
    if month:
        return _("%(metric)s: %(value)s a month against what would have been [%(interval)s].") % values
    return _("%(metric)s: %(value)s against what would have been [%(interval)s].") % values
