"""Mail of the programme: owed once by its key, written in the transaction that owes it, sent by a loop under one Message-ID."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet

from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.programme.stakeholders.events import LetterWritten
from watchfloor.programme.stakeholders.models import Letter

CLAIM: Final = timedelta(seconds=60)
WAITS: Final = (15, 60, 300, 1_800)  # seconds after each failure; then it is given up, and the first page says so


def write(
    w: Writer,
    key: str,
    *,
    cause: str,
    subject: str,
    text: str,
    person: UUID | None = None,
    address: str = "",
    path: str = "",
) -> Letter | None:
    """Owe a mail to a person who signs in (by their own address), or to an address; None when that one is owed already."""
    now = clock.now()
    row = w.create_unless_known(
        Letter, key=key[:160], person=person, address=address, subject=" ".join(subject.split())[:200], text=text, path=path[:200],
        made_at=now, try_at=now,
    )  # fmt: skip
    if row is not None:
        w.event(LetterWritten(cause=cause), row)
    return row


def send_due(limit: int = 10) -> int:
    """Send what is owed; returns how many were tried. Claimed by pushing the next try ahead, so several processes may do it."""
    done = 0
    for _number in range(limit):
        row = _claim()
        if row is None:
            break
        error, now = _mail(row), clock.now()
        again = now + timedelta(seconds=WAITS[row.tries]) if error and row.tries < len(WAITS) else None
        Letter.objects.filter(pk=row.pk).update(try_at=again, problem=error, sent_at=None if error else now)
        done += 1
    return done


def given_up() -> QuerySet[Letter]:
    """Mail that did not arrive, of the last month, newest first."""
    since = clock.now() - timedelta(days=30)
    return Letter.objects.filter(sent_at=None, try_at=None, made_at__gt=since).order_by("-made_at")


def try_again() -> int:
    """Try what was given up once more; how many."""
    return given_up().update(try_at=clock.now(), tries=0)


def _claim() -> Letter | None:
    with transaction.atomic():
        now = clock.now()
        due = Letter.objects.select_for_update(skip_locked=True).filter(try_at__lte=now)
        row = due.order_by("try_at", "pk").first()
        if row is not None:
            Letter.objects.filter(pk=row.pk).update(tries=F("tries") + 1, try_at=now + CLAIM)
        return row


def _mail(row: Letter) -> str:
    to = row.address
    if row.person is not None:
        user = User.objects.filter(pk=row.person, is_active=True).first()
        to = user.email if user is not None else ""
    if not to:
        return "nobody to send it to"
    text = f"{row.text}\n\n{settings.PUBLIC_URL.rstrip('/')}{row.path}\n" if row.path else row.text
    mark = hashlib.sha256(row.key.encode()).hexdigest()[:32]
    try:
        EmailMessage(
            row.subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers={"Message-ID": f"<programme.{mark}@watchfloor>"}
        ).send()  # fmt: skip
    except (OSError, ValueError) as error:  # SMTP's own errors are OSErrors; an address may be none
        return f"{type(error).__name__}: {error}"[:300]
    return ""
