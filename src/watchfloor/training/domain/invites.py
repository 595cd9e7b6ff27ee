"""An invitation to a session as calendars read it (iCalendar, RFC 5545; the request of RFC 5546); pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from watchfloor.oncall.domain import ics


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """A session for one person. ``turn`` counts its changes: a later one replaces an earlier one in the calendar."""

    uid: str
    turn: int
    starts: datetime
    minutes: int
    title: str
    text: str
    place: str
    trainer: str
    trainer_address: str
    name: str
    address: str
    cancelled: bool = False


def write(each: Invite, now: datetime) -> str:
    """The whole calendar: a request, or the word that it is called off."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Watchfloor//training//EN",
        f"METHOD:{'CANCEL' if each.cancelled else 'REQUEST'}", "BEGIN:VEVENT", f"UID:{each.uid}", f"SEQUENCE:{each.turn}",
        f"STATUS:{'CANCELLED' if each.cancelled else 'CONFIRMED'}", f"DTSTAMP:{ics.moment(now)}",
        f"DTSTART:{ics.moment(each.starts)}", f"DTEND:{ics.moment(each.starts + timedelta(minutes=each.minutes))}",
        f"SUMMARY:{ics.escaped(each.title)}", f"DESCRIPTION:{ics.escaped(each.text)}",
        f"LOCATION:{ics.escaped(each.place)}", f"ORGANIZER;CN={_parameter(each.trainer)}:mailto:{each.trainer_address}",
        f"ATTENDEE;CN={_parameter(each.name)};ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:{each.address}", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return ics.folded(lines)


def _parameter(text: str) -> str:
    """A name as a quoted parameter, which knows no escapes: what would end it is left out."""
    kept = "".join(char for char in text if char >= " " and char not in '"\x7f')
    return f'"{kept}"'
