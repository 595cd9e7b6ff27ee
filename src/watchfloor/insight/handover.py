"""The shift hand-over note: its facts write themselves until it is signed, its words are a person's own and kept apart from them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.insight import happening, live
from watchfloor.insight.events import HandoverSigned, HandoverWritten
from watchfloor.insight.models import HandoverNote
from watchfloor.insight.spikes import queries as spikes
from watchfloor.insight.spikes.models import Spike
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review.models import Boost, Escalation, Surge
from watchfloor.workforce import queries as workforce
from watchfloor.workforce.models import Vendor

LONGEST_SHIFT = timedelta(hours=24)
LONGEST_TEXT = 20_000
CHANGES = 12
WORST = 5

# Events of the shift that are counted: type -> key of the fact.
COUNTED = {
    "job.ready": "came_in", "job.decided": "solved", "job.breached": "breached", "escalation.raised": "escalated",
    "appeal.filed": "appealed",
}  # fmt: skip


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``key`` says what it is (the page words it), ``value`` a number, ``words`` a name or a sentence that was true then."""

    key: str
    value: float | None = None
    words: str = ""
    at: str = ""


def gather(actor: Actor, start: datetime, end: datetime, *, site: str = "") -> list[Fact]:
    """What happened in ``[start, end)`` and how things stand, within the actor's rights."""
    if not timedelta(0) < end - start <= LONGEST_SHIFT:
        raise BadInput("bad_shift", "A shift ends after it begins, within a day.", where="from")
    now = live.floor(actor, site=site, trends=False)
    found = [Fact(key=key, value=count) for key, count in _counted(actor, start, end).items()]
    found += [
        Fact(key="backlog", value=now.backlog), Fact(key="at_risk", value=now.at_risk), Fact(key="late", value=now.late),
        Fact(key="paused", value=now.waiting), Fact(key="people_on", value=len(now.people)),
    ]  # fmt: skip
    if now.stepped_back is not None:
        found.append(Fact(key="stepped_back", value=now.stepped_back))
    worst = sorted(now.queues, key=lambda queue: (-queue.at_risk, -queue.late))
    found += [
        Fact(key="worst", words=queue.key, value=queue.at_risk)
        for queue in worst[:WORST]
        if queue.at_risk or queue.late
    ]
    for surge in Surge.objects.filter(ended_at__isnull=True).order_by("started_at"):
        found.append(Fact(key="surge", words=f"{surge.name}: {surge.why}", at=surge.until.isoformat()))
    for boost in Boost.objects.filter(ended_at__isnull=True, surge_id__isnull=True, until__gt=clock.now()).order_by(
        "made_at"
    ):
        found.append(Fact(key="boost", words=boost.why, value=boost.points, at=boost.until.isoformat()))
    for row in Spike.objects.filter(last_at__gt=start, starts_at__lt=end).exclude(state__in=("dismissed", "joined")):
        if spikes.may_see(actor, row):
            found.append(Fact(key="spike", words=spikes.line(row).headline, at=row.starts_at.isoformat()))
    found.append(Fact(key="escalations_open", value=_open_escalations(actor)))
    if sees_all(actor):
        for change in reversed(happening.changes(start, end, limit=CHANGES)):
            found.append(Fact(key="change", words=change.words, at=change.at.isoformat()))
    return found


def write(
    actor: Actor, *, site: str, start: datetime, end: datetime, text: str, note_id: UUID | None = None
) -> HandoverNote:
    """Begin a note, or edit one that is not signed; its facts are gathered anew."""
    if len(text) > LONGEST_TEXT:
        raise BadInput("too_long", "A hand-over note that long is not read.", where="text")
    facts = msgspec.to_builtins(gather(actor, start, end, site=site))
    values = {"site": site[:80], "shift_from": start, "shift_to": end, "facts": facts, "text": text.strip()}
    with writing(actor) as w:
        now = clock.now()
        if note_id is None:
            row = w.create(HandoverNote, **values, written_by=w.actor, written_at=now)
        else:
            row = _unsigned(actor, note_id)
            w.update(row, **values, written_by=w.actor, written_at=now)
        w.event(HandoverWritten(site=row.site, length=len(row.text)), row)
    return row


