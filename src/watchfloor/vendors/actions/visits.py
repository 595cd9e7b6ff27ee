"""Visits to sites: planned, checked point by point, findings become actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.vendors.events import VisitSaved
from watchfloor.vendors.models import Visit

# What is looked at on every visit.
CHECKS: Final[dict[str, str]] = {
    "screens": N_("Screens cannot be seen from outside the floor; phones and bags stay out."),
    "access": N_("Only those on the roster get in, and who left cannot sign in."),
    "filters": N_("Blurring, greyscale and muting work on every desk, and people know how."),
    "breaks": N_("Breaks are taken as planned; stepping back has no consequence."),
    "care": N_("A counsellor can be reached in working hours without asking a manager."),
    "text": N_("Reviewers work by the policy text in force, and find it."),
    "trainers": N_("Trainers hold the certificates they teach for."),
    "talk": N_("Reviewers were spoken to without their managers."),
}
STATES: Final = ("", "good", "not")


def plan(w: Writer, vendor_key: str, *, site: str, on: date, who: str) -> Visit:
    """Plan a visit; the checklist is the house's."""
    if not site.strip() or len(site) > 80 or not who.strip() or len(who) > 500:
        raise BadInput("missing", "Say which site, and who goes.", where="site" if not site.strip() else "who")
    row = w.create(
        Visit, vendor_key=vendor_key, site=site.strip(), on=on, who=who.strip(), checks=[[key, "", ""] for key in CHECKS], made_by=w.actor
    )  # fmt: skip
    w.event(VisitSaved(vendor=vendor_key, day=on.isoformat(), done=False), row)
    return row


def fill_in(w: Writer, visit_id: UUID, given: Mapping[str, tuple[str, str]], *, done: bool = False) -> Visit:
    """What was seen: for each point ``good``, ``not`` or nothing yet, and a note."""
    row = Visit.objects.select_for_update().filter(pk=visit_id).first()
    if row is None:
        raise NotFound("unknown_visit", "There is no such visit.")
    checks = []
    for key, _state, _note in row.checks:
        state, note = given.get(key, ("", ""))
        if state not in STATES:
            raise BadInput("unknown_state", "Good, not good, or not looked at.", where=key)
        checks.append([key, state, note.strip()[:1000]])
    if done and not all(state for _key, state, _note in checks):
        raise BadInput("not_all", "Some points were not looked at.", where="done")
    w.update(row, checks=checks, done_at=clock.now() if done else None)
    w.event(VisitSaved(vendor=row.vendor_key, day=row.on.isoformat(), done=done), row)
    return row
