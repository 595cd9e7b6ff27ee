"""Every component in a real browser: accessible in both themes, both directions, wide and narrow; keys and dialogs work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer
from tests.e2e.conftest import LOOKS_ONLY, VIOLATIONS

from watchfloor.identity.actions import create_user, grant, save_role
from watchfloor.identity.domain import PERMISSIONS, system
from watchfloor.identity.models import User
from watchfloor.ledger.writer import writing

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[BrowserContext], None]:
    """Puts the session of someone who may see everything into a browser."""
    with writing(system("tests"), reason="gallery") as w:
        save_role(w, key="everything", name="Everything", permissions=sorted(set(PERMISSIONS)))
        person = create_user(w, email="dana@example.com", name="Dana Okafor", password=None)
        grant(w, system("tests"), person, "everything")
    client = Client()
    client.force_login(User.objects.get(email="dana@example.com"), backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies["sessionid"].value

    def put(context: BrowserContext) -> None:
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    return put


@pytest.fixture
def open_gallery(
    browser: Browser, live_server: LiveServer, sign_in: Callable[[BrowserContext], None]
) -> Iterator[Callable[..., Page]]:
    """Opens the gallery in a window of its own; anything the browser complains of fails the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    outside: list[str] = []

    def open_(*, width: int = 1440, theme: str = "light", query: str = "") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",  # type: ignore[arg-type]
        )
        contexts.append(context)
        sign_in(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(error.message))
        page.on("request", lambda asked: outside.append(asked.url) if not _is_ours(asked.url) else None)
        page.goto(f"{live_server.url}/console/gallery{query}")
        page.wait_for_load_state("networkidle")
        return page

    def _is_ours(url: str) -> bool:
        return url.startswith((live_server.url, "data:"))

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
    assert outside == [], "nothing loads from outside"


def problems(page: Page, again: bool = False) -> list[str]:
    """What axe finds (WCAG 2.2 AA and its best practices), one line per element; ``again``: what another look can change."""
    found = Axe().run(page, options=VIOLATIONS | (LOOKS_ONLY if again else {})).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]
    ]


@pytest.mark.parametrize("query", ["", "?dir=rtl"], ids=["ltr", "rtl"])
def test_accessible_and_never_wider_than_the_screen(open_gallery: Callable[..., Page], query: str) -> None:
    page = open_gallery(query=query)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if query else "ltr")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert problems(page, again=(width, theme) != (1440, "light")) == [], (width, theme)


def test_overlays_are_accessible_and_close(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    for overlay in ("palette", "keys", "gallery-dialog", "gallery-drawer", "gallery-confirm"):
        page.locator(f"#overlays [data-open={overlay}]").or_(page.locator(f"[data-open={overlay}]")).first.click()
        expect(page.locator(f"#{overlay}")).to_be_visible()
        page.wait_for_load_state("networkidle")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
            assert problems(page, again=theme == "dark") == [], (overlay, theme)
        page.emulate_media(color_scheme="light")
        page.keyboard.press("Escape")
        expect(page.locator(f"#{overlay}")).to_be_hidden()


def test_the_palette_finds_a_page_by_keyboard(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz no such thing")
    expect(page.locator(".palette-none")).to_contain_text("zzz no such thing")
    page.keyboard.press("Control+a")
    page.keyboard.type("sett")
    first = page.locator("#palette-list [role=option]").first
    expect(first).to_contain_text("Settings")
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/settings"))


def test_rows_take_the_keyboard(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.keyboard.press("j")
    page.keyboard.press("j")
    here = page.locator("tr.is-here")
    expect(here).to_have_count(1)
    expect(here).to_contain_text("spam.es.tier1")
    expect(here).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("tr.is-here")).to_contain_text("hate.en.tier1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#tables$"))


def test_keys_do_nothing_while_typing_and_can_be_turned_off(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("j?k")
    expect(page.locator("[data-search]")).to_have_value("j?k")
    expect(page.locator("#keys")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("Violating")
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("tr.is-here")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_theme_and_density_are_kept(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.get_by_label("Look of the page").click()
    page.locator("[data-set-theme=dark]:visible").click()
    page.locator("[data-set-density=compact]:visible").click()
    page.reload()
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(root).to_have_attribute("data-density", "compact")
    assert page.context.request.get(page.url).text().count('data-theme="dark"') == 1  # the server draws it so at once


def test_a_column_left_out_stays_out(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    head = page.locator("#tables th[data-column=solved]")
    expect(head).to_be_visible()
    page.locator("#tables summary", has_text="Columns").first.click()
    page.locator("#tables input[data-column-choice][value=solved]").uncheck()
    expect(head).to_be_hidden()
    page.reload()
    expect(head).to_be_hidden()
    expect(page.locator("#tables th[data-column=open]")).to_be_visible()


def test_charts_are_drawn_and_follow_the_theme(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    canvas = page.locator("[data-chart] canvas")
    expect(canvas).to_have_count(1)
    light = canvas.screenshot()
    page.get_by_label("Look of the page").click()
    page.locator("[data-set-theme=dark]:visible").click()
    page.keyboard.press("Escape")
    expect(canvas).to_have_count(1)
    assert canvas.screenshot() != light


def test_narrow_navigation_is_a_bar_and_a_sheet(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery(width=390)
    expect(page.locator(".side")).to_be_hidden()
    page.locator(".tabbar [data-open=sheet]").click()
    expect(page.locator("#sheet")).to_be_visible()
    assert problems(page) == []


def test_tabs_and_the_policy_tree(open_gallery: Callable[..., Page]) -> None:
    page = open_gallery()
    page.get_by_role("tab", name="History").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Reports")).to_be_focused()
    expect(page.locator("#panel-reports")).to_be_visible()
    expect(page.locator("#panel-history")).to_be_hidden()
    expect(page.get_by_text("For what trait?")).to_be_visible()
    page.get_by_text("No attack").click()
    expect(page.get_by_text("For what trait?")).to_be_hidden()


LIVE = """<div id="zone" data-live="jobs" data-live-every="0.01" hx-get="/fresh" hx-trigger="live">old</div>
<button id="take" type="button" hx-post="/take" hx-target="#taken">Take</button><p id="taken"></p>"""


def test_live_regions_renew_themselves_and_posts_carry_the_token(
    browser: Browser, live_server: LiveServer, sign_in: Callable[[BrowserContext], None]
) -> None:
    """The stream names a topic, the region that named it asks for its content; all under the content policy."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    sign_in(context)
    page = context.new_page()
    tokens: list[str | None] = []

    def with_live_parts(route: Route) -> None:
        answer = route.fetch()
        body = (
            answer.text().replace("<body", '<body data-live-source="/live"', 1).replace("</main>", f"{LIVE}</main>", 1)
        )
        route.fulfill(response=answer, body=body)

    def take(route: Route) -> None:
        tokens.append(route.request.headers.get("x-csrftoken"))
        route.fulfill(body="taken", content_type="text/html")

    page.route("**/console/gallery", with_live_parts)
    page.route(
        "**/live?topics=jobs",
        lambda route: route.fulfill(body='data: {"topic": "jobs"}\n\n', content_type="text/event-stream"),
    )
    page.route("**/fresh", lambda route: route.fulfill(body="new", content_type="text/html"))
    page.route("**/take", take)
    page.goto(f"{live_server.url}/console/gallery")
    expect(page.locator("#zone")).to_have_text("new")
    page.locator("#take").click()
    expect(page.locator("#taken")).to_have_text("taken")
    assert tokens == [page.locator("meta[name=csrf-token]").get_attribute("content")]
    context.close()
