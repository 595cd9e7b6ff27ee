"""Notices to people who wrote to us go back by mail: once, never to a machine, never more than a few a day to one address.

The receipt, the outcome, what became of an objection: all are notices with templates of their own; this only carries them.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.utils import make_msgid
from typing import Any, Final
from uuid import UUID

from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.db import transaction

from watchfloor.enforcement import notices
from watchfloor.enforcement.models import Notice
from watchfloor.interop.mail import sealing
from watchfloor.interop.mail.addresses import in_force
from watchfloor.interop.mail.models import MailLetter, MailMessage, MailReceipt
from watchfloor.interop.mail.settings import current
from watchfloor.kernel import clock
from watchfloor.review.models import Report

log = logging.getLogger(__name__)
PAUSES: Final = (60, 600, 3_600, 21_600)
CLAIM: Final = timedelta(minutes=5)


def carry(notice_id: UUID, recipient: str, key: str) -> bool:
    """Take a notice to somebody who wrote to us (``enforcement.carriers``), in the notice's own transaction."""
    if not recipient.startswith((sealing.PROVED, sealing.UNPROVED)):
        return False
    now = clock.now()
    MailLetter.objects.bulk_create(
        [MailLetter(key=key[:80], notice=notice_id, reporter=recipient, made_at=now, next_at=now)],
        ignore_conflicts=True,
    )
    return True


def send_due(limit: int = 20) -> int:
    """Send what is due; how many were looked at."""
    now = clock.now()
    with transaction.atomic():
        found = (
            MailLetter.objects.select_for_update(skip_locked=True)
            .filter(state="waiting", next_at__lte=now)
            .order_by("next_at")
        )
        rows = list(found[:limit])
        MailLetter.objects.filter(pk__in=[row.pk for row in rows]).update(next_at=now + CLAIM)
    for row in rows:
        _one(row)
    return len(rows)


def _one(row: MailLetter) -> None:
    notice = Notice.objects.filter(pk=row.notice).first()
    message = _answers_to(row, notice)
    why = _why_not(row, notice, message)
    if why or notice is None or message is None:
        MailLetter.objects.filter(pk=row.pk).update(state="silent", why=why[:200], next_at=None)
        return
    try:
        _compose(row, notice, message).send()
    except Exception as problem:  # any backend, any server: it is tried again
        attempts = row.attempts + 1
        dead = attempts > len(PAUSES)
        MailLetter.objects.filter(pk=row.pk).update(
            attempts=attempts, why=f"{type(problem).__name__}"[:200], state="dead" if dead else "waiting",
            next_at=None if dead else clock.now() + timedelta(seconds=PAUSES[attempts - 1]),
        )  # fmt: skip
        log.warning("an answer by mail could not be sent (%s)", type(problem).__name__)
        return
    MailLetter.objects.filter(pk=row.pk).update(state="sent", sent_at=clock.now(), why="", next_at=None)


def _answers_to(row: MailLetter, notice: Notice | None) -> MailMessage | None:
    """The mail a notice answers: the one that became a report of its case, else the latest of this sender."""
    theirs = MailMessage.objects.filter(reporter=row.reporter, state="done")
    if notice is not None and notice.case_id is not None:
        reports = Report.objects.filter(case_id=notice.case_id, channel="email").values("pk")
        found = (
            theirs.filter(pk__in=MailReceipt.objects.filter(report__in=reports).values("message"))
            .order_by("-received_at")
            .first()
        )
        if found is not None:
            return found
    return theirs.order_by("-received_at").first()


def _why_not(row: MailLetter, notice: Notice | None, message: MailMessage | None) -> str:
    if notice is None or message is None or message.shown is None:
        return "There is nothing to answer any more."
    if message.silent:
        return f"The mail is not answered: {message.silent}."
    address, _tag = in_force().address_for(message.address)
    if address is None or not address.answers:
        return "Its address does not answer."
    day = clock.now() - timedelta(days=1)
    if MailLetter.objects.filter(reporter=row.reporter, state="sent", sent_at__gt=day).count() >= current().answers:
        return "The day's answers to this sender are full."
    return ""


def _compose(row: MailLetter, notice: Notice, message: MailMessage) -> EmailMessage:
    shown: dict[str, Any] = sealing.shown_of(message)
    local, _, domain = message.address.partition("@")
    headers = {
        "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Precedence": "bulk",
        "Reply-To": f"{local}+{sealing.token_of(message.pk)}@{domain}",
        "Message-ID": make_msgid(idstring=row.pk.hex, domain=domain),
    }  # fmt: skip
    if shown.get("message_id"):
        headers |= {"In-Reply-To": f"<{shown['message_id']}>", "References": f"<{shown['message_id']}>"}
    sender = message.address if domain else django_settings.DEFAULT_FROM_EMAIL
    subject = " ".join(notice.subject.split())[:300]
    return EmailMessage(subject, notices.shown(notice), sender, [shown["sender"]], headers=headers)
