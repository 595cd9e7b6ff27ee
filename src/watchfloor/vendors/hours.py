"""Hours people were on the floor, from the ledger's record of who came, paused and left. A pause is an hour like any other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from watchfloor.identity.models import User
from watchfloor.ledger.models import Event
from watchfloor.vendors.domain.invoices import Log
from watchfloor.vendors.scorecard import midnight
from watchfloor.workforce.models import Presence, Reviewer

AWAY = ("", "away")


def logged(vendor_key: str, start: date, end: date, zone: ZoneInfo) -> tuple[Log, dict[str, str]]:
    """``{person: {day: milliseconds}}`` of the vendor's people, days in its own zone; and what each may be called on an invoice.

    A person is known by e-mail; ``names`` maps the e-mail and the full name (in small letters) to it. Two people of one name are
    known by e-mail only.
    """
    first, last = midnight(start) - timedelta(days=2), midnight(end) + timedelta(days=3)
    spans = list(stretches(vendor_key, first, last))
    mine = set(Reviewer.objects.filter(vendor_key=vendor_key).values_list("pk", flat=True)) | {
        who for who, _, _ in spans
    }
    users = {user.pk: user for user in User.objects.filter(pk__in=mine)}
    names: dict[str, str] = {}
    for user in users.values():
        plain = str(user.name).casefold()
        names[plain] = "" if plain in names else user.email
    names |= {user.email.casefold(): user.email for user in users.values()}
    log: dict[str, dict[date, int]] = {user.email: {} for user in users.values()}
    for who, begins, ends in spans:
        if who not in users:
            continue
        for day, spent in _by_day(begins, ends, zone):
            if start <= day <= end:
                days = log[users[who].email]
                days[day] = days.get(day, 0) + spent
    return log, {name: email for name, email in names.items() if email}


def stretches(vendor_key: str, first: datetime, last: datetime) -> Iterator[tuple[UUID, datetime, datetime]]:
    """Who was on the floor from when to when, pauses included: stretches that ended between two moments, and those that go on now."""
    yield from _spans(vendor_key, first, last)
    yield from _now(vendor_key)


def _spans(vendor_key: str, first: datetime, last: datetime) -> Iterator[tuple[UUID, datetime, datetime]]:
    """Each stretch on the floor: it begins where the event before says, and lasts as long as its own event says."""
    rows = Event.objects.filter(type="presence.changed", at__gte=first, at__lt=last, data__vendor=vendor_key).order_by(
        "at", "ordinal"
    )
    since: dict[str, datetime] = {}
    for at, data in rows.values_list("at", "data"):
        who, held = data["reviewer"], timedelta(milliseconds=data["held_ms"])
        begins = since.get(who, at - held)
        since[who] = at
        if data["before"] not in AWAY and held:
            yield UUID(who), begins, min(begins + held, at)


def _now(vendor_key: str) -> Iterator[tuple[UUID, datetime, datetime]]:
    """The stretch that has not ended yet."""
    people = Reviewer.objects.filter(vendor_key=vendor_key).values_list("pk", flat=True)
    for row in Presence.objects.filter(reviewer_id__in=list(people)).exclude(state="away"):
        if row.seen_at > row.since:
            yield row.reviewer_id, row.since, row.seen_at


def _by_day(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    """A stretch cut at local midnights, in milliseconds."""
    at = begins
    while at < ends:
        day = at.astimezone(zone).date()
        border = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        until = min(ends, border.astimezone(ends.tzinfo))
        yield day, (until - at) // timedelta(milliseconds=1)
        at = until
