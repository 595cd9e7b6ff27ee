"""Media in a real browser: nothing is requested before somebody asks, letting go hides, the toggle works; the page of well-being."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.people import member

from watchfloor.identity.domain import system
from watchfloor.kernel.remembered import forget_all
from watchfloor.ledger.writer import writing
from watchfloor.policy import defaults as policies
from watchfloor.policy import queries as policy_queries
from watchfloor.workforce import defaults, wellbeing

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
SHOWN = re.compile("is-shown")


def card(page: Page, media: str) -> Any:
    return page.locator(f'[data-viewer][data-media="{media}"]')


def test_the_viewer_shows_nothing_unasked(open_as: Callable[..., Page]) -> None:
    page = open_as(member({"case.view", "settings.manage"}), "/wellbeing/evidence")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]) if "/sample" in request.url else None
    )
    page.goto("/console/gallery")
    page.locator(".has-viewer").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    mild = card(page, "med_mild")
    expect(mild).to_have_class(SHOWN)  # below severity 3, as this page prefers: small, grey, blurred
    assert mild.locator("img").evaluate("one => getComputedStyle(one).filter") == "grayscale(1) blur(10px)"
    assert asked == ["sample-small.svg"]
    mild.get_by_role("button", name="Keep shown").click()
    expect(mild).not_to_have_class(SHOWN)
    asked.clear()

    picture = card(page, "med_picture")
    assert page.locator(".viewer img, .viewer video, .viewer audio").count() == 0  # not hidden: not there
    expect(picture).to_contain_text("May show: Graphic violence")
    expect(picture).to_contain_text("Severity 4")
    assert asked == []
    # by the pointer: the small one, grey and blurred, for as long as the button is held
    hold = picture.get_by_role("button", name="Hold to show")
    hold.scroll_into_view_if_needed()
    box = hold.bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    expect(picture).to_have_class(SHOWN)
    expect(picture.get_by_role("status")).to_have_text("Shown · blurred · grey · small")
    assert picture.locator("img").evaluate("one => getComputedStyle(one).filter") == "grayscale(1) blur(10px)"
    assert picture.locator("img").get_attribute("src").endswith("sample-small.svg")
    page.mouse.up()
    expect(picture).not_to_have_class(SHOWN)
    assert picture.locator("img").count() == 0
    # by the key v, and by space on the button; a key that is let go hides
    for key in ("v", " "):
        hold.focus()
        page.keyboard.down(key)
        expect(picture).to_have_class(SHOWN)
        page.keyboard.up(key)
        expect(picture).not_to_have_class(SHOWN)
    # the toggle stays, and steps up one at a time
    picture.get_by_role("button", name="Keep shown").press("Enter")
    expect(picture).to_have_class(SHOWN)
    page.get_by_role("heading", level=1).click()
    expect(picture).to_have_class(SHOWN)
    picture.get_by_role("button", name="Blur").click()
    assert picture.locator("img").evaluate("one => getComputedStyle(one).filter") == "grayscale(1)"
    assert not [name for name in asked if name != "sample-small.svg"]
    picture.get_by_role("button", name="Small").click()
    expect(picture.locator("img")).to_have_attribute("src", re.compile(r"sample\.svg$"))
    page.evaluate("window.dispatchEvent(new Event('blur'))")  # another window is in front
    expect(picture).not_to_have_class(SHOWN)

    # a video is a strip of stills; it plays, muted, when told to; what the team holds on stays on
    video = card(page, "med_video")
    video.get_by_role("button", name="Keep shown").click()
    expect(video.locator("img")).to_have_attribute("src", re.compile(r"sample-strip\.svg$"))
    video.get_by_role("button", name="matches a bank").click()
    expect(video.get_by_role("status")).to_have_text("Frame 3 of 8")
    for key, frame in (
        (".", 4),
        (",", 3),
        (">", 7),
        ("<", 3),
    ):  # a still on and back, to the next mark and the one before
        page.keyboard.press(key)
        expect(video.get_by_role("status")).to_have_text(f"Frame {frame} of 8")
    assert "sample.webm" not in asked
    video.get_by_role("button", name="Play while shown").click()
    expect(video.locator("video")).to_have_js_property("muted", True)
    video.get_by_role("button", name="Mute").dispatch_event("click")  # disabled, yet something may press it
    expect(video.locator("video")).to_have_js_property("muted", True)
    expect(card(page, "med_waiting")).to_contain_text("still being decoded")
    assert card(page, "med_waiting").get_by_role("button").count() == 0


def test_the_pages_of_well_being(
    open_as: Callable[..., Page], four_looks: Callable[[Any], None], axe: Callable[[Any], None]
) -> None:
    policy_queries.forget()
    with writing(system("test")) as w:
        policies.install(w)
        defaults.install(w)
    forget_all()
    person = member({"review.work", "case.view", "policy.view", "wellbeing.view", "wellbeing.manage"})
    page = open_as(person, "/wellbeing")
    page.get_by_label("One press shows, another hides").check()
    page.locator("form", has_text="One press shows").get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Nobody else sees it")
    forget_all()
    assert wellbeing.profile(person.pk).filters.toggle
    four_looks(page)
    page.keyboard.press("p")
    page.wait_for_url("**/wellbeing/pause")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are on a break")
    for address in ("", "/wellbeing/team", "/wellbeing/evidence", "/wellbeing/budgets"):
        if address:
            page.goto(address)
        axe(page)  # narrow and dark, as the four looks left it
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
