"""Calendars as text (iCalendar, RFC 5545): one event for each shift, in UTC, without rules of recurrence. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

FOLD: Final = 75  # octets in a line, RFC 5545 section 3.1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event. ``uid`` stays the same while it is the same shift."""

    uid: str
    start: datetime
    end: datetime
    summary: str


def write(name: str, entries: Iterable[Entry], now: datetime) -> str:
    """A whole calendar."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Watchfloor//on-call//EN", "METHOD:PUBLISH", f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]  # fmt: skip
    for each in entries:
        lines += [
            "BEGIN:VEVENT", f"UID:{each.uid}", f"DTSTAMP:{moment(now)}", f"DTSTART:{moment(each.start)}",
            f"DTEND:{moment(each.end)}", f"SUMMARY:{escaped(each.summary)}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return folded(lines)


def folded(lines: Iterable[str]) -> str:
    """Lines as a file of its kind: folded, each ended by CR LF."""
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def moment(at: datetime) -> str:
    """A moment in UTC, as calendars write it."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """A text as a value."""
    for char, instead in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "")):
        text = text.replace(char, instead)
    return text


def _folded(line: str) -> Iterable[str]:
    """A line of at most 75 octets; what is longer goes on after a space."""
    piece, size = "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > FOLD:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + octets
    yield piece
