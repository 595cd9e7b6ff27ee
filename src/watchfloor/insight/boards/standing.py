"""Standing orders: what is due by the clock is claimed once, made with its owner's rights at that moment, and tried again when it fails.

Boards and reviews are both sent so. A run is a row unique for its schedule and moment, made in the transaction that moves the
schedule on: killed anywhere, it is made once. Its id is the message's, so a second try after a crash is the same message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for
from watchfloor.insight.boards.domain.cadence import EVERY, next_due
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, WatchfloorError
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import Writer, writing

AGAIN: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One kind of order.

    Args:
        by: who does it, as the ledger names them.
        lease: after so long a try that said nothing is taken for dead.
        schedules: its model: owner, every, minute, zone, next_at, archived_at, stopped_why.
        runs: its model: schedule, due_at, state (claimed, ``done``, failed), tries, try_at, done_at, problem.
        done: the state of a run that went well.
        moved, claimed, tried, stopped: what the ledger hears, of a schedule, a schedule, a run, a reason.
        may: the owner while they may still have it made; otherwise a sentence why not.
        make: makes and sends one; the sentence of what went wrong ("" = nothing) and whether trying again is of no use.
    """

    by: str
    lease: timedelta
    schedules: type[Any]
    runs: type[Any]
    done: str
    moved: Callable[[Any], LedgerEvent]
    claimed: Callable[[Any, bool], LedgerEvent]
    tried: Callable[[str, int], LedgerEvent]
    stopped: Callable[[str], LedgerEvent]
    may: Callable[[Actor, Any], Actor | str]
    make: Callable[[Actor, Any, Any], tuple[str, bool]]

    def work(self, limit: int) -> int:
        """Claim what is due and make what is claimed; returns how much was done. Several processes may do it at once."""
        return self._claim_due(limit) + self._make_claimed(limit)

    def claim(self, w: Writer, schedule: Any, at: datetime, **more: Any) -> Any | None:
        """The run of this moment, made now; None where it is known. ``more``: further values of the row."""
        made = w.create_unless_known(self.runs, schedule=schedule, due_at=at, **{"try_at": at, **more})
        if made is not None:
            w.event(self.claimed(schedule, bool(more)), made)
        return made

    def run(self, row: Any) -> None:
        """Make one; whatever goes wrong is written down in a sentence."""
        schedule = self.schedules.objects.get(pk=row.schedule_id)
        owner = self._owner(schedule)
        if isinstance(owner, str):
            self._stop(row, schedule, owner)
            return
        try:
            problem, final = self.make(owner, schedule, row)
        except WatchfloorError as refused:
            problem, final = refused.message, True
        with writing(self.by) as w:
            if not problem:
                w.update(row, state=self.done, done_at=clock.now(), try_at=None, problem="")
            elif final or row.tries > len(AGAIN):
                w.update(row, state="failed", done_at=clock.now(), try_at=None, problem=problem[:300])
            else:
                w.update(row, try_at=clock.now() + AGAIN[row.tries - 1], problem=problem[:300])
            w.event(self.tried(row.state, row.tries), row)

    def _claim_due(self, limit: int) -> int:
        now = clock.now()
        with writing(self.by) as w:
            due = list(
                self.schedules.objects.select_for_update(skip_locked=True)
                .filter(next_at__lte=now, archived_at__isnull=True)
                .order_by("next_at")[:limit]
            )
            for row in due:
                at = row.next_at
                # What was missed is not made up for.
                w.update(row, next_at=next_due(now, row.every, row.minute, ZoneInfo(row.zone)))
                if self.claim(w, row, at) is None:
                    w.event(self.moved(row), row)
        return len(due)

    def _make_claimed(self, limit: int) -> int:
        for number in range(limit):
            with writing(self.by) as w:
                row = (
                    self.runs.objects.select_for_update(skip_locked=True)
                    .filter(state="claimed", try_at__lte=clock.now())
                    .order_by("try_at")
                    .first()
                )
                if row is None:
                    return number
                w.update(row, tries=row.tries + 1, try_at=clock.now() + self.lease)
                w.event(self.tried("trying", row.tries), row)
            self.run(row)
        return limit

    def _owner(self, schedule: Any) -> Actor | str:
        user = User.objects.filter(pk=schedule.owner, is_active=True).first()
        return "Its owner has left." if user is None else self.may(actor_for(user), schedule)

    def _stop(self, row: Any, schedule: Any, why: str) -> None:
        with writing(self.by) as w:
            w.update(row, state="failed", done_at=clock.now(), try_at=None, problem=why)
            w.event(self.tried(row.state, row.tries), row)
            w.update(schedule, next_at=None, stopped_why=why)
            w.event(self.stopped(why), schedule)


def check_rhythm(every: str, minute: int, zone: str) -> None:
    """Raises ``BadInput`` for a rhythm, a minute of the day or a time zone that is none."""
    if every not in EVERY:
        raise BadInput("unknown_cadence", f"{every[:20]!r} is no rhythm.", where="every", hint=", ".join(EVERY))
    if not 0 <= minute < 24 * 60:
        raise BadInput("bad_time", _("That is no time of the day."), where="time")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput("unknown_zone", _("There is no such time zone."), where="zone", hint="Europe/Madrid") from None
