"""Changes from files and calendars: CSV, iCalendar (RFC 5545), and public holidays of countries."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watchfloor.insight.changes.contracts import ChangeIn
from watchfloor.insight.params import moment
from watchfloor.kernel.errors import BadInput, MissingExtra

COLUMNS = ("kind", "title", "starts_at", "ends_at", "scope", "link", "effect", "key")
MOST = 5_000
_ESCAPES = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}


def scope(text: str, where: str = "scope") -> dict[str, list[str]]:
    """``market=ES,PT; policy=spam`` as values by dimension."""
    found: dict[str, list[str]] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, equals, values = part.partition("=")
        if not equals:
            raise BadInput(
                "bad_scope", f"{part[:40]!r} is no scope.", where=where, hint="Write market=ES,PT; policy=spam"
            )
        found[name.strip()] = [value.strip() for value in values.split(",") if value.strip()]
    return found


def scope_text(given: dict[str, list[str]]) -> str:
    """The other way round."""
    return "; ".join(f"{name}={','.join(values)}" for name, values in given.items())


def from_csv(text: str) -> list[ChangeIn]:
    """Rows with the columns ``kind, title, starts_at`` and, if wanted, the others of ``COLUMNS``."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    names = set(rows.fieldnames or ())
    if not {"kind", "title", "starts_at"} <= names:
        raise BadInput("no_columns", "The first line names the columns.", where="file", hint=", ".join(COLUMNS))
    found: list[ChangeIn] = []
    for line, row in enumerate(rows, 2):
        if len(found) >= MOST:
            raise BadInput("too_many", f"More than {MOST:,} changes.", where="file")
        get = {name: (row.get(name) or "").strip() for name in COLUMNS}
        place = f"line {line}"
        try:
            found.append(
                ChangeIn(
                    kind=get["kind"], title=get["title"], starts_at=moment(get["starts_at"], "starts_at"),
                    ends_at=moment(get["ends_at"], "ends_at") if get["ends_at"] else None, scope=scope(get["scope"]),
                    link=get["link"], effect=get["effect"], source="file", key=get["key"] and f"csv:{get['key']}",
                )
            )  # fmt: skip
        except BadInput as error:
            raise BadInput(
                error.code, f"Line {line}: {error.message}", where="file", hint=error.hint or place
            ) from None
    return found


def from_ical(text: str, *, kind: str, given: dict[str, list[str]]) -> list[ChangeIn]:
    """The events of a calendar; all are of one kind and scope. A repeated one counts at its first time only (RFC 5545, 3.6.1)."""
    found = []
    for event in _events(text):
        if "DTSTART" not in event or event.get("STATUS", ("", ""))[1].upper() == "CANCELLED":
            continue
        start = _moment(*event["DTSTART"])
        end = _moment(*event["DTEND"]) if "DTEND" in event else None
        if end is None and "T" not in event["DTSTART"][1]:
            end = start + timedelta(days=1)
        uid = event.get("UID", ("", ""))[1]
        title = _plain(event.get("SUMMARY", ("", ""))[1]) or "?"
        found.append(
            ChangeIn(kind=kind, title=title[:200], starts_at=start, ends_at=end if end and end > start else None, scope=given,
                     link=_link(event.get("URL", ("", ""))[1]), source="calendar", key=f"ical:{uid}"[:200] if uid else "")
        )  # fmt: skip
        if len(found) > MOST:
            raise BadInput("too_many", f"More than {MOST:,} changes.", where="file")
    if not found:
        raise BadInput(
            "no_events",
            "There is no event in this calendar.",
            where="file",
            hint="A file that begins with BEGIN:VCALENDAR",
        )
    return found


def holidays(markets: Sequence[str], years: Sequence[int]) -> list[ChangeIn]:
    """Public holidays of markets that are countries (ISO 3166), from the optional package ``holidays``."""
    try:
        import holidays as calendar
    except ImportError:
        raise MissingExtra("calendars", "Public holidays need an optional package.") from None
    found = []
    for market in markets:
        try:
            days = calendar.country_holidays(market, years=list(years))
        except NotImplementedError:
            raise BadInput(
                "unknown_country", f"{market[:12]!r} is no country with a calendar.", where="markets"
            ) from None
        for day, name in sorted(days.items()):
            found.append(
                ChangeIn(kind="holiday", title=f"{name} ({market})"[:200], starts_at=_start(day), ends_at=_start(day) + timedelta(days=1),
                         scope={"market": [market]}, source="calendar", key=f"holiday:{market}:{day.isoformat()}")
            )  # fmt: skip
    return found


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _events(text: str) -> Iterator[dict[str, tuple[str, str]]]:
    """Each VEVENT: property name -> (parameters, value); folded lines are joined first."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    event: dict[str, tuple[str, str]] | None = None
    depth = 0
    for line in lines:
        if line == "BEGIN:VEVENT":
            event, depth = {}, 0
        elif line == "END:VEVENT" and event is not None:
            yield event
            event = None
        elif event is not None and line.startswith("BEGIN:"):  # an alarm within
            depth += 1
        elif event is not None and line.startswith("END:"):
            depth -= 1
        elif event is not None and not depth and ":" in line:
            head, value = line.split(":", 1)
            name, _semicolon, parameters = head.partition(";")
            event.setdefault(name.upper(), (parameters, value.strip()))


def _moment(parameters: str, value: str) -> datetime:
    try:
        if "T" not in value:
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC)
        if value.endswith("Z"):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        zone = re.search(r"TZID=\"?([^;\"]+)", parameters)
        naive = datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone is put to it in the next line
        return naive.replace(tzinfo=ZoneInfo(zone[1]) if zone else UTC).astimezone(UTC)
    except (ValueError, ZoneInfoNotFoundError):
        raise BadInput("bad_date", f"{value[:40]!r} is no moment of a calendar.", where="file") from None


def _plain(text: str) -> str:
    return re.sub(r"\\[nN,;\\]", lambda found: _ESCAPES[found[0]], text).strip()


def _link(text: str) -> str:
    return text if text.startswith(("https://", "http://")) else ""
