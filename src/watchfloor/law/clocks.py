"""The only writers of running clocks: started, paused, resumed, given anew, stopped. What calls for them is in ``law.follow``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.law import documents
from watchfloor.law.domain.table import Rule
from watchfloor.law.events import ClockEnded, ClockPaused, ClockResumed, ClockStarted, ClockStopped
from watchfloor.law.models import Clock
from watchfloor.ledger.writer import Writer, plain
from watchfloor.oncall import actions as oncall
from watchfloor.review.actions.hasten import hasten
from watchfloor.review.domain.calendars import Span

State = Clock.State
OPEN = (State.RUNNING, State.PAUSED)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock is about; ``facts`` is what rules ask (``domain.table.SINGULAR``)."""

    kind: str
    id: UUID
    facts: dict[str, str] = {}
    case_id: UUID | None = None
    item_id: UUID | None = None
    clearance: str = ""


def start_all(w: Writer, happened: str, about: About, at: datetime, *, start: str | None = None) -> list[Clock]:
    """Start every clock of the table in force that what happened starts. ``start``: only the rules that begin so."""
    table = documents.table()
    found = [rule for rule in table.on(happened, about.facts) if start is None or rule.start == start]
    return [row for rule in found if (row := begin(w, rule, table.number, about, at)) is not None]


def begin(w: Writer, rule: Rule, number: int, about: About, at: datetime) -> Clock | None:
    """Start one clock; None where this rule already runs (or ran) for this thing."""
    table = documents.version(number)
    due = table.due(rule, at)
    row = w.create_unless_known(
        Clock, rule_key=rule.key, table_number=number, about=about.kind, about_id=about.id, case_id=about.case_id,
        item_id=about.item_id, market=about.facts.get("market", ""), policy_key=about.facts.get("policy", ""),
        clearance=about.clearance, state=State.RUNNING, started_at=at, due_at=due,
        not_before=table.earliest(rule, at), warn_at=table.warn_at(rule, at, due),
    )  # fmt: skip
    if row is None:
        return None
    if row.case_id is not None:
        hasten(w, row.case_id, due)
    w.event(ClockStarted(**facts(row), due_at=plain(due), again=False), row, case_id=row.case_id)
    return row


def start_by_hand(w: Writer, key: str, about: About, at: datetime | None = None) -> Clock:
    """Start a clock of the table in force because a person says so."""
    table = documents.table()
    rule = table.clocks.get(key)
    if rule is None or not rule.active:
        raise BadInput("unknown_clock", f"There is no clock {key[:60]!r} in force.", where="rule")
    now = clock.now()
    moment = at or now
    if moment > now:
        raise BadInput("in_the_future", "A clock begins when something has happened, not later.", where="at")
    row = begin(w, rule, table.number, about, moment)
    if row is None:
        raise Conflict("runs_already", "This clock was already started for it.")
    return row


def pause(w: Writer, clock_id: UUID, why: str) -> Clock:
    """It stands still, for a reason the rule knows."""
    row = lock(clock_id)
    rule = rule_of(row)
    if row.state != State.RUNNING:
        raise Conflict("not_running", "Only a clock that runs can be paused.")
    if why not in rule.pauses:
        known = ", ".join(rule.pauses) or "nothing"
        raise BadInput(
            "no_such_pause", f"This clock is not paused for {why!r}.", where="why", hint=f"It is for: {known}."
        )
    now = clock.now()
    if row.due_at <= now:
        raise Conflict("over", "Its end has passed: it cannot be paused any more.")
    w.update(row, state=State.PAUSED, paused_at=now, paused_for=why)
    w.event(ClockPaused(**facts(row), why=why), row, case_id=row.case_id)
    return row


