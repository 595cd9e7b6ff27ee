"""Updates on an incident for people outside the room: drafted, approved by a second person where it leaves the house, mailed once.

An update of a restricted incident is never mailed. The mail's id is the update's, so that a second try is the same mail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import queries_incidents
from watchfloor.oncall.events import AudienceSaved, IncidentUpdated
from watchfloor.oncall.models import Audience, IncidentLine

TWO_PEOPLE: Final = frozenset({"stakeholders"})  # audiences that are told nothing by one person alone
CLAIM: Final = timedelta(seconds=60)
WAITS: Final = (15, 60, 300, 1_800)  # seconds after each failure; then it is given up
MOST_ADDRESSES: Final = 100
State = IncidentLine.State


def save_audience(w: Writer, key: str, text: str) -> Audience:
    """Say where updates for an audience go: addresses, one a line or with commas."""
    found = list(dict.fromkeys(text.replace(",", " ").split()))
    if len(found) > MOST_ADDRESSES:
        raise BadInput("too_many", f"At most {MOST_ADDRESSES} addresses.", where=f"addresses-{key}")
    for each in found:
        try:
            validate_email(each)
        except ValidationError:
            raise BadInput(
                "bad_address", _("%(address)s is no e-mail address.") % {"address": each[:80]}, where=f"addresses-{key}"
            ) from None
    row = Audience.objects.select_for_update().filter(key=key).first()
    values = {"addresses": "\n".join(found), "changed_at": clock.now()}
    row = w.create(Audience, key=key, **values) if row is None else w.update(row, **values)
    w.event(AudienceSaved(audience=key, addresses=len(found)), row)
    return row


def addresses(key: str) -> list[str]:
    """Where updates for an audience go."""
    row = Audience.objects.filter(key=key).first()
    return row.addresses.split() if row else []


def approve(actor: Actor, incident_id: UUID, line_id: UUID) -> IncidentLine:
    """Let a draft go. What leaves the house is approved by somebody else than wrote it."""
    with writing(actor) as w:
        row = _draft(actor, incident_id, line_id)
        if row.incident.clearance:
            raise Conflict("restricted", "An update on a restricted incident is not mailed.", hint="Tell it by hand.")
        if row.audience in TWO_PEOPLE and row.by == w.actor:
            raise Conflict(
                "own_draft", "Somebody else must approve what you wrote.", hint="Ask a colleague in the room."
            )
        if not addresses(row.audience):
            raise Conflict("no_addresses", "Nobody is named for this audience.", hint="Add addresses under Set-up.")
        now = clock.now()
        w.update(row, state=State.APPROVED, approved_at=now, approved_by=w.actor)
        IncidentLine.objects.filter(pk=row.pk).update(next_at=now)
        w.event(IncidentUpdated(number=row.incident.number, audience=row.audience, state="approved"), row)
        return row


def drop(actor: Actor, incident_id: UUID, line_id: UUID) -> IncidentLine:
    """A draft is not sent."""
    with writing(actor) as w:
        row = _draft(actor, incident_id, line_id)
        w.update(row, state=State.DROPPED)
        w.event(IncidentUpdated(number=row.incident.number, audience=row.audience, state="dropped"), row)
        return row


def send_due() -> int:
    """Mail one approved update; returns how many (0 or 1). Claimed by pushing its next try ahead, so several processes may do it."""
    row = _claim()
    if row is None:
        return 0
    error = _mail(row)
    with writing(system("paging")) as w:
        kept = IncidentLine.objects.select_for_update(of=("self",)).select_related("incident").get(pk=row.pk)
        if kept.state != State.APPROVED:
            return 1
        now = clock.now()
        if error and kept.attempts <= len(WAITS):
            again = now + timedelta(seconds=WAITS[kept.attempts - 1])
            IncidentLine.objects.filter(pk=kept.pk).update(next_at=again, error=error)
            return 1
        state = State.FAILED if error else State.SENT
        w.update(kept, state=state, sent_at=None if error else now)
        IncidentLine.objects.filter(pk=kept.pk).update(next_at=None, error=error)
        w.event(IncidentUpdated(number=kept.incident.number, audience=kept.audience, state=str(state)), kept)
    return 1


def _claim() -> IncidentLine | None:
    with transaction.atomic():
        now = clock.now()
        due = IncidentLine.objects.select_for_update(skip_locked=True, of=("self",)).select_related("incident")
        row = due.filter(state=State.APPROVED, next_at__lte=now).order_by("next_at", "pk").first()
        if row is not None:
            IncidentLine.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, next_at=now + CLAIM)
        return row


def _mail(row: IncidentLine) -> str:
    subject = _("Incident %(number)s: update") % {"number": row.incident.number}
    mail = EmailMessage(
        subject, row.text + "\n", settings.DEFAULT_FROM_EMAIL, [], bcc=addresses(row.audience),
        headers={"Message-ID": f"<update.{row.pk}@watchfloor>"},
    )  # fmt: skip
    try:
        mail.send()
    except OSError as error:  # SMTP's own errors are OSErrors
        return f"{type(error).__name__}: {error}"[:300]
    return ""


def _draft(actor: Actor, incident_id: UUID, line_id: UUID) -> IncidentLine:
    incident = queries_incidents.incident(actor, incident_id)
    rows = IncidentLine.objects.select_for_update(of=("self",)).select_related("incident")
    row = rows.filter(pk=line_id, incident=incident).exclude(audience="room").first()
    if row is None:
        raise NotFound("unknown_update", "There is no such update.")
    if row.state != State.DRAFT:
        raise Conflict("no_draft", "It is no draft any more.", hint="Load the page again.")
    return row
