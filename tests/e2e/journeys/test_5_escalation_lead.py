"""Journey 5: an escalation lead at night: paged on a phone, one tap, the stream stopped, evidence held, closed, reviewed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import Floor, program
from tests.e2e.journeys.night import TITLE
from tests.e2e.journeys.people import PASSWORD, email

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def night(floor: Floor) -> None:
    """What happened until the phone rings."""
    program(floor.server.home, "-m", "tests.e2e.journeys.night")


def test_from_the_page_on_the_phone_to_the_review(
    floor: Floor, night: None, visit: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = visit(floor.server.url)
    page.set_viewport_size(PHONE)
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(email("ada"))
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-label^='Account of']")

    def rings() -> bool:  # the loop calls within seconds
        page.goto("/oncall")
        return bool(page.get_by_role("link", name="You are called").count())

    wait_for(rings, "the phone to ring", 30)
    page.get_by_role("link", name="You are called").click()
    main = page.get_by_role("main")
    page.get_by_role("button", name="Acknowledge").wait_for()
    assert TITLE not in page.content()  # a page says nothing of what is seen there
    assert "due in" in main.inner_text()  # the clock that runs
    four_looks(page)
    page.set_viewport_size(PHONE)
    page.keyboard.press("a")
    page.get_by_text("It is yours. Nobody else is called.").wait_for()
    where = page.url

    page.get_by_role("link", name="Open an incident").click()
    page.get_by_label("What happens").fill("Threat announced live")
    page.get_by_role("button", name="Open the room").click()
    page.get_by_role("heading", name="Incident 1").wait_for()
    room = page.url
    page.get_by_label("Why it is kept").fill("The police will ask for it")
    page.get_by_role("button", name="Hold the evidence").click()
    page.get_by_text("Evidence held", exact=True).wait_for()

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(where)
    main.get_by_role("link", name=re.compile("^Case ")).click()
    page.get_by_role("button", name="Take this very case").click()
    page.wait_for_url("**/review/work/**")
    page.get_by_role(
        "button", name="Yes, I take this kind of work"
    ).click()  # asked before the first severe case of a kind
    page.wait_for_function(
        "() => document.querySelector('#decide [data-list]')?.open === false"
    )  # the questions stand first
    page.get_by_text("All violation types").click()
    page.locator("input[name=violation][value='violence.threat']").check()
    page.get_by_text("What follows", exact=True).wait_for()
    page.get_by_text("Other actions").click()
    page.locator("input[name=actions][value=stop_stream]").check()
    page.get_by_role("button", name=re.compile("^Violating")).click()
    wait_for(lambda: bool(floor.platform.about("s1", "stop_stream")), "the platform to stop the stream", 30)

    page.goto(room)
    told = page.get_by_role("list", name="Timeline of the incident").inner_text()
    for words in ("acknowledged the page", "opened the incident", "had the evidence held"):
        assert words in told, told
    assert "Stop the stream" in told or "stop_stream" in told, told
    page.get_by_label("Why it is over").fill("Stopped after minutes, handed to the police")
    page.get_by_role("button", name="Close the incident").click()
    page.get_by_role("heading", name="Review", exact=True).wait_for()
    page.get_by_label("What happened").fill("It was announced an hour before it began.")
    page.get_by_label("Causes").fill("The rule looks at titles when a stream begins, not before.")
    page.get_by_role("button", name="Save the review").click()
    page.get_by_label("What will be changed").fill("Announcements are screened as posts are")
    page.get_by_label("Who owns it").select_option(label="Ada Morel")
    page.get_by_label("Until").fill("2030-01-15")
    page.get_by_role("button", name="Add the action").click()
    page.get_by_text("Announcements are screened as posts are").wait_for()
    page.get_by_text("Has it come back?").wait_for()
    four_looks(page)
    for address in (
        "/oncall",
        "/oncall/schedules/leads",
        "/oncall/incidents",
        "/oncall/setup/schedule?key=leads",
        "/oncall/contacts",
    ):
        page.goto(address)
        four_looks(page)
