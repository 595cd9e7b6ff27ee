"""The digest: what is late, what is next and what changed, by each person's own clock, as their rights are at that moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer, writing
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.stakeholders.models import Update
from watchfloor.programme.stakeholders.queries import told_to
from watchfloor.programme.tracking import access, queries, telling
from watchfloor.programme.tracking.domain import dues, reminding
from watchfloor.programme.tracking.domain.states import LIVE
from watchfloor.programme.tracking.events import DigestChosen
from watchfloor.programme.tracking.models import Action, Digest, Slip, Watch

EVERY, OF = ("never", "day", "week"), ("mine", "all")
WEEK = timedelta(days=7)
MOST = 25


class News(msgspec.Struct, frozen=True):
    """What a digest, or the first page, tells."""

    late: list[Action]
    next: list[Action]
    done: list[Action]
    slipped: list[Slip]
    told: list[Update] = []  # what the reader's audiences were told


def choose(w: Writer, person: UUID, *, every: str, weekday: int, minute: int, zone: str, of: str) -> Digest:
    """When this person gets their digest from now on."""
    if every not in EVERY or of not in OF:
        raise BadInput("bad_choice", "Choose never, every day or once a week.", where="every")
    if not (0 <= weekday <= 6 and 0 <= minute < 1440):
        raise BadInput("bad_time", "That is no time of the week.", where="time")
    at = reminding.digest_after(clock.now(), every, weekday, minute, dues.zone_of(zone))
    values = {"every": every, "weekday": weekday, "minute": minute, "zone": zone or "UTC", "of": of, "next_at": at}
    row = Digest.objects.select_for_update().filter(person=person).first()
    if row is None:
        row = w.create(Digest, person=person, **values)
    else:
        w.update(row, **values)
        if not w.has_changes:
            return row
    w.event(DigestChosen(every=every), row)
    return row


def news(actor: Actor, since: datetime, *, mine: bool) -> News:
    """What is late, due within a week, done and moved back since then; ``mine``: one's own work and what one watches."""
    now, rows = clock.now(), queries.actions(actor)
    if mine:
        rows = rows.filter(_mine(actor))
    live = rows.filter(state__in=LIVE)
    moved = Slip.objects.filter(at__gt=since, action__in=rows.values("pk")).select_related("action").order_by("-at")
    return News(
        late=list(live.filter(due__lt=now).order_by("due")[:MOST]),
        next=list(live.filter(due__gte=now, due__lte=now + WEEK).order_by("due")[:MOST]),
        done=list(rows.filter(state="done", done_at__gt=since).order_by("-done_at")[:MOST]),
        slipped=list(moved[:MOST]),
        told=list(told_to(actor).filter(sent_at__gt=since)[:MOST]),
    )


def send_due(limit: int = 5) -> int:
    """Owe the digests that are due: each in one transaction with the moment of the next one. What was missed is not made up for."""
    done = 0
    for _number in range(limit):
        with writing(telling.BY) as w:
            now = clock.now()
            row = (
                Digest.objects.select_for_update(skip_locked=True).filter(next_at__lte=now).order_by("next_at").first()
            )
            if row is None:
                return done
            at, since = row.next_at, row.last_at
            assert at is not None
            following = reminding.digest_after(now, row.every, row.weekday, row.minute, dues.zone_of(row.zone))
            w.update(row, next_at=following, last_at=now)
            w.event(DigestChosen(every=row.every), row)
            _owe(w, row, at, since or at - (WEEK if row.every == "week" else timedelta(days=1)))
        done += 1
    return done


def _owe(w: Writer, row: Digest, at: datetime, since: datetime) -> None:
    user = User.objects.filter(pk=row.person, is_active=True).first()
    if user is None:
        return
    actor = actor_for(user)
    if not actor.has(access.VIEW):
        return
    with telling.as_seen_by(user):
        found = news(actor, since, mine=row.of == "mine")
        if not (found.late or found.next or found.done or found.slipped or found.told):
            return
        letters.write(
            w, f"digest:{row.person}:{at.isoformat()}", cause="digest", person=row.person, path="/programme",
            subject=ngettext("Programme: %(num)s action is late", "Programme: %(num)s actions are late", len(found.late))
            % {"num": len(found.late)},
            text=text(found),
        )  # fmt: skip


def text(found: News) -> str:
    """A digest in plain words, by the clock that is set."""
    parts = []
    for title, rows in ((_("Late"), found.late), (_("Due within a week"), found.next)):
        if rows:
            parts += [title, *(f"- {row.title} ({telling.when(row.due)})" for row in rows if row.due is not None), ""]
    for update in found.told:
        parts += [update.title, update.text, ""]
    if found.slipped:
        parts.append(_("Moved"))
        for slip in found.slipped:
            assert slip.action is not None
            now = telling.when(slip.now) if slip.now is not None else _("no due time")
            parts.append(f"- {slip.action.title} ({now}){': ' + slip.why if slip.why else ''}")
        parts.append("")
    if found.done:
        parts += [_("Done"), *(f"- {row.title}" for row in found.done), ""]
    return "\n".join(parts).strip()


def _mine(actor: Actor) -> Q:
    who = access.person_of(actor)
    if who is None:
        return Q(pk__in=[])
    abouts = Watch.objects.filter(person=who, on=True).values_list("about", flat=True)
    watched: dict[str, list[str]] = {"action": [], "initiative": []}
    for about in abouts:
        kind, _sep, name = about.partition(":")
        watched.setdefault(kind, []).append(name)
    return (
        Q(owner=who) | Q(pk__in=watched["action"]) | Q(initiative__in=watched["initiative"]) | Q(initiative__owner=who)
    )
