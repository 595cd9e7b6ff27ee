"""A reviewer's hour by keyboard alone; no key falls on the wrong case; nothing decided is lost; the worst case is fast and silent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
Check = Callable[[Any], None]


@pytest.fixture(scope="module")
def floor(folder: Path, made_before: Callable[[Path], None]) -> Iterator[dict[str, Any]]:
    """A server of its own with people and cases."""
    from tests.e2e.conftest import start_server, stop_server

    home = folder / "bench"
    made_before(home)
    running, process = start_server(home)
    try:
        filled = subprocess.run(
            [sys.executable, "-m", "tests.e2e.fill_floor"], cwd=ROOT, capture_output=True, text=True, check=True,
            env={**os.environ, "WATCHFLOOR_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        )  # fmt: skip
        yield {"url": running.url, **json.loads(filled.stdout)}
    finally:
        stop_server(process)


@pytest.fixture
def desk(browser: Any, floor: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """``desk("rita")``: a page on which this person is signed in; a script error, a dialog or a broken content rule fails the test."""
    contexts, faults = [], []

    def enter(login: str, width: int = 1440, height: int = 900, **look: Any) -> Any:
        context = browser.new_context(base_url=floor["url"], viewport={"width": width, "height": height}, **look)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto("/account/login/")
        page.locator("#login").fill(f"{login}@example.org")
        page.locator("#login").press("Tab")
        page.keyboard.type(floor["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not faults, faults


def on_case(page: Any, besides: str = "") -> str:
    """Wait for the workbench of another job than this, and until its keys are heard; its address."""
    page.wait_for_url(lambda url: "/review/work/" in url and (not besides or besides not in url))
    page.locator("main[data-heard]:not([aria-busy]) [data-bench]").wait_for()
    return str(page.url).split("?")[0]


def decided_today(page: Any) -> str:
    """What the bar at the bottom says."""
    return str(page.locator(".bench-day").inner_text())


def test_an_hour_by_keyboard(desk: Any, axe: Check) -> None:
    page = desk("rita")
    page.goto("/review/queue/spam.en")
    page.keyboard.press("n")
    first = on_case(page)
    page.evaluate("window.stillHere = true")  # no case of this hour loads the page again
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")  # no scroll for the common case
    page.keyboard.press("r")
    assert page.locator("#panel-reports").is_visible()
    page.keyboard.press("s")
    assert page.locator("#panel-signals").is_visible()

    page.keyboard.press("1")  # nothing chosen: leads to the list
    page.keyboard.press("Space")
    page.locator("input[name=actions_for]").wait_for(state="attached")
    assert page.locator("input[name=actions]:checked").count() >= 1
    page.keyboard.press("w")
    page.keyboard.type("the same link again")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    second = on_case(page, first)
    assert page.locator("[data-undo]").is_visible()
    assert page.locator("[data-next-sign].is-ready").inner_text() == "next ready"
    axe(page)

    page.keyboard.press("n")  # the tree: they did not ask for it, and so on down to a violation type
    page.keyboard.press("Backspace")
    assert page.locator("[data-trail] li").count() == 0
    while page.locator("[data-question]:not([hidden])").count():
        to = page.locator("[data-question]:not([hidden]) [data-kind=violation]").first
        page.keyboard.press(to.get_attribute("data-key") if to.count() else "n")
    assert page.locator("[data-end=violation]").is_visible()
    assert page.locator("input[name=violation]:checked").count() == 1
    page.keyboard.press("2")  # and is decided otherwise
    third = on_case(page, second)
    page.keyboard.press("k")
    page.locator("details[open] :focus").wait_for()  # the panel gives its first field the focus when it has opened
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    fourth = on_case(page, third)
    page.keyboard.press("a")
    page.locator("details[open] textarea:focus").wait_for()
    page.keyboard.type("is a soup offer spam?")
    page.locator("details[open] button[value=ask]").press("Enter")
    fifth = on_case(page, fourth)
    page.get_by_text("the answer, which comes to your desk").wait_for()
    page.keyboard.press("x")
    page.locator("details[open] textarea:focus").wait_for()
    page.keyboard.type("may be a threat to a school")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    sixth = on_case(page, fifth)
    page.keyboard.press("2")
    seventh = on_case(page, sixth)
    page.keyboard.press("u")
    page.get_by_text("Taken back").wait_for()
    assert on_case(page) == seventh  # the case in hand is still in hand
    assert page.evaluate("window.stillHere === true")
    assert page.evaluate("performance.getEntriesByName('wf:next-case').length") >= 6

    page.keyboard.press("b")
    page.wait_for_url(lambda url: url.split("#")[0].endswith("/wellbeing/pause"))
    assert "Nobody will ask why" in page.locator("#toasts").inner_text()
    page.goto("/review")
    assert page.locator(".panel-list li", has_text="Taken back").count() == 1
    assert page.locator(".panel-list li", has_text="no longer stands").count() == 1


def test_no_key_is_lost_and_no_decision(desk: Any) -> None:
    page = desk("sam")
    page.goto("/review/queue/spam.en")
    page.keyboard.press("n")
    first = on_case(page)
    assert page.locator("[data-lease]").inner_text()[:2] in ("5:", "4:")
    with page.expect_response(lambda answer: answer.request.method == "POST") as said:
        page.keyboard.press("e")
    assert said.value.status == 200
    page.wait_for_function("Number(document.querySelector('[data-lease]').textContent.split(':')[0]) >= 9")
    page.keyboard.press("w")
    page.keyboard.type("half a thought")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.reload()
    on_case(page)
    assert page.locator("#note").input_value() == "half a thought"
    assert page.locator("[data-trail] li").count() == 1

    held: list[Any] = []
    page.route(
        "**/review/work/*", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("2")
    for key in ("2", "x", "1"):  # while the next case is on its way
        page.keyboard.press(key)
    assert page.locator("#toasts [data-toast]", has_text="not used").count() == 3
    assert page.locator("details.bench-up[open]").count() == 0
    assert len(held) == 1
    held.pop().continue_()
    second = on_case(page, first)
    assert "today 1 decided" in decided_today(page)
    assert page.locator("#note").input_value() == ""

    page.unroute("**/review/work/*")
    page.context.set_offline(True)
    page.keyboard.press("2")
    page.get_by_text("is kept here and is sent when").wait_for()
    page.context.set_offline(False)  # the browser says so, and it is sent
    third = on_case(page, second)
    assert "today 2 decided" in decided_today(page)

    lost: list[str] = []

    def answer_gets_lost(route: Any) -> None:
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()  # the server has it
        route.abort()

    page.route("**/review/work/*", answer_gets_lost)
    page.keyboard.press("2")
    page.get_by_text("is kept here and is sent when").wait_for()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    on_case(page, third)
    assert "today 3 decided" in decided_today(page)  # it came twice, and is one
    page.get_by_role("button", name="Give back and pause").click()
    page.wait_for_url(lambda url: url.split("#")[0].endswith("/review"))


def test_the_worst_case_is_silent(desk: Any, floor: dict[str, Any], axe: Check) -> None:
    """1,000 hostile texts in every place, 10,000 reports, a thread of 5,000 posts: nothing runs, nothing is asked for outside."""
    page = desk("lea")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/cases/{floor['hostile']}")
    page.get_by_role("button", name="Take this very case").click()
    on_case(page)
    assert page.locator("#tab-reports").inner_text().split()[-1] == "10,000"
    assert page.locator("#tab-thread").inner_text().split()[-1] == "5,000"
    for key in ("r", "s", "l", "p", "h", "t"):
        page.keyboard.press(key)
    assert page.locator(".post-here").is_visible()
    before = page.locator("li.post").count()
    with page.expect_response(lambda answer: "/thread?" in answer.url):
        page.keyboard.press("[")
    page.wait_for_function(f"document.querySelectorAll('li.post').length >= {before + 60}")
    assert page.evaluate("window.fired === undefined")
    assert "taken" not in page.title()
    inside = ".bench-item, .bench-context"
    assert (
        page.locator(inside).locator("script, img, iframe, video, form[action*=evil], a[href^=javascript]").count() == 0
    )
    for address in (f"/cases/{floor['hostile']}", "/review", "/review/queue/worst", "/cases", "/review/macros"):
        page.goto(address)
        assert page.evaluate("window.fired === undefined"), address
    assert not [url for url in asked if not url.startswith((floor["url"], "data:"))]


def test_every_page_in_every_look(desk: Any, floor: dict[str, Any], four_looks: Check) -> None:
    page = desk("lea")
    for path in ("/review/macros", "/review/questions", "/settings/mine", f"/cases/{floor['cases'][0]}"):
        page.goto(path)
        four_looks(page)
    page.goto("/review/queue/spam.en")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("n")
    on_case(page)
    four_looks(page)
