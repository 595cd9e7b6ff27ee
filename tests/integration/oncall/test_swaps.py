"""Swaps and rules of rest by the pages people use: asked, answered, shown; nobody gives what they do not have; the hours of a month."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions, queries
from watchfloor.oncall.domain.swaps import Span
from watchfloor.oncall.models import Schedule, Swap

MONDAY = datetime(2026, 3, 16, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def leads(people: tuple[Any, Any]) -> Schedule:
    """Lena this week, Omar the next."""
    with clock.at(MONDAY), writing(system("test")) as w:
        layer = {"name": "primary", "people": [str(each.pk) for each in people], "begins": "2026-03-16T09:00:00"}
        rules = {"row": 100, "rest": 11}
        return actions.save_schedule(w, key="leads", name="Leads", zone="UTC", layers=[layer], rules=rules)


def on(row: Schedule, moment: datetime) -> Any:
    shift = queries.on_now(row, moment)
    return shift.person if shift else None


def test_asked_and_accepted_by_the_pages(people: tuple[Any, Any], leads: Schedule) -> None:
    lena, omar = people
    with clock.at(MONDAY):
        form = {
            "step": "swap", "other": str(omar.pk), "gives_start": "2026-03-18T20:00", "gives_end": "2026-03-19T08:00",
            "takes_start": "2026-03-25T20:00", "takes_end": "2026-03-26T08:00",
        }  # fmt: skip
        refused = signed_in(lena).post("/oncall/schedules/leads", {**form, "gives_end": "2026-03-18T10:00"})
        assert refused.status_code == 422 and "2026-03-18T20:00" in refused.content.decode()  # what was typed stays
        assert signed_in(lena).post("/oncall/schedules/leads", form).status_code == 302
        swap = Swap.objects.get()
        assert "Lena Lead asks you" in signed_in(omar).get("/oncall").content.decode()
        assert on(leads, MONDAY + 2 * DAY + 10 * HOUR) == lena.pk  # until it is accepted nothing changes
        with pytest.raises(Forbidden):
            actions.answer_swap(actor_of(lena), swap.pk, "accept")
        with pytest.raises(NotFound):
            actions.answer_swap(actor_of(member({"oncall.view"}, "Third")), swap.pk, "accept")
        assert signed_in(omar).post(f"/oncall/swaps/{swap.pk}", {"verb": "accept"}).status_code == 302
        assert on(leads, MONDAY + 2 * DAY + 10 * HOUR) == omar.pk and on(leads, MONDAY + 9 * DAY + 10 * HOUR) == lena.pk
        with pytest.raises(Conflict):
            actions.answer_swap(actor_of(omar), swap.pk, "accept")
        shown = signed_in(lena).get("/oncall/schedules/leads").content.decode()
        assert "override" in shown and "h without a break" in shown  # the week is longer than the rule allows
    sequencer.catch_up()
    assert [each for each in rebuild.check().differences if each.table.startswith("oncall")] == []


def test_what_was_given_meanwhile_cannot_be_given_again(people: tuple[Any, Any], leads: Schedule) -> None:
    lena, omar = people
    span = Span(MONDAY + DAY, MONDAY + 2 * DAY)
    with clock.at(MONDAY):
        with pytest.raises(Conflict):
            actions.ask_swap(actor_of(omar), "leads", lena.pk, span)  # it is not his
        first = actions.ask_swap(actor_of(lena), "leads", omar.pk, span)
        second = actions.ask_swap(actor_of(lena), "leads", omar.pk, span)
        actions.answer_swap(actor_of(omar), first.pk, "accept")
        with pytest.raises(Conflict):
            actions.answer_swap(actor_of(omar), second.pk, "accept")
        actions.answer_swap(actor_of(lena), second.pk, "withdraw")
        third = actions.ask_swap(actor_of(lena), "leads", omar.pk, Span(MONDAY + 3 * DAY, MONDAY + 4 * DAY))
    with clock.at(MONDAY + 3 * DAY + HOUR):
        with pytest.raises(BadInput):
            actions.answer_swap(actor_of(omar), third.pk, "accept")  # it has begun
        assert queries.asked_of(actor_of(omar)) == []


def test_the_hours_of_a_month_and_the_load(people: tuple[Any, Any], leads: Schedule) -> None:
    lena, _omar = people
    with clock.at(MONDAY + 20 * DAY):
        at = signed_in(lena)
        text = b"".join(at.get("/oncall/hours.csv?month=2026-03").streaming_content).decode("utf-8-sig")
        rows = {row["person"]: row for row in csv.DictReader(io.StringIO(text))}
        assert float(rows["Lena Lead"]["total"]) == 168 + 39 and float(rows["Omar Other"]["total"]) == 168
        assert float(rows["Omar Other"]["working"]) == 45 and float(rows["Omar Other"]["weekend"]) == 48
        assert at.get("/oncall/hours.csv?month=soon").status_code in (400, 422)
        assert "Hours of a month" in at.get("/oncall/load").content.decode()


def test_a_form_with_rules_warns_and_keeps_them(people: tuple[Any, Any], leads: Schedule) -> None:
    boss = signed_in(member({"oncall.view", "oncall.manage"}, "Boss"))
    form = {
        "name": "Leads", "zone": "UTC", "name-0": "primary", "people-0": [str(each.pk) for each in people], "begins-0": "2026-01-31T09:00",
        "unit-0": "month", "every-0": "1", "start-0": "", "end-0": "", "rest": "11", "row": "", "four_weeks": "300", "spread": "25",
    }  # fmt: skip
    answer = boss.post("/oncall/setup/schedule?key=leads", form, follow=True)
    assert "Saved, but the next four weeks break" in answer.content.decode()
    leads.refresh_from_db()
    assert leads.rules == {"rest": 11, "four_weeks": 300, "spread": 0.25} and leads.layers[0]["unit"] == "month"
    refused = boss.post("/oncall/setup/schedule?key=leads", {**form, "rest": "many"})
    assert refused.status_code == 422 and 'value="many"' in refused.content.decode()
