"""The loop that makes calls: each is claimed by pushing its next try ahead, said by its pager, and written down.

At least once, with the same key every time, so that a receiver that looks at the key hears it once: a process that dies while
it speaks leaves the call to be made again. Attempts are telemetry; what came of a call is an event.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.kernel import clock, ids
from watchfloor.ledger.writer import plain, writing
from watchfloor.oncall import checks, pagers
from watchfloor.oncall.events import CallDone
from watchfloor.oncall.models import Call, Contact, Page
from watchfloor.oncall.pagers import Message, Sent

CLAIM = timedelta(seconds=30)  # longer than a pager may take
WAITS = (5, 15, 60, 180, 600)  # seconds after the 1st, 2nd ... failure; then it is given up


def call_due() -> int:
    """Make one call that is due; returns how many (0 or 1). Several processes may do it at once."""
    row = _claim()
    if row is None:
        return 0
    sent = _say(row)
    _record(row, sent)
    return 1


def message_of(row: Call) -> Message:
    """What is said in a call: nothing that anybody looking over a shoulder should not read."""
    page = row.page
    values = {"id": ids.short(page.pk), "severity": page.severity, "policy": page.policy_key}
    if page.clearance or not page.policy_key:
        summary = _("Watchfloor: page %(id)s, severity %(severity)s.") % values
    else:
        summary = _("Watchfloor: page %(id)s, severity %(severity)s, %(policy)s.") % values
    if row.what == "silent":
        summary = _("Watchfloor: nobody answered the check of the pager. Pages may reach nobody.")
    elif page.about == "check":
        summary = _("Watchfloor: check of the pager %(id)s, to be answered by a program.") % values
    home = settings.PUBLIC_URL.rstrip("/")
    url = home + reverse("oncall-page", args=[ids.encode("page", page.pk)])
    return Message(
        key=row.key, page=ids.encode("page", page.pk), what=row.what, summary=summary, url=url, severity=page.severity,
        raised_at=str(plain(page.raised_at)), answer=home + checks.address(page.pk) if page.about == "check" else "",
    )  # fmt: skip


def _claim() -> Call | None:
    with transaction.atomic():
        now = clock.now()
        due = Call.objects.select_for_update(skip_locked=True, of=("self",)).select_related("page")
        row = due.filter(state=Call.State.PENDING, next_at__lte=now).order_by("next_at", "pk").first()
        if row is None:
            return None
        Call.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, next_at=now + CLAIM)
        row.attempts += 1
        return row


def _say(row: Call) -> Sent:
    if row.what == "trigger" and row.page.state != Page.State.RAISED:
        return Sent(False, "answered before it was sent", final=True)
    person = User.objects.filter(pk=row.user_id).first() if row.user_id else None
    address, secret = (person.email if person else ""), ""
    if row.contact_id is not None:
        contact = Contact.objects.filter(pk=row.contact_id, removed_at__isnull=True).first()
        if contact is None:
            return Sent(False, "the contact was removed", final=True)
        address, secret = contact.address, contact.secret
    with translation.override((person.language if person else "") or settings.LANGUAGE_CODE):
        message = message_of(row)
        return pagers.by_name(row.pager).send(address, secret, message)


def _record(row: Call, sent: Sent) -> None:
    with writing(system("paging")) as w:
        kept = Call.objects.select_for_update().get(pk=row.pk)
        if kept.state != Call.State.PENDING:
            return  # somebody else made it after our claim had run out
        now = clock.now()
        if not sent.ok and not sent.final and kept.attempts <= len(WAITS):
            Call.objects.filter(pk=row.pk).update(
                next_at=now + timedelta(seconds=WAITS[kept.attempts - 1]), error=sent.error
            )
            return
        state = Call.State.SENT if sent.ok else Call.State.FAILED
        w.update(kept, state=state, done_at=now)
        Call.objects.filter(pk=row.pk).update(next_at=None, error=sent.error)
        event = CallDone(pager=kept.pager, what=kept.what, state=str(state), attempts=kept.attempts)
        w.event(event, kept, case_id=row.page.case_id)
