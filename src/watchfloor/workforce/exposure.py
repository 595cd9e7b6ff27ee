"""The exposure ledger: what people were shown, written down while they work and summed up in one event when a touch ends.

    exposure.record(actor, job_facts, [Shown(kind="image", severity=4, ms=3200, reveals=1, filters=("grey",))], page="k3f", ended=True)

Called with the sums of one page load, again and again; what it may believe is bounded by the time that has passed
(``domain.exposure``). A person's own rows are telemetry and erased after weeks; the ledger's event does not say who it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer, writing
from watchfloor.workforce import paces
from watchfloor.workforce.contracts import JobFacts
from watchfloor.workforce.domain import exposure as domain
from watchfloor.workforce.domain.exposure import Shown, Sum
from watchfloor.workforce.models import Exposure, Touch
from watchfloor.workforce.wellbeing import profile
from watchfloor.workforce.wellbeing_events import ExposureSeen, MediaRevealed, SeenLine

STALE = timedelta(minutes=65)  # longer than any lease is held
KEEP = timedelta(days=35)  # what a person was shown; published weeks are kept, they name nobody
MOST_PAGES = 20
QUARTER = 15

_ADD = """
INSERT INTO workforce_exposure (reviewer_id, quarter, severity, kind, vendor_key, team, ms, filtered_ms, reveals)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (reviewer_id, quarter, severity, kind, vendor_key, team) DO UPDATE SET
    ms = workforce_exposure.ms + EXCLUDED.ms, filtered_ms = workforce_exposure.filtered_ms + EXCLUDED.filtered_ms,
    reveals = workforce_exposure.reveals + EXCLUDED.reveals
"""


def record(
    actor: Actor, job: JobFacts, shown: Iterable[Shown], *, page: str = "", worked_ms: int = 0, ended: bool = False
) -> int:
    """Add what a page says it has shown and how long was worked on it, both as sums since it was loaded.

    Returns the milliseconds of exposure that were believed now. ``ended`` closes the touch: its sums become one event. A line is
    never counted below the severity of its job.
    """
    person, now = _person(actor), clock.now()
    lines = _as_severe(shown, job.severity)
    with transaction.atomic():
        touch = _touch(person, job)
        room = domain.room_ms(now - touch.seen_at)
        known = {key: Sum(*pair) for key, pair in touch.pages.get(page, {}).items()}
        added = domain.believe(known, [line for line in lines if domain.counts(line)], room)
        worked = max(0, min(worked_ms - touch.worked.get(page, 0), room))
        _keep(touch, page, known, added, worked)
        touch.seen_at = now
        touch.save(update_fields=["pages", "worked", "seen_at"])
        _add(touch, now, added.values())
        severe = sum(each.ms for line, each in added.values() if line.severity >= paces.SEVERE)
        if worked or severe:
            paces.step(person, now, worked_ms=worked, severe_ms=severe)
        if ended:
            _end(touch)
    return sum(each.ms for _line, each in added.values())


def reveal(
    actor: Actor, job: JobFacts, media: str, *, kind: str, how: str, filters: Iterable[str] = ()
) -> MediaRevealed | None:
    """A person asked to see media: an event of its own when the case is restricted, and nothing but a sum when it is not."""
    if how not in domain.HOWS:
        raise BadInput("unknown_how", f"{how[:40]!r} is no way to reveal.", where="how", hint=", ".join(domain.HOWS))
    if kind not in domain.KINDS:
        raise BadInput("unknown_kind", f"{kind[:40]!r} is no kind.", where="kind", hint=", ".join(domain.KINDS))
    if not job.clearance:
        return None
    event = MediaRevealed(
        media=media[:120], kind=kind, how=how, filters=[name for name in domain.FILTERS if name in set(filters)],
        policy=job.policy, severity=job.severity, clearance=job.clearance, item_version=job.item_version, job=str(job.job),
    )  # fmt: skip
    with writing(actor) as w:
        w.event(event, ("media", media[:120]), case_id=job.case)
    return event


def end(job: UUID, token: int) -> bool:
    """The touch is over (decided, given back, handed up); False when nothing of it was recorded."""
    with transaction.atomic():
        touch = Touch.objects.select_for_update().filter(job_id=job, token=token).first()
        if touch is None:
            return False
        _end(touch)
    return True


def close_stale(limit: int = 200) -> int:
    """End touches nobody has spoken of for longer than a lease lasts; returns how many."""
    with transaction.atomic():
        old = Touch.objects.select_for_update(skip_locked=True).filter(seen_at__lt=clock.now() - STALE)
        found = list(old.order_by("seen_at")[:limit])
        for touch in found:
            _end(touch)
    return len(found)


def erase_old() -> int:
    """Erase what people were shown longer ago than budgets and the week's figures need; returns how many rows."""
    return Exposure.objects.filter(quarter__lt=clock.now() - KEEP).delete()[0]


