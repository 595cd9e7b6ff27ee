"""What became of a suggestion, as the person who made it reads it: each step with its day and, of a decision, why."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from watchfloor.programme.improvements import words
from watchfloor.programme.improvements.models import Suggestion


class Step(msgspec.Struct, frozen=True):
    """One thing that became of it."""

    title: str
    at: datetime
    sign: str
    tone: str = ""
    why: str = ""


def of(row: Suggestion) -> list[Step]:
    """From the first to the last; without who decided, and without any number that is not the outcome."""
    found = [Step(_("Suggested"), row.made_at, "bulb")]
    if row.joined_to is not None and row.moved_at is not None:
        same = _("Joined with %(code)s, which says the same") % {"code": row.joined_to.code}
        found.append(Step(same, row.moved_at, "arrows-join"))
    if row.state == Suggestion.State.ASIDE and row.moved_at is not None:
        found.append(Step(_("Set aside for now"), row.moved_at, "archive", why=row.why))
    proposal = row.proposal
    if proposal is None:
        return found
    found.append(
        Step(_("Part of a proposal: %(code)s") % {"code": proposal.code}, proposal.made_at, "file-text", "accent")
    )
    names = words.outcomes()
    for verdict in proposal.verdicts.order_by("made_at"):
        tone = {"accepted": "green", "declined": "red"}.get(verdict.outcome, "")
        found.append(Step(names[verdict.outcome], verdict.made_at, "gavel", tone, verdict.why))
    if proposal.delivered_at is not None:
        found.append(Step(_("In use"), proposal.delivered_at, "rocket", "accent"))
    if proposal.measured_at is not None and proposal.benefit:
        said = words.benefit(proposal.measure_kind, proposal.benefit) if _theirs(row) else ""
        found.append(Step(_("Its benefit was measured"), proposal.measured_at, "ruler-measure", "green", said))
    if proposal.closed_at is not None:
        found.append(Step(_("Closed"), proposal.closed_at, "circle-check", "green"))
    return sorted(found, key=lambda step: step.at)


def _theirs(row: Suggestion) -> bool:
    """Whether the measured number may be told to whoever made it: a vendor's people hear numbers of their own vendor only."""
    if not row.vendor_key or row.proposal is None:
        return True
    line = row.proposal.quantities.filter(kind=row.proposal.measure_kind, dropped_at=None).first()
    return line is not None and line.filters.get("vendor") == row.vendor_key
