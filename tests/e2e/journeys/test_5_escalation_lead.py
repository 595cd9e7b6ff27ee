"""Journey 5: an escalation lead at night: paged on a phone, one tap, the stream stopped, evidence held, closed, reviewed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import Floor, program
from tests.e2e.journeys.night import BANK, KNOWN, TITLE
from tests.e2e.journeys.people import PASSWORD, email
from tests.support.streams import Broadcast, served, shots

pytest.importorskip("av", reason='pip install "watchfloor[media]"')
pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def night(floor: Floor) -> Iterator[Broadcast]:
    """A stream goes on: some seconds of nothing, then a clip that a bank knows."""
    program(floor.server.home, "-m", "tests.e2e.journeys.night")
    broadcast = Broadcast(shots([*range(8), *KNOWN, *range(20, 27)]), 2.0)
    broadcast.upto, broadcast.over = 3, False
    with served(broadcast, floor.streams):
        stream(floor, broadcast)
        yield broadcast


def evidence(floor: Floor) -> str:
    """Whether the clip of the stream can be erased by anybody: asked of the program's own command."""
    found = json.loads(program(floor.server.home, "-m", "watchfloor", "streams", "list", "--state", "over", "--json"))
    return "held" if found["rows"][0]["clips"] and found["rows"][0]["held_until"] else "free"


def stream(floor: Floor, broadcast: Broadcast, *, live: bool = True) -> None:
    """The platform says how it stands with the stream."""
    data = {"title": TITLE, "live": live, "viewers": 4_200, "author_id": "caster", "stream": broadcast.url}
    floor.event({"type": "live_stream", "id": "s1", "data": data})


def test_from_the_page_on_the_phone_to_the_review(
    floor: Floor, night: Broadcast, visit: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = visit(floor.server.url)
    page.set_viewport_size(PHONE)
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(email("ada"))
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-label^='Account of']")

    def rings() -> bool:  # the clip comes up; the loop calls within seconds
        night.upto = min(night.upto + 1, len(night.segments))
        page.goto("/oncall")
        return bool(page.get_by_role("link", name="You are called").count())

    wait_for(rings, "the phone to ring", 60)
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
    panel = page.get_by_role("region", name="Live stream")
    assert BANK in panel.inner_text() and "of 256 bits apart" in panel.inner_text()
    viewer = panel.locator("[data-viewer]")
    assert viewer.locator("img").count() == 0  # not one still before it is asked for
    viewer.get_by_role("button", name=BANK).click()  # to the moment of the match
    still = int(viewer.locator("[data-scrub]").input_value())
    page.keyboard.down("v")
    viewer.locator("img.viewer-strip").wait_for()
    assert "blur" in viewer.locator("img").evaluate("one => getComputedStyle(one).filter")
    times = [float(each) for each in (viewer.get_attribute("data-times") or "").split()]
    assert still == min(range(len(times)), key=lambda place: abs(times[place] - times[still]))
    page.keyboard.up("v")
    viewer.locator("img").wait_for(state="detached")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("c")
    assert panel.get_by_label("What is violated").input_value() == "violence.threat"  # what the bank says of the clip
    panel.get_by_role("button", name="Stop it now").click()
    page.get_by_text("The stream is being stopped.").wait_for()
    wait_for(lambda: bool(floor.platform.about("s1", "stop_stream")), "the platform to stop the stream", 30)

    page.goto(room)
    told = page.get_by_role("list", name="Timeline of the incident").inner_text()
    for words in ("acknowledged the page", "opened the incident", "had the evidence held"):
        assert words in told, told
    stream(floor, night, live=False)
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
    assert evidence(floor) == "held"
    for address in (
        "/streams",
        "/oncall",
        "/oncall/schedules/leads",
        "/oncall/incidents",
        "/oncall/setup/schedule?key=leads",
        "/oncall/setup/outside",
        "/oncall/load",
        "/oncall/contacts",
    ):
        page.goto(address)
        four_looks(page)
