"""Programme in a real browser: the board by keyboard and by dragging, the timeline, an initiative; two looks at each and axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.people import actor_of, member

from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.stakeholders import actions as stakeholders
from watchfloor.programme.tracking import actions
from watchfloor.programme.tracking.actions import Started, Todo
from watchfloor.programme.tracking.models import Action

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
DAY = timedelta(days=1)


def test_work_on_the_board_the_timeline_and_its_own_page(
    open_as: Callable[..., Page], four_looks: Callable[[Any], None]
) -> None:
    ana = member({"programme.view", "programme.edit", "insight.view"}, "Ana Ruiz")
    now = clock.now()
    with clock.at(now - 12 * DAY), writing(actor_of(ana)) as w:
        plan = actions.begin_initiative(
            w, Started(kind="initiative", title="Appeals within a day", aim="People hear back in a day, not in three.", owner=ana.pk,
                       state="running", zone="Europe/Madrid"),
        )  # fmt: skip
        ready = actions.add_milestone(w, plan, "Macros ready", now + 6 * DAY)
        live = actions.add_milestone(w, plan, "Live in Spain", now + 20 * DAY)
        write = actions.add_action(w, Todo(title="Write the macros", owner=ana.pk, due=now - DAY, milestone=ready))
        read = actions.add_action(
            w, Todo(title="Have them read", owner=ana.pk, due=now + 4 * DAY, milestone=ready, depends_on=[write.pk])
        )
        actions.add_action(
            w, Todo(title="Train the first team", due=now + 15 * DAY, milestone=live, depends_on=[read.pk])
        )
        done = actions.add_action(w, Todo(title="Ask the lawyers", owner=ana.pk, due=now - 6 * DAY, milestone=ready))
        legal = stakeholders.save_stakeholder(w, name="Legal", kind="group", interest=3, influence=3)
        stakeholders.set_letter(w, plan.pk, legal.pk, "C")
    with clock.at(now - 5 * DAY), writing(actor_of(ana)) as w:
        actions.move(w, done, state="done")
        actions.move(w, write, due=now + 5 * DAY, why="The translator is away")
        actions.move_milestone(w, ready, due=now + 9 * DAY, why="The translator is away")
        actions.comment(w, f"initiative:{plan.pk}", "Spain first, then Portugal.")

    page = open_as(ana, "/programme")
    expect(page.get_by_role("heading", name="What changed in the last week")).to_be_visible()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/programme/board")
    first = page.locator("[data-state=open] [data-card]").first
    expect(first).to_contain_text("Have them read")
    expect(first).to_contain_text("Date cannot hold")
    first.focus()
    page.keyboard.press("ArrowDown")
    card = page.locator(f'[data-card="{write.pk}"]')
    expect(card).to_be_focused()
    page.keyboard.press("]")
    expect(page.locator("[data-state=doing] [data-card]")).to_contain_text("Write the macros")
    expect(page.get_by_role("status").filter(has_text="Write the macros: Doing.")).to_be_visible()
    expect(card).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-state=doing] [data-card]")).to_have_count(0)
    card.drag_to(page.locator("[data-state=doing]"))
    expect(page.locator("[data-state=doing] [data-card]")).to_have_count(1)
    assert Action.objects.get(pk=write.pk).state == "doing"
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Timeline", exact=True).click()
    expect(page.get_by_role("img", name="lines: bars end when something is due")).to_be_visible()
    assert page.locator(".plan-was").count() == 2 and page.locator(".plan-wait.is-held").count() == 1
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Appeals within a day").click()
    expect(page.get_by_text("Nobody answers for it yet (A).")).to_be_visible()
    expect(page.get_by_text("Spain first, then Portugal.")).to_be_visible()
    four_looks(page)
