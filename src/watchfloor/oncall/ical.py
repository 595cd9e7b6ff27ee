"""A schedule as a calendar others subscribe to (iCalendar, RFC 5545): one event for each shift, in UTC, no rules of recurrence.

The address holds a signed token of the schedule and the person; it ends when they can no longer sign in, or all their sessions are
ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core import signing

from watchfloor.identity.models import User
from watchfloor.identity.names import names_of
from watchfloor.kernel import clock
from watchfloor.oncall import queries
from watchfloor.oncall.models import Schedule

SALT = "watchfloor.oncall.feed"
BACK, AHEAD = timedelta(days=14), timedelta(days=90)
FOLD = 75  # octets in a line, RFC 5545 section 3.1


def token(row: Schedule, user: User) -> str:
    """What the address of a person's feed of a schedule ends in."""
    return signing.Signer(salt=SALT).sign_object([str(row.pk), str(user.pk), user.session_epoch])


def of_token(text: str) -> Schedule | None:
    """The schedule behind a token that still counts."""
    try:
        schedule, user, epoch = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError):
        return None
    if not User.objects.filter(pk=user, session_epoch=epoch, is_active=True).exists():
        return None
    return queries.live_schedules().filter(pk=schedule).first()


def calendar(row: Schedule) -> str:
    """Two weeks back and ninety days ahead."""
    now = clock.now()
    shifts = queries.final(row, now - BACK, now + AHEAD)
    names = names_of({f"user:{shift.person}" for shift in shifts})
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Watchfloor//on-call//EN", "METHOD:PUBLISH", f"NAME:{_text(row.name)}",
        f"X-WR-CALNAME:{_text(row.name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]  # fmt: skip
    for shift in shifts:
        lines += _event(row, names[f"user:{shift.person}"], shift.person, shift.start, shift.end, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _event(row: Schedule, name: str, person: UUID, start: datetime, end: datetime, now: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT", f"UID:{row.pk}-{_moment(start)}-{person}@watchfloor", f"DTSTAMP:{_moment(now)}", f"DTSTART:{_moment(start)}",
        f"DTEND:{_moment(end)}", f"SUMMARY:{_text(name)} · {_text(row.name)}", "TRANSP:TRANSPARENT", "END:VEVENT",
    ]  # fmt: skip


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    for char, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "")):
        text = text.replace(char, escaped)
    return text


def _folded(line: str) -> Iterable[str]:
    """A line of at most 75 octets; what is longer goes on after a space."""
    piece, size = "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    yield piece
