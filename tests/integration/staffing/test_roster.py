"""A roster from the need to the phone: asked for, made, changed by letter, published, swapped, subscribed to; within one's vendors."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from tests.support.people import actor_of, member, signed_in
from tests.support.staffed import END, contracted, people

from watchfloor.engines.staffing.roster import Roster
from watchfloor.identity.domain import system
from watchfloor.identity.models import User
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.models import Event
from watchfloor.staffing import asking, day, mine, rostering, running, weekly
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.models import Ask, RosterRow, Swap
from watchfloor.workforce import actions as workforce

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 30)


def test_the_day_compares_who_should_be_there_and_prices_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.based import base

    monkeypatch.setattr("watchfloor.staffing.bases.newest", base)
    crew = people("acme", 5)
    manager = member({"staffing.view", "staffing.plan"}, "Mara", vendors=["acme"])
    boss, noon = actor_of(manager), END + timedelta(days=9, hours=12)
    assert day.today(boss, "acme") is None
    with clock.at(END):
        row = rostering.ask(boss, "acme", WEEK)
        running.work()
        rostering.publish(boss, row.pk)
    first = next(
        plan.name for plan in msgspec.convert(row_of("acme").roster, Roster).people for duty in plan.duties
        if duty.begin <= 59 and duty.begin + duty.hours > 60
    )  # fmt: skip
    for minute in range(0, 40, 2):  # there for 38 minutes of the hour before noon
        with clock.at(noon - timedelta(minutes=60 - minute)):
            workforce.heartbeat(actor_of(next(user for user in crew if str(user.pk) == first)))
    with clock.at(noon - timedelta(minutes=22)):
        workforce.heartbeat(actor_of(next(user for user in crew if str(user.pk) == first)), "away")
    with clock.at(noon):
        roster = msgspec.convert(row_of("acme").roster, Roster)
        due = [
            plan.name for plan in roster.people for duty in plan.duties if duty.begin <= 60 < duty.begin + duty.hours
        ]
        here = next(user for user in crew if str(user.pk) == due[0])
        workforce.heartbeat(actor_of(here))
        found = day.today(boss, "acme")
        assert found is not None
        assert found.adherence == pytest.approx(1 / len(due))
        eleven = next(each for each in found.hours if each.hour == 11)
        shift = sum(duty.begin <= 59 < duty.begin + duty.hours for plan in roster.people for duty in plan.duties)
        assert (eleven.due, eleven.there) == (shift, pytest.approx(38 / 60))
        assert found.so_far == pytest.approx((38 / 60) / sum(each.due for each in found.hours))
        assert {each.id for each in found.people if each.scheduled} == set(due)
        assert found.left > 0
        assert "overflow" in {lever.kind for lever in found.levers}
        assert not any(lever.money for lever in found.levers)
        people("zeta", 1)
        contracted("acme", "14.50"), contracted("zeta", "600", "PHP")
        rich = day.today(actor_of(member({"staffing.view", "vendor.view"})), "acme")
        assert rich is not None
        levers = {lever.kind: lever for lever in rich.levers}
        assert levers["overflow"].cost is not None
        assert levers["overflow"].money == [day.Amount("Zeta", "PHP", levers["overflow"].cost * 600)]
        own = member({"staffing.view", "vendor.work"}, "Lena", vendors=["acme"])  # a vendor's own side
        theirs = day.today(actor_of(own), "acme")
        assert theirs is not None
        assert {each.currency for lever in theirs.levers for each in lever.money} <= {"EUR"}
        if "people" in levers:
            assert levers["people"].cost is not None
            assert levers["people"].money == [day.Amount("Acme", "EUR", levers["people"].cost * 14.5)]
        page = signed_in(member({"staffing.view", "vendor.view"})).get("/staffing/day?vendor=acme").content.decode()
        assert "PHP" in page and "Not there" in page
        page = signed_in(manager).get("/staffing/day?vendor=acme").content.decode()
        assert "PHP" not in page
        assert "Another vendor takes over" in page
        assert signed_in(manager).get("/staffing/day?vendor=acme&format=csv").status_code == 200
        assert signed_in(manager).get("/staffing/day?vendor=zeta").status_code == 404


def test_parts_of_vendors_add_up() -> None:
    heads = {"a": 5, "b": 3, "c": 3}
    for need in range(30):
        assert sum(weekly.part(need, vendor, heads) for vendor in heads) == need


def takes(user: User, swap: Swap) -> bool:
    """Whether they may: not who works that day, or would not have rested; and only the first."""
    try:
        mine.take(actor_of(user), swap.pk, None)
    except (BadInput, NotFound):
        return False
    return True


def test_a_week_from_the_need_to_the_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.based import base

    monkeypatch.setattr("watchfloor.staffing.bases.newest", base)
    crew, others = people("acme", 5), people("zeta", 2)
    manager = member({"staffing.view", "staffing.plan"}, "Mara", vendors=["acme"])
    boss, client = actor_of(manager), signed_in(manager)
    with clock.at(END):
        mine.wish(actor_of(crew[0]), starts=["14:00"], days_off=["Sat", "Sun"], away=["2026-12-02"])
        assert "No roster for this week" in client.get(f"/staffing/roster?vendor=acme&week={WEEK}").content.decode()
        with pytest.raises(NotFound):
            rostering.ask(boss, "zeta", WEEK)
        client.post("/staffing/roster", {"vendor": "acme", "week": str(WEEK), "do": "make"})
        assert running.work() == 1
        row = rostering.current("acme", WEEK)
        assert row is not None
        assert row.state == "draft"
        roster = msgspec.convert(row.roster, Roster)
        own = next(plan for plan in roster.people if plan.name == str(crew[0].pk))
        assert all(duty.begin // 24 != 2 for duty in own.duties)  # away on Wednesday

        free = next(at for at in range(7) if weeks.on_day(own, at) is None and at != 2)
        answer = client.post(f"/staffing/roster/{row.pk}/cell", {"person": own.name, "day": str(free), "shift": "N"})
        assert "6 shifts instead of 5" in answer.content.decode()
        refused = client.post("/staffing/roster", {"vendor": "acme", "week": str(WEEK), "do": "publish"})
        assert refused.status_code == 422
        assert b"say why" in refused.content
        client.post(
            f"/staffing/roster/{row.pk}/cell", {"person": own.name, "day": str(free), "shift": "X", "back": "1"}
        )
        assert signed_in(member({"staffing.view"})).post(f"/staffing/roster/{row.pk}/cell", {}).status_code == 403
        client.post("/staffing/roster", {"vendor": "acme", "week": str(WEEK), "do": "publish"})
        row.refresh_from_db()
        assert row.state == "published"

        shown = signed_in(crew[0])
        shift = mine.shifts(mine.me(actor_of(crew[0])), WEEK)[0]
        page = shown.get("/staffing/mine").content.decode()
        assert "Offer it" in page
        feed = mine.feed(mine.feed_token(crew[0]))
        assert feed is not None
        assert feed.count("BEGIN:VEVENT") == 5
        shown.post("/staffing/mine", {"do": "offer", "week": str(WEEK), "begin": str(shift.hour)})
        swap = Swap.objects.get()
        with pytest.raises(NotFound):  # another vendor's people do not see it
            mine.take(actor_of(others[0]), swap.pk, None)
        taken = [user for user in crew[1:] if takes(user, swap)]
        assert taken
        row.refresh_from_db()
        assert row.state == "superseded"
        assert len(mine.shifts(mine.me(actor_of(taken[0])), WEEK)) == 6
        csv = b"".join(client.get(f"/staffing/roster?vendor=acme&week={WEEK}&format=csv").streaming_content).decode()  # type: ignore[attr-defined]
        assert csv.count("\n") >= 25
    wished = Event.objects.get(type="staffing.wishes")
    assert "14:00" not in str(wished.changes)  # theirs: the ledger knows that they wished, not what
    with pytest.raises(NotFound):
        mine.me(system("test"))


def test_people_are_asked_and_the_roster_follows_those_who_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.based import base

    monkeypatch.setattr("watchfloor.staffing.bases.newest", base)
    crew = people("acme", 5)
    manager = member({"staffing.view", "staffing.plan"}, "Mara", vendors=["acme"])
    boss, client, noon = actor_of(manager), signed_in(manager), END + timedelta(days=9, hours=12)
    with clock.at(END):
        row = rostering.ask(boss, "acme", WEEK)
        running.work()
        rostering.publish(boss, row.pk)
    with clock.at(noon):
        roster = msgspec.convert(row_of("acme").roster, Roster)
        there = [
            (plan.name, (duty.begin, duty.hours)) for plan in roster.people for duty in plan.duties
            if duty.begin // 24 == 2 and duty.begin + duty.hours in range(62, 72)
        ]  # fmt: skip
        name, was = there[0]
        longer = msgspec.json.encode({"name": name, "was": was, "now": (was[0], was[1] + 1)}).decode()
        asked = client.post("/staffing/day?vendor=acme", {"do": "ask", "who": longer})
        assert asked.status_code == 302
        assert b"Asked" in client.get("/staffing/day?vendor=acme").content
        client.post("/staffing/day?vendor=acme", {"do": "ask", "who": longer})
        only = Ask.objects.get()  # nobody is asked twice
        for who, said in (
            ("", b"no shift"), ("{", b"no shift"),
            (msgspec.json.encode({"name": name, "was": was, "now": (was[0], 15)}).decode(), b"not of the rest of today"),
            (msgspec.json.encode({"name": name, "was": (1, 2), "now": (was[0], 8)}).decode(), b"not there any more"),
        ):  # fmt: skip
            refused = client.post("/staffing/day?vendor=acme", {"do": "ask", "who": who})
            assert refused.status_code == 422 and said in refused.content, who
        assert b"Choose whom" in client.post("/staffing/day?vendor=acme", {"do": "ask"}).content
        person = next(user for user in crew if str(user.pk) == name)
        other = next(user for user in crew if str(user.pk) != name)
        with pytest.raises(NotFound):
            asking.answer(actor_of(other), only.pk, agrees=True)
        page = signed_in(person).get("/staffing/mine").content
        assert b"You are asked" in page and b"You may say no" in page
        signed_in(person).post("/staffing/mine", {"do": "agree", "ask": str(only.pk)})
        plan = next(each for each in msgspec.convert(row_of("acme").roster, Roster).people if each.name == name)
        assert (was[0], was[1] + 1) in [(duty.begin, duty.hours) for duty in plan.duties]
        assert row_of("acme").number == 2
        assert b"Agreed" in client.get("/staffing/day?vendor=acme").content

        free = next(each.name for each in roster.people if weeks.on_day(each, 2) is None)
        called = msgspec.json.encode({"name": free, "was": None, "now": (61, 4)}).decode()
        client.post("/staffing/day?vendor=acme", {"do": "ask", "who": called})
        second = Ask.objects.get(state="open")
        client.post("/staffing/day?vendor=acme", {"do": "withdraw", "ask": str(second.pk)})
        with pytest.raises(NotFound):
            asking.answer(actor_of(next(user for user in crew if str(user.pk) == free)), second.pk, agrees=True)
        client.post("/staffing/day?vendor=acme", {"do": "ask", "who": called})
        third = Ask.objects.get(state="open")
        asking.answer(actor_of(next(user for user in crew if str(user.pk) == free)), third.pk, agrees=False)
        assert row_of("acme").number == 2  # who says no keeps their day
        assert signed_in(member({"staffing.view"})).post("/staffing/day?vendor=acme", {"do": "ask"}).status_code == 404


def row_of(vendor: str) -> RosterRow:
    """The published roster."""
    found = rostering.published(vendor, WEEK)
    assert found is not None
    return found