def resume(w: Writer, clock_id: UUID) -> Clock:
    """It goes on, by its own version of the table."""
    row = lock(clock_id)
    if row.state != State.PAUSED or row.paused_at is None:
        raise Conflict("not_paused", "Only a clock that stands still can go on.")
    now = clock.now()
    stood, why = now - row.paused_at, row.paused_for
    pauses = [*row.pauses, [plain(row.paused_at), plain(now), why]]
    w.update(row, pauses=pauses, paused_at=None, paused_for="", state=State.RUNNING)
    _settle(w, row)
    event = ClockResumed(**facts(row), why=why, due_at=plain(row.due_at), stood_ms=stood // timedelta(milliseconds=1))
    w.event(event, row, case_id=row.case_id)
    return row


def again(w: Writer, row: Clock, at: datetime) -> Clock:
    """The notice was given anew: the period begins anew, with the pauses and warnings of its own."""
    if row.state not in (State.RUNNING, State.PAUSED, State.MISSED) or row.stopped_at is not None:
        raise Conflict("stopped", "This clock was stopped: a new notice has a clock of its own.")
    if at < row.started_at:
        raise BadInput("earlier", "A notice given again comes after the first.", where="at")
    oncall.resolve_for(w, page_key(row, "due"))
    oncall.resolve_for(w, page_key(row, "missed"))
    w.update(
        row, state=State.RUNNING, round=row.round + 1, started_at=at, pauses=[], paused_at=None, paused_for="", warned_at=None,
        missed_at=None,
    )  # fmt: skip
    _settle(w, row)
    w.event(ClockStarted(**facts(row), due_at=plain(row.due_at), again=True), row, case_id=row.case_id)
    return row


def stop(w: Writer, row: Clock, by: str, proof: str, at: datetime | None = None) -> bool:
    """What it asked for was done, ``at`` that moment; ``proof`` names it. False where it is not what stops this clock."""
    if by not in rule_of(row).stops or row.stopped_at is not None or row.state == State.ENDED:
        return False
    moment = at or clock.now()
    met = moment <= row.due_at if row.state == State.RUNNING else row.state == State.PAUSED
    w.update(
        row, state=State.MET if met else State.MISSED, stopped_at=moment, stopped_by=by, proof=proof[:120],
        missed_at=None if met else row.missed_at or row.due_at, paused_at=None,
    )  # fmt: skip
    for what in ("due", "missed"):
        oncall.resolve_for(w, page_key(row, what))
    took = (moment - row.started_at) // timedelta(milliseconds=1)
    w.event(ClockStopped(**facts(row), by=by, proof=row.proof, met=met, took_ms=took), row, case_id=row.case_id)
    return True


def stop_by_hand(w: Writer, clock_id: UUID, proof: str) -> Clock:
    """A person says what fulfilled it; only where the rule lets one."""
    row = lock(clock_id)
    if not proof.strip():
        raise BadInput("no_proof", "Say what shows that it was done: a number, a receipt.", where="proof")
    if not stop(w, row, "person", proof.strip()):
        raise Conflict("not_by_hand", "This clock is stopped by what happens, or it was stopped already.")
    return row


def end(w: Writer, row: Clock) -> None:
    """It is void: the order was withdrawn or refused, the request was not the person's own."""
    if row.stopped_at is not None or row.state == State.ENDED:
        return
    w.update(row, state=State.ENDED, stopped_at=clock.now(), paused_at=None)
    for what in ("due", "missed"):
        oncall.resolve_for(w, page_key(row, what))
    w.event(ClockEnded(**facts(row)), row, case_id=row.case_id)


def of(about: str, about_id: UUID) -> list[Clock]:
    """The clocks of a thing, the first that is due first, locked."""
    rows = Clock.objects.select_for_update().filter(about=about, about_id=about_id)
    return list(rows.order_by("due_at", "pk"))


def lock(clock_id: UUID) -> Clock:
    """The row, locked."""
    row = Clock.objects.select_for_update().filter(pk=clock_id).first()
    if row is None:
        raise NotFound("unknown_clock", "There is no such clock.")
    return row


def rule_of(row: Clock) -> Rule:
    """The rule a clock goes by, as it stood when the clock began."""
    return documents.version(row.table_number).clocks[row.rule_key]


def spans(row: Clock) -> Sequence[Span]:
    """The pauses that are over, as the engine takes them."""
    return [(datetime.fromisoformat(each[0]), datetime.fromisoformat(each[1])) for each in row.pauses]


def facts(row: Clock) -> dict[str, Any]:
    """What every event of a clock says of it."""
    return {
        "rule": row.rule_key, "table": row.table_number, "about": row.about, "policy": row.policy_key, "market": row.market,
    }  # fmt: skip


def page_key(row: Clock, what: str) -> str:
    """Of the page about a clock: one for each round and each of its two moments."""
    return f"law:{row.pk}:{row.round}:{what}"


def _settle(w: Writer, row: Clock) -> None:
    """Work its end out anew."""
    table, rule = documents.version(row.table_number), rule_of(row)
    due = table.due(rule, row.started_at, spans(row))
    w.update(
        row, due_at=due, not_before=table.earliest(rule, row.started_at, spans(row)), warn_at=table.warn_at(rule, row.started_at, due),
    )  # fmt: skip
    if row.case_id is not None:
        hasten(w, row.case_id, due)
