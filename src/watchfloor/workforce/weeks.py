"""The week's figures of groups: computed once when a week is over, cut into cells of five people and more, and never again.

Everything anybody is told of other people's exposure, breaks and steps back comes from these cells: pages, programs, the metric
catalogue. Nothing else reads across people.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec
from django.db.models import Count, Q, Sum

from watchfloor.identity import access
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer, writing
from watchfloor.workforce.domain.suppression import Part, cells
from watchfloor.workforce.models import Choices, Exposure, PublishedWeek, Rest, Reviewer, WeekCell
from watchfloor.workforce.wellbeing_events import WeekPublished, WellbeingWeek

SETTLE = timedelta(hours=6)  # after the week's end: touches still open are closed by then
REACH = timedelta(days=28)  # weeks further back are not made up for: their rows may be gone
WEEK = timedelta(days=7)
MEASURES = ("exposure", "breaks_planned", "breaks_taken", "step_backs", "opted_out")
Key = tuple[str, int]  # measure, severity (0: none)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A published figure. ``amount`` is milliseconds for exposure, a number otherwise. ``several`` is a remainder, not a group."""

    week: date
    measure: str
    severity: int
    vendor: str
    team: str
    amount: int
    people: int


def publish_due() -> int:
    """Publish the weeks that are over and not out yet, the oldest first; returns how many."""
    now = clock.now()
    last = monday(now - SETTLE) - WEEK
    out = set(PublishedWeek.objects.filter(week__gt=(now - REACH).date()).values_list("week", flat=True))
    waiting = [week for week in (last - WEEK * n for n in range(3, -1, -1)) if week not in out and _worked(week)]
    for week in waiting:
        publish(week)
    return len(waiting)


def publish(week: date) -> int:
    """Compute and publish one week's cells; returns how many. A week that is out stays as it is."""
    with writing(system("wellbeing")) as w:
        if PublishedWeek.objects.select_for_update().filter(week=week).exists():
            return 0
        row = w.create(PublishedWeek, week=week)
        count = _cells(w, week)
        w.event(WeekPublished(week=week.isoformat(), cells=count), row)
    return count


def _worked(week: date) -> bool:
    """Whether there is anything to publish of a week: of one before anybody worked nothing is said."""
    start = datetime.combine(week, time.min, tzinfo=UTC)
    return (
        Exposure.objects.filter(quarter__gte=start, quarter__lt=start + WEEK).exists()
        or Rest.objects.filter(at__gte=start, at__lt=start + WEEK).exists()
    )


def _cells(w: Writer, week: date) -> int:
    count = 0
    for (measure, severity), parts in sorted(_parts(week).items()):
        for cell in cells(parts):
            row = w.create(
                WeekCell, week=week, measure=measure, severity=severity, vendor=cell.vendor, team=cell.team,
                amount=cell.amount, people=cell.people,
            )  # fmt: skip
            timed = measure == "exposure"
            event = WellbeingWeek(
                week=week.isoformat(), measure=measure, severity=severity, vendor=cell.vendor, team=cell.team,
                people=cell.people, shown_ms=cell.amount if timed else 0, times=0 if timed else cell.amount,
            )  # fmt: skip
            w.event(event, row)
            count += 1
    return count


def _parts(week: date) -> dict[Key, list[Part]]:
    """What each person contributed to each figure of the week."""
    start = datetime.combine(week, time.min, tzinfo=UTC)
    end = start + WEEK
    found: dict[Key, list[Part]] = defaultdict(list)

    def add(measure: str, severity: int, person: UUID, vendor: str, team: str, amount: int) -> None:
        found[measure, severity].append(Part(person=person, vendor=vendor, team=team, amount=amount))

    shown = Exposure.objects.filter(quarter__gte=start, quarter__lt=end)
    for row in shown.values("reviewer_id", "vendor_key", "team", "severity").annotate(sum=Sum("ms")):
        add("exposure", row["severity"], row["reviewer_id"], row["vendor_key"], row["team"], row["sum"])
    rests = Rest.objects.filter(at__gte=start, at__lt=end).values("reviewer_id", "vendor_key", "team")
    owed = Q(kind__in=(Rest.Kind.PLANNED, Rest.Kind.DUE))
    counted = rests.annotate(
        planned=Count("pk", filter=owed), taken=Count("pk", filter=owed & Q(taken_at__isnull=False)),
        back=Count("pk", filter=Q(kind=Rest.Kind.STEP_BACK)),
    )  # fmt: skip
    for rest in counted:
        for measure, times in (
            ("breaks_planned", rest["planned"]), ("breaks_taken", rest["taken"]), ("step_backs", rest["back"])
        ):  # fmt: skip
            add(measure, 0, rest["reviewer_id"], rest["vendor_key"], rest["team"], times)
    teams = {row.pk: row for row in Reviewer.objects.filter(active=True)}
    for choice in Choices.objects.filter(pk__in=teams).only("avoid"):
        mine = teams[choice.pk]
        add("opted_out", 0, choice.pk, mine.vendor_key, mine.team, len(choice.avoid))
    return found


def monday(moment: datetime) -> date:
    """The Monday of a moment's week, UTC."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def figures(actor: Actor, *, weeks: int = 8, vendor: str = "") -> list[Figure]:
    """The published figures this actor may see, the newest week first."""
    since = monday(clock.now()) - WEEK * weeks
    rows = WeekCell.objects.filter(access.rows(actor, "wellbeing.view", vendor="vendor"), week__gte=since)
    if vendor:
        rows = rows.filter(vendor=vendor)
    return [
        Figure(
            week=row.week, measure=row.measure, severity=row.severity, vendor=row.vendor, team=row.team, amount=row.amount,
            people=row.people,
        )
        for row in rows.order_by("-week", "vendor", "team", "measure", "severity")
    ]  # fmt: skip


def published(weeks: int = 8) -> list[date]:
    """The weeks that are out, the newest first (a week may be out and have no figure to tell)."""
    return list(PublishedWeek.objects.order_by("-week").values_list("week", flat=True)[:weeks])
