"""Mails the minutes of a check-in to the vendor, once: the mail's id is the check-in's, so that a second try is the same mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from watchfloor.kernel import clock
from watchfloor.vendors import minutes
from watchfloor.vendors.agenda import Agenda
from watchfloor.vendors.models import CheckIn, Party
from watchfloor.workforce.models import Vendor

CLAIM: Final = timedelta(seconds=60)
WAITS: Final = (15, 60, 300, 1_800)  # seconds after each failure; then it is given up, and the page says so


def send_due() -> int:
    """Mail one check-in; returns how many (0 or 1). Claimed by pushing its next try ahead, so several processes may do it."""
    row = _claim()
    if row is None:
        return 0
    error, now = _mail(row), clock.now()
    again = now + timedelta(seconds=WAITS[row.mail_attempts]) if error and row.mail_attempts < len(WAITS) else None
    CheckIn.objects.filter(pk=row.pk).update(mail_next_at=again, mail_error=error, mailed_at=None if error else now)
    return 1


def _claim() -> CheckIn | None:
    with transaction.atomic():
        now = clock.now()
        due = CheckIn.objects.select_for_update(skip_locked=True).filter(mail_next_at__lte=now)
        row = due.order_by("mail_next_at", "pk").first()
        if row is not None:
            CheckIn.objects.filter(pk=row.pk).update(mail_attempts=F("mail_attempts") + 1, mail_next_at=now + CLAIM)
        return row


def _mail(row: CheckIn) -> str:
    party = Party.objects.filter(vendor_key=row.vendor_key).first()
    vendor = Vendor.objects.get(key=row.vendor_key)
    to = party.addresses.split() if party else []
    if not to:
        return "nobody to send it to"
    text = minutes.markdown(vendor.name, row, msgspec.convert(row.agenda, Agenda))
    headers = {"Message-ID": f"<check-in.{row.pk}@watchfloor>"}
    try:
        EmailMessage(minutes.subject(vendor.name, row), text, settings.DEFAULT_FROM_EMAIL, to, headers=headers).send()
    except OSError as error:  # SMTP's own errors are OSErrors
        return f"{type(error).__name__}: {error}"[:300]
    return ""
