"""Updates by audience: written as a draft, sent once to who is in the audience then; each audience reads its own only."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.stakeholders.actions import checks
from watchfloor.programme.stakeholders.events import AudienceSaved, UpdateWritten
from watchfloor.programme.stakeholders.models import Audience, Stakeholder, Update


def save_audience(w: Writer, key: str, *, name: str, members: Iterable[UUID], ended: bool = False) -> Audience:
    """Make an audience, or change who is in it."""
    key = key.strip().lower()
    if not key or len(key) > 40 or not key.replace("-", "").replace("_", "").isalnum() or not key.isascii():
        raise BadInput("bad_key", "Write a short key of letters, figures and hyphens.", where="key")
    wanted = list(dict.fromkeys(members))
    if Stakeholder.objects.filter(pk__in=wanted, ended_at__isnull=True).count() != len(wanted):
        raise BadInput("unknown_stakeholder", "Choose members from the map.", where="members")
    values = {
        "name": checks.line(name, "name", 120),
        "members": sorted(wanted, key=str),
        "ended_at": clock.now() if ended else None,
    }
    row = Audience.objects.select_for_update().filter(key=key).first()
    if row is None:
        row = w.create(Audience, key=key, **values)
    else:
        w.update(row, **values)
        if not w.has_changes:
            return row
    w.event(AudienceSaved(members=len(wanted)), row)
    return row


def draft_update(
    w: Writer, audience: UUID, *, title: str, text: str, about: str = "", update: UUID | None = None
) -> Update:
    """Write an update, or change its draft. Nobody of the audience sees it yet."""
    of = Audience.objects.filter(pk=audience, ended_at__isnull=True).first()
    if of is None:
        raise BadInput("unknown_audience", "There is no such audience.", where="audience")
    values = {"title": checks.line(title, "title"), "text": checks.words(text, "text"), "about": about[:120]}
    if update is None:
        row = w.create(Update, audience=of, made_by=w.actor, made_at=clock.now(), **values)
    else:
        row = _draft(update)
        w.update(row, audience=of, **values)
        if not w.has_changes:
            return row
    w.event(UpdateWritten(sent=False), row)
    return row


def send_update(w: Writer, update: UUID) -> Update:
    """Send it: by mail to who wants mail, shown here to who signs in. It cannot be called back, so a page asks first."""
    row = _draft(update)
    people = list(Stakeholder.objects.filter(pk__in=row.audience.members, ended_at__isnull=True).order_by("pk"))
    if not people:
        raise BadInput("nobody", "Nobody is in this audience yet.", where="audience")
    for who in people:
        if who.hears != "mail" or (who.user is None and not who.address):
            continue
        letters.write(
            w, f"update:{row.pk}:{who.pk}", cause="update", person=who.user, address="" if who.user else who.address,
            subject=row.title, text=row.text, path="/programme/yours" if who.user else "",
        )  # fmt: skip
    w.update(row, sent_by=w.actor, sent_at=clock.now(), told=len(people), members=[who.pk for who in people])
    w.event(UpdateWritten(sent=True, told=len(people)), row)
    return row


def _draft(update: UUID) -> Update:
    row = Update.objects.select_for_update(of=("self",)).select_related("audience").filter(pk=update).first()
    if row is None:
        raise NotFound("unknown_update", "There is no such update.")
    if row.sent_at is not None:
        raise Conflict("sent_already", "It was sent already.", hint="Write another one.")
    return row
