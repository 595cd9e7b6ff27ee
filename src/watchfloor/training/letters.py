"""Mails about training: asked for in the transaction that needs them, written and sent once by a worker, tried again when it fails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.policy import queries as policies
from watchfloor.training import standing
from watchfloor.training.domain import invites
from watchfloor.training.models import Cohort, Letter, Member, TrainingSession

CLAIM: Final = timedelta(seconds=60)
WAITS: Final = (15, 60, 300, 1_800)  # seconds after each failure; then it is given up, and the cohort's page says so


def invite(session: TrainingSession, people: Iterable[UUID]) -> None:
    """Invite people to a session (again: it has changed)."""
    _ask("invite", session.cohort, people, session)


def cancel(session: TrainingSession, people: Iterable[UUID]) -> None:
    """Tell them that it does not take place, or not for them."""
    _ask("cancel", session.cohort, people, session)


def remind(cohort: Cohort, person: UUID) -> None:
    """Say once that the day comes."""
    _ask("remind", cohort, [person], None)


def to_lead(cohort: Cohort, lead: UUID) -> None:
    """Tell the lead who is late: one letter for all who are late at that moment."""
    if not Letter.objects.filter(kind="lead", cohort=cohort, to_id=lead, sent_at=None, next_at__isnull=False).exists():
        _ask("lead", cohort, [lead], None)


def _ask(kind: str, cohort: Cohort, people: Iterable[UUID], session: TrainingSession | None) -> None:
    now = clock.now()
    Letter.objects.bulk_create(
        [Letter(kind=kind, to_id=pk, cohort=cohort, session=session, next_at=now) for pk in sorted(set(people))]
    )


def send_due() -> int:
    """Send one letter; returns how many (0 or 1). Claimed by pushing its next try ahead, so several processes may do it."""
    row = _claim()
    if row is None:
        return 0
    error, now = _send(row), clock.now()
    again = now + timedelta(seconds=WAITS[row.attempts]) if error and row.attempts < len(WAITS) else None
    Letter.objects.filter(pk=row.pk).update(next_at=again, error=error, sent_at=None if error else now)
    return 1


def _claim() -> Letter | None:
    with transaction.atomic():
        now = clock.now()
        due = Letter.objects.select_for_update(skip_locked=True, of=("self",)).filter(next_at__lte=now)
        row = due.select_related("cohort", "session").order_by("next_at", "pk").first()
        if row is not None:
            Letter.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, next_at=now + CLAIM)
        return row


def _send(row: Letter) -> str:
    user = User.objects.filter(pk=row.to_id, is_active=True).first()
    if user is None or not user.email:
        return ""  # nobody to write to any more: nothing to try again
    zone = ZoneInfo(user.time_zone or row.cohort.time_zone)
    with translation.override(user.language or settings.LANGUAGE_CODE), timezone.override(zone):
        subject, text = _words(row)
        mail = EmailMessage(
            subject,
            text,
            settings.DEFAULT_FROM_EMAIL,
            [user.email],
            headers={"Message-ID": f"<training.{row.pk}@watchfloor>"},
        )
        if row.session is not None:
            body = calendar(row.session, user, cancelled=row.kind == "cancel")
            mail.attach("session.ics", body, f"text/calendar; method={'CANCEL' if row.kind == 'cancel' else 'REQUEST'}")
    try:
        mail.send()
    except OSError as error:  # SMTP's own errors are OSErrors
        return f"{type(error).__name__}: {error}"[:300]
    return ""


def calendar(session: TrainingSession, user: User, *, cancelled: bool | None = None) -> str:
    """The invitation of one person to a session, for their calendar."""
    trainer = User.objects.filter(pk=session.trainer_id).first()
    name = _(policies.policy(session.cohort.policy_key).name)
    return invites.write(
        invites.Invite(
            uid=f"{session.pk}@watchfloor", turn=session.turn, starts=session.starts_at, minutes=session.minutes,
            title=_("Training: %(name)s") % {"name": name}, text=session.cohort.name, place=session.place,
            trainer=str(trainer or ""), trainer_address=trainer.email if trainer else settings.DEFAULT_FROM_EMAIL,
            name=str(user), address=user.email,
            cancelled=session.cancelled_at is not None if cancelled is None else cancelled,
        ),
        clock.now(),
    )  # fmt: skip


def _words(row: Letter) -> tuple[str, str]:
    cohort, session = row.cohort, row.session
    name = _(policies.policy(cohort.policy_key).name)
    if session is not None:
        when = date_format(timezone.localtime(session.starts_at), "DATETIME_FORMAT")
        zone = timezone.get_current_timezone_name()
        facts = f"{cohort.name}\n{when} ({zone})\n{session.place}\n"
        if row.kind == "cancel":
            return _("Called off: training on %(name)s") % {"name": name}, facts
        return _("Training on %(name)s") % {"name": name}, facts
    due = date_format(cohort.due_on, "DATE_FORMAT") if cohort.due_on else ""
    if row.kind == "remind":
        text = _("Pass the exam by the end of %(day)s. Without a certificate you get no more cases of this policy.") % {
            "day": due
        }
        return _("Still to do: training on %(name)s") % {"name": name}, f"{cohort.name}\n{text}\n"
    members = list(Member.objects.filter(cohort=cohort, left_at=None).values_list("reviewer_id", flat=True))
    late = set(members) - standing.holding_version(members, cohort.policy_key, cohort.policy_version)
    people = "\n".join(sorted(str(user) for user in User.objects.filter(pk__in=late)))
    text = _("The day was %(day)s. Not certified yet:") % {"day": due}
    return _("Late: training on %(name)s") % {"name": name}, f"{cohort.name}\n{text}\n{people}\n"
