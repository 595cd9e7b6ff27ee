"""A reviewer's hour by keyboard alone, from the next case to taking one back; hostile texts stay silent; axe finds nothing."""

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
def floor(folder: Path) -> Iterator[dict[str, Any]]:
    """A server of its own with people and cases."""
    from tests.e2e.conftest import start_server, stop_server

    home = folder / "bench"
    home.mkdir()
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
def desk(browser: Any, floor: dict[str, Any]) -> Iterator[Callable[[str], Any]]:
    """``desk("rita")``: a page on which this person is signed in; a script error or a dialog fails the test."""
    contexts, faults = [], []

    def enter(login: str, width: int = 1440, height: int = 900, **look: Any) -> Any:
        context = browser.new_context(base_url=floor["url"], viewport={"width": width, "height": height}, **look)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
        page.goto("/account/login/")
        page.locator("#login").fill(f"{login}@example.org")
        page.locator("#login").press("Tab")
        page.keyboard.type(floor["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)
        page.goto("/review")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not faults, faults


def on_case(page: Any, besides: str = "") -> str:
    """Wait for the workbench of another job than this; its address."""
    page.wait_for_url(lambda url: "/review/work/" in url and (not besides or besides not in url))
    page.locator(".has-script [data-bench]").wait_for()  # keys are heard once the page's script runs
    return str(page.url).split("?")[0]


def test_an_hour_by_keyboard(desk: Any, axe: Check) -> None:
    page = desk("rita")
    axe(page)
    page.goto("/review/queue/spam.en")
    axe(page)
    page.keyboard.press("n")
    first = on_case(page)
    axe(page)
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")  # no scroll for the common case
    page.keyboard.press("r")
    assert page.locator("#panel-reports").is_visible()
    page.keyboard.press("s")
    assert page.locator("#panel-signals").is_visible()

    page.keyboard.press("1")  # nothing chosen: leads to the list
    page.keyboard.press("Space")
    page.locator("input[name=actions_for]").wait_for(state="attached")
    assert page.locator("input[name=actions]:checked").count() >= 1
    axe(page)
    page.keyboard.press("w")
    page.keyboard.type("the same link again")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    second = on_case(page, first)
    assert page.locator("[data-undo]").is_visible()
    axe(page)

    page.keyboard.press("2")
    third = on_case(page, second)
    page.keyboard.press("k")
    page.locator("details[open] :focus").wait_for()  # the panel gives its first field the focus when it has opened
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    fourth = on_case(page, third)

    page.keyboard.press("b")
    page.wait_for_url(lambda url: url.split("#")[0].endswith("/wellbeing/pause"))
    assert "Nobody will ask why" in page.locator("#toasts").inner_text()
    page.keyboard.press("n")
    fifth = on_case(page, fourth)
    page.keyboard.press("x")
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
    page.goto("/review")
    assert page.locator(".panel-list li", has_text="Taken back").count() == 1
    assert page.locator(".panel-list li", has_text="no longer stands").count() == 1
    axe(page)


def test_the_lease_counts_down_extends_and_keeps_the_draft(desk: Any) -> None:
    page = desk("sam")
    page.keyboard.press("n")
    on_case(page)
    clock = page.locator("[data-lease]")
    assert clock.inner_text()[:2] in ("5:", "4:")
    with page.expect_response(lambda answer: answer.request.method == "POST") as said:
        page.keyboard.press("e")
    assert said.value.status == 200
    page.wait_for_function("Number(document.querySelector('[data-lease]').textContent.split(':')[0]) >= 9")
    page.keyboard.press("w")
    page.keyboard.type("half a thought")
    page.reload()
    assert page.locator("#note").input_value() == "half a thought"


def test_hostile_texts_stay_silent(desk: Any, floor: dict[str, Any], axe: Check) -> None:
    page = desk("rita")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert len(floor["hostile"]) == 100
    for case in floor["hostile"]:
        page.goto(f"/cases/{case}")
        assert page.evaluate("window.fired === undefined")
        assert page.title().startswith("Case")
    axe(page)
    assert not [url for url in asked if not url.startswith(floor["url"])]
    assert page.locator(".content-card script, .content-card img, .author-card img, .content-card iframe").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_every_page_in_every_look(
    desk: Any, floor: dict[str, Any], axe: Check, scheme: str, width: int, height: int
) -> None:
    page = desk("lea", width, height, color_scheme=scheme)
    for path in ("/review", "/review/queue/spam.en", "/cases", f"/cases/{floor['cases'][0]}"):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    page.goto("/review/queue/spam.en")
    page.keyboard.press("n")
    on_case(page)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Give back and pause").click()
    page.wait_for_url(lambda url: url.split("#")[0].endswith("/review"))
