"""The calendar others subscribe to, read back by a reader that is not ours; its address ends with the person's sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events
import vobject
from tests.support import npm
from tests.support.people import signed_in

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, ical, queries

READ = """
import ICAL from "ical.js";
const calendar = new ICAL.Component(ICAL.parse(process.argv[2]));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const events = calendar.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
const times = events.map((each) => [each.startDate.toUnixTime(), each.endDate.toUnixTime()]);
console.log(JSON.stringify(times.sort((a, b) => a[0] - b[0])));
"""
MONDAY = datetime(2026, 3, 16, 12, tzinfo=UTC)  # before the clocks change in Dublin on the 29th


def test_read_back_by_another(people: tuple[Any, Any]) -> None:
    lena, omar = people
    with clock.at(MONDAY), writing(system("test")) as w:
        layer = {"name": "primary", "people": [str(lena.pk), str(omar.pk)], "begins": "2026-03-02T09:00:00"}
        row = actions.save_schedule(
            w, key="leads", name="Leads; north, south\\west " + "é" * 60, zone="Europe/Dublin", layers=[layer]
        )
        actions.override(
            w, "leads", lena.pk, datetime(2026, 3, 24, 20, tzinfo=UTC), datetime(2026, 3, 25, 6, tzinfo=UTC)
        )
    with clock.at(MONDAY):
        text = ical.calendar(row)
        expected = queries.final(row, MONDAY - ical.BACK, MONDAY + ical.AHEAD)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    calendar = icalendar.Calendar.from_ical(text)
    events = sorted(
        recurring_ical_events.of(calendar).between("20260301", "20260701"), key=lambda each: each["DTSTART"].dt
    )
    assert [(each["DTSTART"].dt, each["DTEND"].dt) for each in events] == [(each.start, each.end) for each in expected]
    assert [str(each["SUMMARY"]) for each in events][:2] == [f"Lena Lead · {row.name}", f"Omar Other · {row.name}"]
    week = [each for each in events if MONDAY + timedelta(days=6) < each["DTSTART"].dt < MONDAY + timedelta(days=13)]
    assert sum((each["DTEND"].dt - each["DTSTART"].dt for each in week), timedelta(0)) == timedelta(hours=167)
    others = [(each.dtstart.value, each.dtend.value) for each in vobject.readOne(text).vevent_list]
    assert others == [(each.start, each.end) for each in expected]  # and a second reader
    assert len({str(each["UID"]) for each in events}) == len(events)
    third = npm.script(npm.packages("ical", "ical.js@2.2.1"), READ, text)  # and a third, of browsers and mail programs
    assert third == [[int(each.start.timestamp()), int(each.end.timestamp())] for each in expected]


def test_the_address_ends_with_the_sessions(people: tuple[Any, Any], client: Any) -> None:
    lena, _omar = people
    with writing(system("test")) as w:
        layer = {"name": "primary", "people": [str(lena.pk)], "begins": "2026-03-02T09:00:00"}
        row = actions.save_schedule(w, key="leads", name="Leads", zone="UTC", layers=[layer])
    where = f"/oncall/feed/{ical.token(row, lena)}.ics"
    assert where in signed_in(lena).get("/oncall/schedules/leads").content.decode()
    answer = client.get(where)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    assert client.get("/oncall/feed/forged.ics").status_code == 404
    assert signed_in(lena).post("/oncall/feed/renew").status_code == 302
    assert client.get(where).status_code == 404  # renewed: the old address is dead
    where = f"/oncall/feed/{ical.token(row, lena)}.ics"
    mine = f"/oncall/feed/{ical.token(None, lena)}.ics"
    assert client.get(where).status_code == client.get(mine).status_code == 200
    assert mine in signed_in(lena).get("/oncall/contacts").content.decode()
    events = vobject.readOne(client.get(mine).content.decode()).vevent_list
    assert {each.summary.value for each in events} == {"Lena Lead · Leads"}
    lena.session_epoch += 1
    lena.save()
    assert client.get(where).status_code == 404
