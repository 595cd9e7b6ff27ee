"""What people still owe each other: open questions, and what was agreed with a vendor."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.kernel.words import N_
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block, Entry
from watchfloor.vendors import access
from watchfloor.vendors.models import Question, Task

MOST = 12


@kind("questions", N_("Open questions"))
def questions(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """Questions of vendors that had no answer when the span ended, the most urgent first; of one vendor in its own review."""
    rows = Question.objects.filter(access.rows(context.reader, "vendor_key", access.VIEW), asked_at__lt=context.end)
    rows = rows.filter(Q(answered_at__isnull=True) | Q(answered_at__gte=context.end)).order_by("due_at")
    if context.vendor:
        rows = rows.filter(vendor_key=context.vendor)
    entries = []
    for row in rows[:MOST]:
        late = row.due_at < context.end
        due = date_format(localtime(row.due_at), "j M, H:i")
        entries.append(
            Entry(
                title=row.text[:200], state=_("Late") if late else _("Open"), tone="red" if late else "",
                lines=(_("%(vendor)s asks; due %(due)s.") % {"vendor": row.vendor_key, "due": due},),
            )
        )  # fmt: skip
    count = rows.count()
    said = ngettext("%(num)s question waits for an answer.", "%(num)s questions wait for an answer.", count) % {
        "num": count
    }
    return msgspec.structs.replace(
        block, said=(said if count else _("No question waits for an answer."),), entries=tuple(entries)
    )


@kind("agreed", N_("Agreed with the vendor"))
def agreed(context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """What either side still has to do by the check-ins, and what was done in the span."""
    rows = Task.objects.filter(access.rows(context.reader, "vendor_key", access.VIEW), made_at__lt=context.end)
    if context.vendor:
        rows = rows.filter(vendor_key=context.vendor)
    rows = rows.filter(Q(done_at__isnull=True) | Q(done_at__gte=context.start)).order_by("done_at", "due_on")
    today = localtime(context.end).date()
    entries = []
    for row in rows[:MOST]:
        done, late = row.done_at is not None and row.done_at < context.end, row.due_on < today
        state, tone = (_("Done"), "green") if done else (_("Late"), "red") if late else (_("Open"), "")
        whose = _("the vendor") if row.side == "vendor" else _("the house")
        line = _("%(whose)s, by %(day)s") % {"whose": whose, "day": date_format(row.due_on, "j M")}
        entries.append(Entry(title=row.text[:200], state=state, tone=tone, lines=(f"{line}.",)))
    opened = sum(each.state != _("Done") for each in entries)
    said = ngettext("%(num)s action is open.", "%(num)s actions are open.", opened) % {"num": opened}
    return msgspec.structs.replace(block, said=(said,), entries=tuple(entries))
