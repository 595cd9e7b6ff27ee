"""The review of an app in a real browser: from the queue to the developer's page, a step and its inverse; every look and axe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support import apps
from tests.support.people import member

from watchfloor.appreview import telemetry
from watchfloor.appreview.domain.checks import ScopeAsked
from watchfloor.appreview.domain.telemetry import Day
from watchfloor.appreview.links import developer_token
from watchfloor.appreview.models import ApiApp

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


def test_an_app_from_the_queue_to_its_developer(
    open_as: Callable[..., Page], four_looks: Callable[[Any], None]
) -> None:
    person = member({"app.view", "app.review", "app.stop"}, "Rita Reviewer")
    greedy = (*apps.asked().scopes, ScopeAsked("follow.write", "soon"))
    apps.hand_in(scopes=greedy, redirects=("http://bit.ly/x",))
    page = open_as(person, "/apps")
    four_looks(page)
    page.get_by_role("link", name="QuickBlast").click()
    expect(page.get_by_text("Nothing in the use case speaks of what it is for.")).to_be_visible()
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what is decided")
    page.get_by_text("Approve narrower").click()
    page.get_by_text("Narrower: scopes and limit").click()
    page.get_by_role("checkbox", name="follow.write").uncheck()
    page.get_by_label("Calls a day").fill("500")
    page.get_by_label("Your words to the developer").fill("Ask again when following is there.")
    page.get_by_role("button", name="Show what the developer will read").click()
    expect(page.locator("#preview")).to_contain_text("Your app is approved for less than you asked.")
    expect(page.locator("#preview")).to_contain_text("Calls a day: 500")
    four_looks(page)
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Decided; the platform and the developer are told.").first).to_be_visible()
    app = ApiApp.objects.get()
    assert (app.scopes, app.daily_limit) == (["message.write", "profile.read"], 500)

    page.goto(f"/apps/of/{app.pk}")
    page.get_by_label("Step", exact=True).select_option("suspend_app")
    page.get_by_role("checkbox", name="AR-602").check()
    page.get_by_label("Why, as the developer reads it").fill("Spam since noon.")
    four_looks(page)
    page.get_by_role("button", name="Take the step").click()
    expect(page.get_by_text("Suspended").first).to_be_visible()

    page.goto(f"/developer/{developer_token(app)}")
    expect(page.get_by_text("Your app is suspended.")).to_be_visible()
    expect(page.get_by_text("Stop the senders")).to_be_visible()
    page.get_by_label("Write to us").fill("The senders are stopped.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The senders are stopped.")).to_be_visible()
    four_looks(page)

    page.goto(f"/apps/of/{app.pk}")
    expect(page.get_by_text("The senders are stopped.")).to_be_visible()
    page.get_by_label("Why it is taken back").fill("Mended.")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The step is taken back; the platform and the developer are told.").first).to_be_visible()
    app.refresh_from_db()
    assert app.step == ""
    page.goto("/apps/all")
    four_looks(page)

    for number in range(9):  # eight quiet days, and one on which all it does is write
        writes = 600 if number == 8 else 180
        mix = {"message_sent": writes, "profile_read": 600 - writes}
        telemetry.judge(app, Day(day=f"2026-03-0{number + 1}", calls=600, actors=40, write_share=writes / 600, mix=mix))
    page.goto(f"/apps/applications/{app.applications.latest('number').pk}")
    expect(page.get_by_role("heading", name="Why it was reopened")).to_be_visible()
    expect(page.get_by_role("img", name="out of line").first).to_be_visible()
    four_looks(page)
