"""A real server on an empty data folder, and a real headless browser to look at it with.

``server`` is ``(url, home)``, one for the file that asks for it; ``page`` a fresh browser context on it. No browser here? The tests say
how to get one.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from tests.support import schema

from watchfloor.platform.filelock import locked

REMEDY = (
    "no browser found: `apt-get install chromium-headless-shell`, or `python -m playwright install chromium`, "
    "or set WATCHFLOOR_CHROMIUM"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_S = 120  # how long a busy machine may take to start everything
ROOT = Path(__file__).resolve().parents[2]


class Server(NamedTuple):
    """A running ``watchfloor serve``."""

    url: str
    home: Path


def browser_path() -> str | None:
    """The browser to use: named, installed with the system, or fetched by playwright (then None is right for it)."""
    named = os.environ.get("WATCHFLOOR_CHROMIUM")
    if named:
        return named
    # The shell is the same engine without the windows it never opens: a third less CPU.
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


def wait_for(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Ask until it is so."""
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience_s:.0f} s in vain for {what}")
        time.sleep(0.1)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(home: Path, **environment: str) -> tuple[Server, subprocess.Popen[bytes]]:
    """``watchfloor serve`` on ``home``; returns when it answers."""
    port = free_port()
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WATCHFLOOR_", "DJANGO_", "DATABASE_")) or name == "WATCHFLOOR_TEMPLATE_CACHE"
    }
    own |= {"WATCHFLOOR_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), **environment}
    with (home.parent / f"{home.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "watchfloor", "serve", "--port", str(port)],
            env=own, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        if process.poll() is not None:
            raise AssertionError((home.parent / f"{home.name}.log").read_text()[-4000:])
        try:
            return httpx.get(f"{url}/account/login/", timeout=5).status_code < 500
        except httpx.TransportError:
            return False

    wait_for(answers, f"{url} to answer")
    return Server(url, home), process


def stop_server(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# Files that start servers of their own and take a minute: begun first, so that no processor waits for the last of them.
LONGEST = ("test_kill", "test_5_", "test_every_page", "test_workbench", "test_2_", "test_3_", "test_6_", "test_first_run", "test_1_",
           "test_rule_editor", "test_4_", "test_11_", "test_quality", "test_languages", "test_9_", "test_8_", "test_7_", "test_10_",
           "test_enforcement", "test_clusters", "test_risks", "test_banks")  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the others as they stand."""

    def place(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(LONGEST) if item.path.name.startswith(name)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Somewhere short: a socket's path may have about 100 characters."""
    path = Path(tempfile.mkdtemp(prefix="wf-e2e-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def made_before(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """``made_before(home)``: a data folder with the schema in it, copied from one that all processes of this run share.

    For tests that begin on a floor which runs already; those of the first run begin with nothing.
    """
    base = tmp_path_factory.getbasetemp()
    seed = Path(tempfile.gettempdir()) / f"wf-seed-{os.environ.get('PYTEST_XDIST_TESTRUNUID', base.name)[:12]}"

    def copy(home: Path) -> None:
        with locked(seed.with_suffix(".lock"), timeout=PATIENCE_S):
            if not seed.exists():
                _make(seed)
                atexit.register(_forget, seed)
        subprocess.run(["cp", "-a", str(seed), str(home)], check=True)  # the database belongs to another account

    return copy


def _make(seed: Path) -> None:
    from watchfloor.platform.postgres import Embedded

    own = {name: value for name, value in os.environ.items() if not name.startswith(("WATCHFLOOR_", "DATABASE_"))}
    own |= {"WATCHFLOOR_HOME": str(seed), "PYTHONPATH": str(ROOT / "src")}
    schema.lay(seed)
    subprocess.run([sys.executable, "-m", "watchfloor", "init", "--empty"], env=own, check=True, capture_output=True)
    Embedded(seed).stop()


def _forget(seed: Path) -> None:
    with locked(seed.with_suffix(".lock"), timeout=PATIENCE_S):  # not while another process copies it
        shutil.rmtree(seed, ignore_errors=True)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """Everything, on a folder with nothing but the tables: the first page anyone sees is the first run."""
    home = folder / "home"
    schema.lay(home)
    running, process = start_server(home)
    yield running
    stop_server(process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    try:
        from playwright.sync_api import Error, expect, sync_playwright
    except ImportError:
        pytest.skip("no playwright: pip install playwright axe-playwright-python")
    # Django refuses database work in a thread with a running loop; playwright's sync API keeps one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=30_000)  # five seconds would be a statement about the machine
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        except Error:
            pytest.skip(REMEDY)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    """A page of a fresh context, 1440 px wide; script errors and refused content fail the test."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1440, "height": 900}, timezone_id="Europe/Madrid"
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    context.close()
    assert not faults, faults


def settled(page: Any, look: Callable[[], Any]) -> Any:
    """What ``look`` finds on a page that stays: on a busy machine a link may still be on its way when the old page is looked at."""
    from playwright.sync_api import Error

    for _ in range(3):
        try:
            return look()
        except Error as gone:  # the page left while it was looked at
            if not any(sign in str(gone) for sign in ("documentElement", "context was destroyed", "navigat")):
                raise
            page.wait_for_load_state("load")
    return look()


LOOKS_ONLY = {
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
    }
}
SIZES_TOO = {"rules": {"target-size": {"enabled": True}}}  # a rule that axe leaves out unasked
VIOLATIONS = {"resultTypes": ["violations"]}  # what passed is counted, not described: half the time


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """``axe(page)`` fails when axe-core finds anything against WCAG 2.2 AA or its best practices; ``again``: only what another
    look at the same page can change (colours and sizes); ``sizes``: whether a finger can hit what is there, too."""
    from axe_playwright_python.sync_playwright import Axe

    checker = Axe()

    script = checker.axe_script

    def run(page: Any, options: dict[str, Any]) -> Any:
        checker.axe_script = "0" if page.evaluate("'axe' in window") else script  # half a megabyte, once a page
        return checker.run(page, options=options)

    def check(page: Any, again: bool = False, sizes: bool = False) -> None:
        more = LOOKS_ONLY if again else SIZES_TOO if sizes else {}
        found = settled(page, lambda: run(page, VIOLATIONS | more))
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return check


TOO_WIDE = """[...document.querySelectorAll("main *")].filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 4).map((each) => each.outerHTML.slice(0, 160))"""  # what reaches beyond the screen, the outer before the inner
FITS = "document.documentElement.scrollWidth <= window.innerWidth"
SIZES = ((1440, 900), (390, 844))
SHOTS = os.environ.get("WATCHFLOOR_SHOTS", "")
LOOKS = int(os.environ.get("WATCHFLOOR_LOOKS", "1"))
WIDE_LIGHT, NARROW_DARK = (1440, "light"), (390, "dark")


@pytest.fixture(scope="session")
def four_looks(axe: Callable[..., None]) -> Callable[[Any], None]:
    """``four_looks(page)``: axe finds nothing and nothing is wider than the screen, at one loading of the page.

    Axe looks at half of the addresses wide in the light and at the others narrow in the dark; with ``WATCHFLOOR_LOOKS=2`` at each in
    both, with 4 also in the other two. With ``WATCHFLOOR_SHOTS`` (a folder) all four are photographed into it.
    """

    def due_at(address: str) -> tuple[tuple[int, str], ...]:
        both = (WIDE_LIGHT, NARROW_DARK)
        if LOOKS == 1:  # what is no name of a page (ids, queries) is left out, so that it is the same in each run
            return (both[zlib.crc32(re.sub(r"[^/]*\d[^/]*|\?.*", "", address).encode()) % 2],)
        return both if LOOKS == 2 else tuple((width, theme) for width, _ in SIZES for theme in ("light", "dark"))

    def look(page: Any) -> None:
        wanted = due_at(page.url.split("/", 3)[3])
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for theme in ("light", "dark"):
                due = (width, theme) in wanted
                if not due and not SHOTS:
                    continue
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                if SHOTS:
                    name = re.sub(r"\W+", "-", page.url.split("/", 3)[3]).strip("-")[:80] or "home"
                    page.screenshot(path=f"{SHOTS}/{name}-{width}-{theme}.png", full_page=True)
                if due:
                    axe(page, again=(width, theme) != wanted[0], sizes=width == 390)
            try:  # what a script lays out follows a moment after the screen has become narrower
                wait_for(lambda: page.evaluate(FITS), "the page to fit", 10)
            except AssertionError:
                raise AssertionError(f"{page.url} at {width} px: {page.evaluate(TOO_WIDE)}") from None

    return look


@pytest.fixture
def open_as(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """``open_as(person, address, width=, theme=)``: a page of someone signed in; script errors and broken content rules fail the test."""
    from django.test import Client

    contexts: list[Any] = []
    complaints: list[str] = []

    def open_(person: Any, address: str, *, width: int = 1440, theme: str = "light") -> Any:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce", base_url=live_server.url
        )  # fmt: skip
        contexts.append(context)
        context.add_cookies([cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(error.message))
        page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
