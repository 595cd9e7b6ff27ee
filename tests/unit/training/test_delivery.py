"""Clocks of cohorts, invitations, and the curve of new people: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import cohorts, invites, proficiency
from watchfloor.training.domain.cohorts import Place
from watchfloor.training.domain.proficiency import Judged

RIGA = ZoneInfo("Europe/Riga")
ZONES = [
    "Europe/Riga",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
]


def test_a_day_has_all_its_hours() -> None:
    """29 March 2026 has 23 hours in Riga, 25 October has 25: its end is the next midnight there, not 24 hours on."""
    spans = {
        day: cohorts.ends(day, RIGA) - cohorts.ends(day - timedelta(days=1), RIGA)
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1))
    }
    assert [span / timedelta(hours=1) for span in spans.values()] == [23, 25, 24]


@given(
    st.dates(date(2000, 1, 1), date(2037, 12, 31)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
)
def test_what_is_typed_is_what_the_clock_on_the_wall_shows(day: date, hour: time, name: str) -> None:
    """Any day, any time, any zone: the moment shows that time there, or is refused because the clocks skip it."""
    zone = ZoneInfo(name)
    text = f"{hour:%H:%M}"
    wall = datetime.combine(day, time.fromisoformat(text), zone)
    if wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        with pytest.raises(BadInput, match="does not exist"):
            cohorts.moment(day.isoformat(), text, zone)
        return
    found = cohorts.moment(day.isoformat(), text, zone)
    local = found.astimezone(zone)
    assert (local.date(), f"{local:%H:%M}") == (day, text)
    assert cohorts.ends(day - timedelta(days=1), zone) <= found < cohorts.ends(day, zone)


def test_one_reminder_then_the_lead_and_nobody_who_is_certified() -> None:
    end = datetime(2026, 12, 1, tzinfo=UTC)
    new = Place(certified=False, reminded=False, escalated=False)
    told = Place(certified=False, reminded=True, escalated=False)
    done = Place(certified=False, reminded=True, escalated=True)
    assert cohorts.step(new, end, end - timedelta(days=3, seconds=1)) == ""
    assert cohorts.step(new, end, end - timedelta(days=3)) == "remind"
    assert cohorts.step(told, end, end - timedelta(seconds=1)) == ""
    assert cohorts.step(told, end, end) == "lead"
    assert cohorts.step(done, end, end + timedelta(days=9)) == ""
    assert cohorts.step(new, end, end + timedelta(days=1)) == "remind"  # who came in late is told before their lead is
    assert cohorts.step(Place(certified=True, reminded=False, escalated=False), end, end) == ""
    assert cohorts.step(new, None, end) == ""


@pytest.mark.parametrize("cancelled", [False, True])
def test_two_readers_read_the_invitation(cancelled: bool) -> None:
    starts = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    each = invites.Invite(
        uid="s1@watchfloor", turn=2, starts=starts, minutes=90, title="Training: Spam; links, and\\more " + "é" * 60, text="Riga\nearly",
        place="https://meet.example.org/a?b=c;d", trainer='Tom "T" O\'Neil, jr.', trainer_address="tom@example.org",
        name="Lea Lööf: north", address="lea@example.org", cancelled=cancelled,
    )  # fmt: skip
    text = invites.write(each, starts)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = icalendar.Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    assert str(calendar["METHOD"]) == ("CANCEL" if cancelled else "REQUEST")
    assert (event["DTSTART"].dt, event["DTEND"].dt - event["DTSTART"].dt) == (starts, timedelta(minutes=90))
    assert (str(event["SUMMARY"]), str(event["LOCATION"]), str(event["DESCRIPTION"])) == (
        each.title,
        each.place,
        each.text,
    )
    assert (event["SEQUENCE"], str(event["ATTENDEE"]), event["ATTENDEE"].params["CN"]) == (
        2,
        "mailto:lea@example.org",
        each.name,
    )
    other = vobject.readOne(text).vevent
    assert (other.dtstart.value, other.summary.value, other.location.value) == (starts, each.title, each.place)


def test_the_curve_and_the_day_it_is_reached() -> None:
    """Half right in the first four weeks, all right after them; the tenured are right in nine of ten."""
    judged = [Judged(day, day >= 28 or day % 2 == 0) for day in range(60) for _ in range(2)]
    points = proficiency.curve(judged)
    assert [point.day for point in points] == [6, 13, 20, 27, 34, 41, 48, 55, 59]
    assert points[3].read == 56 and points[3].value == pytest.approx(0.5)  # 28 days, two a day
    assert (points[-1].value, points[-1].high) == (1.0, 1.0)
    day = proficiency.reached(judged, 0.9)
    assert day is not None and 40 < day < 56
    assert proficiency.reached(judged[:38], 0.9) is None
    assert proficiency.reached([Judged(0, False)] * 5, 0.9) is None  # so few would include anything
    assert proficiency.curve([]) == []
    assert proficiency.middle([3, 9, None]) == 9 and proficiency.middle([3, None, None]) is None
    assert proficiency.middle([4, 8]) == 6 and proficiency.middle([]) is None
