"""One visit to the floor in a real browser: a surge is seen, started and ended, a boost counted, the note signed; accessible everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


@pytest.fixture
def person(transactional_db: None) -> Any:
    """A manager on a floor with some work, two vendors' people, and a playbook."""
    from tests.support.floor import LEAD, Floor, install, someone
    from tests.support.people import actor_of, member

    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.review import surge
    from watchfloor.workforce import actions as workforce

    install()
    floor, rita = Floor(), someone(LEAD)
    for number in range(8):
        floor.report(market="DE" if number % 3 == 0 else "US", reason="scam" if number % 2 else "spam")
    for _ in range(2):
        floor.decide(rita)
    with writing(system("test")) as w:
        workforce.save_vendor(w, key="acme", name="Acme", site="Lisbon")
        steps = [
            {"kind": "boost", "filters": {"policy": "spam"}, "points": 4},
            {"kind": "pause_queues", "queues": ["hate.en"]},
        ]
        surge.save_playbook(
            w, key="spam-wave", name="A wave of spam", description="When spam doubles.", steps=steps, hours=2
        )
    worker = member(LEAD, name="Wim Worker")
    with writing(system("test")) as w:
        workforce.save_reviewer(w, worker.pk, vendor_key="acme", team="day")
    workforce.heartbeat(actor_of(worker), "working")
    return member({"floor.view", "review.reassign", "queue.manage", "insight.view", "case.view"}, name="Mona Manager")


def test_a_bad_hour_from_the_floor_and_back(
    person: Any, open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    page = open_as(person, "/floor/plan")
    four_looks(page)
    page.context.route("**/floor/live*", lambda route: route.abort())  # the test's own server cannot end a stream
    page.goto("/floor")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.get_by_role("link", name="By vendor").click()
    page.get_by_role("link", name="Acme").wait_for()

    page.get_by_role("link", name="Surge playbooks").click()
    page.get_by_role("link", name="See what it would do").click()
    assert page.get_by_role("row", name=re.compile("boost policy=spam")).inner_text().rstrip().endswith(("2", "3", "4"))
    four_looks(page)
    page.get_by_label("Why").fill("Ten times the usual spam")
    page.get_by_role("button", name="Start it").click()
    page.get_by_role("button", name="End it now and put everything back").wait_for()
    four_looks(page)
    page.goto("/floor")
    assert "Ten times the usual spam" in page.locator("#floor-now").inner_text()
    assert page.get_by_role("row", name=re.compile("hate.en")).get_by_text("Paused").is_visible()

    page.get_by_role("link", name="Move and reprioritise").click()
    page.get_by_label("Policy").select_option("scam")
    page.get_by_label("Put it forward, or back, for a time").check()
    page.get_by_label("Points").fill("2")
    page.get_by_role("button", name="Count them").click()
    page.get_by_text("Nothing is done yet").wait_for()
    four_looks(page)
    page.get_by_label("Why").fill("and the scams that come with it")
    page.get_by_role("button", name="Give them 2 points for 4 hours").click()
    page.get_by_role("button", name="End it").wait_for()

    page.goto("/floor/due-times")
    page.get_by_label("Name of target 1").fill("spam within a day")
    page.get_by_label("Policy of target 1").select_option("spam")
    page.get_by_label("Hours of target 1").fill("3")
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_text("Nothing is changed yet").wait_for()
    four_looks(page)
    page.get_by_role("button", name="Put it live").click()
    page.get_by_text("Version 1 is live").wait_for()

    page.goto("/floor/surges")
    page.get_by_role("button", name="End it now and put everything back").click()
    page.get_by_text("and everything is put back").wait_for()

    page.goto("/floor/handover")
    page.get_by_label("What the next shift must know").fill("The wave is over; look at the scam queue first.")
    four_looks(page)
    page.get_by_role("button", name="Sign it").click()
    page.get_by_text("The next shift finds it on the floor").wait_for()
    four_looks(page)
    page.goto("/floor")
    assert "look at the scam queue first" in page.locator("#floor-now").inner_text()
