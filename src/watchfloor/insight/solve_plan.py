"""What each queue is planned to solve, hour by hour of the week: kept as data, read from CSV, compared with on the floor."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from watchfloor.identity.domain import Actor
from watchfloor.insight.events import SolvePlanSaved
from watchfloor.insight.models import SolvePlan
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Queue

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = 168
COLUMNS = ("queue", "day", "hour", "solved")


def hour(now: datetime) -> dict[str, float]:
    """What each queue that has a plan is to solve in the hour of this moment."""
    moment = now.astimezone(UTC)
    place = moment.weekday() * 24 + moment.hour
    return {queue: week[place] for queue, week in _all().items()}


def read(text: str) -> dict[str, list[float]]:
    """Plans from CSV with the columns queue, day (mon to sun, empty for each), hour (0 to 23 UTC, empty for each), solved.

    Later lines go before earlier ones, so that a line for every hour may be followed by the exceptions. ``BadInput`` names the line.
    """
    found: dict[str, list[float]] = {}
    lines = csv.DictReader(io.StringIO(text.lstrip("\ufeff").strip()))
    if set(lines.fieldnames or ()) < set(COLUMNS):
        raise BadInput("bad_header", "The first line names the columns.", where="rows", hint=",".join(COLUMNS))
    known = set(Queue.objects.filter(archived_at__isnull=True).values_list("key", flat=True))
    for number, line in enumerate(lines, start=2):
        where, queue = f"rows[{number}]", (line["queue"] or "").strip()
        if queue not in known:
            raise BadInput("unknown_queue", f"Line {number}: there is no queue {queue!r}.", where=where)
        try:
            day, at = (line["day"] or "").strip().lower()[:3], (line["hour"] or "").strip()
            days = range(7) if not day else [DAYS.index(day)]
            hours = range(24) if not at else [range(24)[int(at)]]
            solved = float(line["solved"] or "")
        except (ValueError, IndexError, TypeError):
            raise BadInput(
                "bad_line", f"Line {number} cannot be read.", where=where, hint="For example: spam.en,mon,14,120"
            ) from None
        if not 0 <= solved < 1e6:
            raise BadInput("bad_number", f"Line {number}: so many cannot be solved.", where=where)
        week = found.setdefault(queue, [0.0] * HOURS)
        for one in days:
            for other in hours:
                week[one * 24 + other] = solved
    if not found:
        raise BadInput("nothing", "There is nothing to put in.", where="rows")
    return found


def save(actor: Actor, text: str) -> int:
    """Replace the plans of the queues that the CSV names; returns how many."""
    if not actor.has("queue.manage"):
        raise Forbidden("no_permission", "Your roles do not include planning queues.", hint="Ask a program manager.")
    plans = read(text)
    with writing(actor) as w:
        rows = {row.queue_key: row for row in SolvePlan.objects.select_for_update().filter(queue_key__in=list(plans))}
        for queue, week in plans.items():
            values = {"week": week, "changed_by": w.actor, "changed_at": clock.now()}
            row = rows.get(queue)
            row = w.create(SolvePlan, queue_key=queue, **values) if row is None else w.update(row, **values)
            w.event(SolvePlanSaved(queue=queue, week=sum(week)), row)
    _all.forget()
    return len(plans)


def lines() -> list[tuple[str, str, int, float]]:
    """Every planned hour that is not empty, as CSV has it."""
    return [
        (queue, DAYS[place // 24], place % 24, solved)
        for queue, week in sorted(_all().items())
        for place, solved in enumerate(week)
        if solved
    ]


def _read() -> dict[str, list[float]]:
    return dict(SolvePlan.objects.values_list("queue_key", "week"))


_all = Remembered(_read)
