"""The calendar as a feed (iCalendar) behind one person's signed address, with what that person may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core import signing

from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.kernel import clock
from watchfloor.oncall.domain import ics
from watchfloor.programme.risks import access

SALT: Final = "programme.calendar"
BACK: Final = timedelta(days=31)


def token(user: User) -> str:
    """What the address of one's feed ends in; ends with the account, or when all sessions are ended."""
    return signing.Signer(salt=SALT).sign_object([str(user.pk), user.session_epoch])


def of_token(text: str) -> str | None:
    """The calendar behind a token that still counts."""
    try:
        user_id, epoch = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=user_id, session_epoch=epoch, is_active=True).first()
    if user is None:
        return None
    actor = actor_for(user)
    if not actor.has(access.VIEW):
        return None
    now = clock.now()
    rows = access.calendar(actor).filter(cancelled_at=None, ends_at__gt=now - BACK).order_by("starts_at")[:2000]
    entries = [
        ics.Entry(
            uid=f"{row.pk}@watchfloor-programme", start=row.starts_at, end=row.ends_at, summary=f"{row.title} ({row.market})"
        )
        for row in rows
    ]  # fmt: skip
    return ics.write("Events", entries, now)