def _as_severe(shown: Iterable[Shown], least: int) -> list[Shown]:
    """A thing is as severe as the case it stands in; lines that are the same then are one."""
    found: dict[str, Shown] = {}
    for given in shown:
        line = msgspec.structs.replace(given, severity=max(given.severity, least))
        known = found.get(line.key)
        if known is not None:
            line = msgspec.structs.replace(line, ms=line.ms + known.ms, reveals=line.reveals + known.reveals)
        found[line.key] = line
    return list(found.values())


def _person(actor: Actor) -> UUID:
    try:
        return UUID(actor.id)
    except ValueError:
        raise BadInput("not_a_person", f"{actor} is shown nothing: only people are.", where="actor") from None


def _touch(person: UUID, job: JobFacts) -> Touch:
    """The row of this touch, locked."""
    who = profile(person)
    facts = {
        "policy": job.policy, "market": job.market, "language": job.language, "queue": job.queue, "vendor": who.vendor,
        "team": who.team,
    }  # fmt: skip
    Touch.objects.bulk_create(
        [Touch(job_id=job.job, token=job.token, reviewer_id=person, facts=facts, started_at=job.leased_at, seen_at=job.leased_at)],
        ignore_conflicts=True,
    )  # fmt: skip
    return Touch.objects.select_for_update().get(job_id=job.job, token=job.token)


def _keep(
    touch: Touch, page: str, known: Mapping[str, Sum], added: Mapping[str, tuple[Shown, Sum]], worked: int
) -> None:
    """Remember what is believed of this page now. Of very many pages the first are forgotten: the time that passes still bounds."""
    while page not in touch.pages and len(touch.pages) >= MOST_PAGES:
        _fold(touch.pages, next(iter(touch.pages)))
    sums = dict(touch.pages.get(page, {}))
    for key, (_line, more) in added.items():
        before = known.get(key, Sum())
        sums[key] = [before.ms + more.ms, before.reveals + more.reveals]
    touch.pages[page] = sums
    touch.worked = {**touch.worked, page: touch.worked.get(page, 0) + worked}


def _fold(pages: dict[str, Any], oldest: str) -> None:
    """Put a forgotten page's sums under the name ``*``, so that the touch's own sums stay whole."""
    gone = pages.pop(oldest)
    rest = pages.pop("*", {})
    for key, (ms, reveals) in gone.items():
        before = rest.get(key, [0, 0])
        rest[key] = [before[0] + ms, before[1] + reveals]
    pages["*"] = rest  # now the newest: the next to go is a real page


def _add(touch: Touch, now: datetime, added: Iterable[tuple[Shown, Sum]]) -> None:
    quarter = now.replace(minute=now.minute - now.minute % QUARTER, second=0, microsecond=0)
    rows = [
        (
            touch.reviewer_id, quarter, line.severity, line.kind, touch.facts["vendor"], touch.facts["team"], more.ms,
            more.ms if line.filters else 0, more.reveals,
        )
        for line, more in added
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_ADD, rows)


def _end(touch: Touch) -> None:
    """One event with the sums of all pages; nothing when nothing counted."""
    sums: dict[str, list[int]] = {}
    for page in touch.pages.values():
        for key, (ms, reveals) in page.items():
            before = sums.setdefault(key, [0, 0])
            before[0] += ms
            before[1] += reveals
    lines = []
    for key, (ms, reveals) in sorted(sums.items()):
        kind, severity, filters = key.split(":")
        lines.append(SeenLine(kind, int(severity), [name for name in filters.split("+") if name], ms, reveals))
    if lines:
        with writing(system("exposure")) as w:
            _say(w, touch, lines)
    touch.delete()


def _say(w: Writer, touch: Touch, lines: list[SeenLine]) -> None:
    facts = touch.facts
    event = ExposureSeen(
        policy=facts["policy"], market=facts["market"], language=facts["language"], queue=facts["queue"],
        vendor=facts["vendor"], severity=max(line.severity for line in lines), ms=sum(line.ms for line in lines),
        revealed=sum(line.reveals for line in lines), lines=lines,
    )  # fmt: skip
    w.event(event, ("exposure", facts["policy"]))
