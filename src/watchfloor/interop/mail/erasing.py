"""Mails about an erased person, and those they wrote, are emptied with everything else; that there was one stays."""

from __future__ import annotations

from django.db.models import Q

from watchfloor.interop.mail.models import MailMessage, MailReceipt
from watchfloor.law.erasing.who import Person
from watchfloor.ledger.writer import Writer


def erase(w: Writer, who: Person) -> dict[str, int]:
    """Empty them (``law.erasing.elsewhere.also``)."""
    about = MailReceipt.objects.filter(report__in=who.reports).values("message")
    theirs = Q(pk__in=about) | Q(case_id__in=who.cases) | Q(reporter=who.external)
    found = MailMessage.objects.filter(theirs, state=MailMessage.State.DONE, shown__isnull=False)
    return {"interop_mail_message": found.update(raw=None, envelope=None, shown=None, own_id=None)}