def sign(actor: Actor, note_id: UUID) -> HandoverNote:
    """Make a note final: its facts are gathered once more and stay as they are now."""
    with writing(actor) as w:
        row = _unsigned(actor, note_id)
        facts = msgspec.to_builtins(gather(actor, row.shift_from, row.shift_to, site=row.site))
        w.update(row, facts=facts, signed_by=w.actor, signed_at=clock.now())
        w.event(HandoverSigned(site=row.site, facts=len(facts)), row)
    return row


def note(actor: Actor, note_id: UUID) -> HandoverNote:
    """One note; ``NotFound`` when there is none or the actor may not read it."""
    row = HandoverNote.objects.filter(pk=note_id).first()
    if row is None or not may_read(actor, row):
        raise NotFound("unknown_note", "There is no such note.")
    return row


def notes(actor: Actor, *, site: str = "", limit: int = 30) -> list[HandoverNote]:
    """Notes that the actor may read, newest first."""
    rows = HandoverNote.objects.order_by("-shift_to", "-written_at")
    if site:
        rows = rows.filter(site=site)
    return [row for row in rows[: limit * 3] if may_read(actor, row)][:limit]


def latest(actor: Actor, *, site: str = "") -> HandoverNote | None:
    """The last signed note (of a site), for the shift that comes on; a day later nobody needs it there."""
    since = clock.now() - timedelta(days=1)
    rows = HandoverNote.objects.filter(signed_at__gt=since).order_by("-signed_at")
    rows = rows.filter(site__in=[site, ""]) if site else rows
    return next((row for row in rows[:10] if may_read(actor, row)), None)


def draft(actor: Actor) -> HandoverNote | None:
    """The actor's own note that is not signed yet."""
    since = clock.now() - timedelta(days=1)
    mine = HandoverNote.objects.filter(written_by=str(actor), signed_at__isnull=True, written_at__gt=since)
    return mine.order_by("-written_at").first()


def may_read(actor: Actor, row: HandoverNote) -> bool:
    """A note counts all that its writer may see: it is read by themself and by those whose view of the floor has no limits."""
    return row.written_by == str(actor) or sees_all(actor)


def sees_all(actor: Actor) -> bool:
    """Whether some grant shows the whole ordinary floor."""
    return actor.all_powerful or any(
        "floor.view" in scope.permissions and scope.queues is None and scope.markets is None and scope.vendors is None
        and scope.max_severity >= 5
        for scope in actor.scopes
    )  # fmt: skip


def sites(actor: Actor) -> list[str]:
    """Sites of the vendors that the actor may see."""
    keys = [key for key, _name in workforce.vendors(actor)]
    return sorted({site for site in Vendor.objects.filter(key__in=keys).values_list("site", flat=True) if site})


def _unsigned(actor: Actor, note_id: UUID) -> HandoverNote:
    row = HandoverNote.objects.select_for_update().filter(pk=note_id).first()
    if row is None or not may_read(actor, row):
        raise NotFound("unknown_note", "There is no such note.")
    if row.signed_at is not None:
        raise Conflict("signed_already", "This note is signed and stays as it is.", hint="Begin another one.")
    if row.written_by != str(actor):
        raise Forbidden("not_yours", "Only who wrote a note can change or sign it.")
    return row


def _counted(actor: Actor, start: datetime, end: datetime) -> dict[str, int]:
    found = dict.fromkeys(COUNTED.values(), 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, data->>'queue', data->>'market', coalesce((data->>'severity')::int, 0), data->>'policy', count(*) "
            "FROM ledger_event WHERE type = ANY(%s) AND at >= %s AND at < %s GROUP BY 1, 2, 3, 4, 5",
            [list(COUNTED), start, end],
        )
        for type_, queue, market, severity, policy, count in cursor.fetchall():
            here: dict[str, Any] = {"queue": queue, "market": market, "severity": severity}
            if actor.may("floor.view", clearance=_clearance(policy), **here):
                found[COUNTED[type_]] += count
    return found


def _clearance(policy_key: str) -> str:
    return policies.policy(policy_key).clearance if policy_key else ""


def _open_escalations(actor: Actor) -> int:
    rows = Escalation.objects.filter(state__in=("raised", "acknowledged"))
    allowed = access.rows(
        actor,
        "floor.view",
        queue="to_queue",
        market="case__market",
        severity="case__severity",
        clearance="case__clearance",
    )
    return rows.filter(allowed).count()


def facts_of(row: HandoverNote) -> list[Fact]:
    """The facts of a note as they were when it was last saved, or signed."""
    return msgspec.convert(row.facts, list[Fact])
