"""Staffing in a real browser: the need, a what-if, the grid by keyboard and by dragging, one's own shifts; two looks at each and axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect
from tests.support.based import base
from tests.support.people import member
from tests.support.staffed import END, people

from watchfloor.engines.staffing.roster import Roster
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.staffing import bases, rostering, running, whatifs
from watchfloor.staffing.domain import week as weeks
from watchfloor.staffing.domain.whatif import Fields
from watchfloor.staffing.models import BaseRow, RosterRow

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
WEEK = weeks.monday(date(2030, 1, 9))


def test_the_need_a_what_if_and_a_roster(
    open_as: Callable[..., Page], four_looks: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "COMPILED", 3)
    crew = people("acme", 5)
    made = base().base
    BaseRow.objects.create(asked_at=END, made_at=END, document=msgspec.to_builtins(made))
    bases.newest.forget()
    whatifs.save(system("test"), "A third more", Fields(volume=133))
    rostering.ask(system("test"), "acme", WEEK)
    assert running.work() + running.work() == 2

    person = member({"staffing.view", "staffing.plan"}, "Mara Manager")
    page = open_as(person, "/staffing")
    expect(page.get_by_role("img", name="paid hours are missing")).to_be_visible()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="A third more").click()
    expect(page.get_by_text("Volume of every queue at 133 % of the forecast")).to_be_visible()
    four_looks(page)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/staffing/roster?vendor=acme&week={WEEK}")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    row = RosterRow.objects.get(state="draft")
    of = {plan.name: plan for plan in msgspec.convert(row.roster, Roster).people}
    first = page.locator(".roster-cell").first
    name = first.get_attribute("data-person") or ""
    works = {day for day in range(7) if weeks.on_day(of[name], day) is not None}
    free, shift = next(day for day in range(7) if day not in works), min(works)
    first.focus()
    for _ in range(free):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    expect(page.get_by_text("6 shifts instead of 5")).to_be_visible()
    cell = page.locator(f'.roster-cell[data-person="{name}"][data-day="{free}"]')
    expect(cell).to_have_text("N")
    expect(cell).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("0 broken rules")).to_be_visible()
    page.locator(f'.roster-cell[data-person="{name}"][data-day="{shift}"]').drag_to(cell)
    expect(cell).not_to_have_text("·")
    page.locator(f'.roster-cell[data-person="{name}"][data-day="{free}"]').drag_to(
        page.locator(f'.roster-cell[data-person="{name}"][data-day="{shift}"]')
    )
    expect(page.get_by_text("0 broken rules")).to_be_visible()
    page.get_by_role("button", name="Publish the roster").click()
    expect(page.get_by_text("Published: everybody sees their shifts.").first).to_be_visible()
    assert rostering.published("acme", WEEK) is not None

    with clock.at(END):
        mine = open_as(crew[0], "/staffing/mine")
        expect(mine.get_by_role("button", name="Offer the shift").first).to_be_visible()
        four_looks(mine)
