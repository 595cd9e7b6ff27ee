"""Transparency reports: asked for, counted by a worker, looked at, published, kept for five years with every version."""

from __future__ import annotations

import calendar
import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from django.db.models import Max, Q

from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import writing
from watchfloor.transparency import entries, events, reading
from watchfloor.transparency.domain.annex import report as annex
from watchfloor.transparency.domain.annex.facts import Period
from watchfloor.transparency.domain.annex.layout import Row
from watchfloor.transparency.models import TransparencyReport as Report

KEEP_YEARS: Final = 5
DUE_MONTHS: Final = 2  # after the end of the period
LONGEST: Final = timedelta(days=366 * 2)
SILENT: Final = timedelta(minutes=10)  # a worker that says nothing for so long is gone
STEPS: Final = reading.STEPS + len(annex.PARTS)
SYSTEM = system("transparency")
# The totals that two periods are compared by: part, the row's place, the column, and how it is called.
FIGURES: Final = (
    ("orders", 3, 0, 6), ("orders_information", 3, 0, 10), ("notices", 4, 0, 5), ("notices_flaggers", 4, 0, 6),
    ("notices_median", 4, 0, 9), ("acts_law", 4, 0, 11), ("acts_terms", 4, 0, 13), ("own_illegal", 5, 0, 5),
    ("own_terms", 6, 0, 5), ("complaints", 7, 0, 6), ("complaints_upheld", 7, 1, 6), ("complaints_partly", 7, 2, 6),
    ("complaints_reversed", 7, 3, 6), ("complaints_median", 7, 4, 6), ("automated", 8, 0, 6), ("not_automated", 8, 1, 6),
    ("accuracy", 8, 2, 6), ("precision", 8, 3, 6), ("recall", 8, 4, 6), ("moderators_inside", 9, 0, 6),
    ("moderators_outside", 9, 1, 6),
)  # fmt: skip


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A report's files by name, its totals, and what does not add up."""

    files: dict[str, bytes]
    figures: dict[str, str]
    problems: list[str]


def make(period: Period, *, published: date | None = None, progress: reading.Progress = lambda done: None) -> Made:
    """Count a period and write the eleven parts; nothing is stored."""
    facts = reading.facts(period, progress)
    entered = msgspec.structs.replace(entries.entered(period), published=published, previous=_previous(period))
    parts = annex.build(facts, entered)
    files: dict[str, bytes] = {}
    for number in annex.PARTS:
        files[annex.file_name(number)] = annex.csv_bytes(number, parts[number])
        progress(reading.STEPS + number)
    return Made(files=files, figures=_figures(parts), problems=annex.problems(parts, facts))


def write(made: Made, folder: Path) -> None:
    """The files in a folder of their own choosing, which must be empty or new."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput("folder_in_use", f"{folder} is not empty.", where="DIR", hint="Name a new folder.")
    for name, content in made.files.items():
        (folder / name).write_bytes(content)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """One archive; the same files make the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()


def ask(actor: Actor, period: Period) -> Report:
    """Ask for a report; a worker counts it. A period that has one gets a new version."""
    today = clock.now().date()
    if period.first > today:
        raise BadInput("future_period", "The period has not begun.", where="first")
    if period.last - period.first > LONGEST:
        raise BadInput("long_period", "A period is two years at most.", where="last")
    with writing(actor) as w:
        same = Report.objects.filter(first=period.first, last=period.last)
        if same.filter(state__in=(Report.State.WAITING, Report.State.RUNNING)).exists():
            raise Conflict("asked_already", "A report over this period is being made already.")
        version = (same.aggregate(newest=Max("version"))["newest"] or 0) + 1
        row = w.create(
            Report, first=period.first, last=period.last, version=version, state=Report.State.WAITING, asked_by=str(actor),
            asked_at=clock.now(), total=STEPS,
        )  # fmt: skip
        w.event(events.ReportAsked(**_of(row)), row)
    return row


def work() -> int:
    """Make one report that waits, or whose worker went silent; 1 when there was one."""
    now = clock.now()
    gone = Q(state=Report.State.RUNNING, seen_at__lt=now - SILENT)
    with writing(SYSTEM) as w:
        row = (
            Report.objects.select_for_update(skip_locked=True).filter(Q(state=Report.State.WAITING) | gone)
            .order_by("asked_at").first()
        )  # fmt: skip
        if row is None:
            return 0
        Report.objects.filter(pk=row.pk).update(seen_at=now, done=0)
        if row.state != Report.State.RUNNING:
            w.update(row, state=Report.State.RUNNING)
            w.event(events.ReportBegun(**_of(row)), row)
    try:
        made = make(period_of(row), progress=lambda done: _seen(row, done))
    except BadInput as problem:
        _end(row, problem=problem.message)
        return 1
    _end(row, made=made)
    return 1


def _seen(row: Report, done: int) -> None:
    Report.objects.filter(pk=row.pk).update(done=done, seen_at=clock.now())


def _end(row: Report, *, made: Made | None = None, problem: str = "") -> None:
    with writing(SYSTEM) as w:
        if made is None:
            w.update(row, state=Report.State.FAILED, problem=problem[:300])
            w.event(events.ReportFailed(**_of(row)), row)
            return
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in made.files.items()}
        w.update(
            row,
            state=Report.State.MADE,
            made_at=clock.now(),
            files=digests,
            figures=made.figures,
            problems=made.problems,
        )
        w.event(events.ReportMade(**_of(row), files=digests, problems=len(made.problems)), row)
        Report.objects.filter(pk=row.pk).update(archive=zipped(made.files), done=STEPS)


def publish(actor: Actor, report_id: Any) -> Report:
    """Say that a report is the published one: dated today in its summary, and kept for five years."""
    with writing(actor) as w:
        row = Report.objects.select_for_update().filter(pk=report_id).first()
        if row is None:
            raise NotFound("unknown_report", "There is no such report.")
        if row.state != Report.State.MADE or row.archive is None:
            raise Conflict("not_made", "Only a report that is made, and not published yet, can be published.")
        if row.problems:
            raise Conflict("does_not_add_up", "Its parts do not add up.", hint=row.problems[0])
        now = clock.now()
        files = unzipped(bytes(row.archive))
        summary = annex.file_name(1)
        files[summary] = _dated(files[summary], now.date())
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        keep = _years_later(now.date(), KEEP_YEARS)
        w.update(
            row,
            state=Report.State.PUBLISHED,
            published_at=now,
            published_by=str(actor),
            keep_until=keep,
            files=digests,
        )
        w.event(events.ReportPublished(**_of(row), keep_until=str(keep)), row)
        Report.objects.filter(pk=row.pk).update(archive=zipped(files))
    return row


def unzipped(archive: bytes) -> dict[str, bytes]:
    """The files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        return {name: found.read(name) for name in found.namelist()}


def period_of(row: Report) -> Period:
    """The period a report is over."""
    return Period(first=row.first, last=row.last)


def before(row: Report) -> Report | None:
    """The report it is compared with: the newest version of the latest period that ended before it began."""
    done = Report.objects.filter(last__lt=row.first, state__in=(Report.State.MADE, Report.State.PUBLISHED))
    return done.defer("archive").order_by("-last", "-first", "-version").first()


def due_on(period: Period) -> date:
    """The last day on which a report over the period may be published."""
    month = period.last.month + DUE_MONTHS
    year, month = period.last.year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(period.last.day, calendar.monthrange(year, month)[1]))


def last_full_half_year(today: date) -> Period:
    """The period that most asks are about: the half year that ended last."""
    if today.month > 6:
        return Period(first=date(today.year, 1, 1), last=date(today.year, 6, 30))
    return Period(first=date(today.year - 1, 7, 1), last=date(today.year - 1, 12, 31))


def _previous(period: Period) -> date | None:
    """The day on which the report before this one was published."""
    found = (
        Report.objects.filter(state=Report.State.PUBLISHED, last__lt=period.first).order_by("-published_at")
        .values_list("published_at", flat=True).first()
    )  # fmt: skip
    return found.date() if found else None


def _figures(parts: Mapping[int, list[Row]]) -> dict[str, str]:
    return {name: parts[part][row][column] for name, part, row, column in FIGURES}


def _dated(summary: bytes, day: date) -> bytes:
    lines = summary.decode().splitlines(keepends=True)
    lines[2] = lines[2].rstrip("\n").rsplit(",", 1)[0] + f",{day}\n"
    return "".join(lines).encode()


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + years, month=3, day=1)


def _of(row: Report) -> dict[str, Any]:
    return {"first": str(row.first), "last": str(row.last), "version": row.version}
