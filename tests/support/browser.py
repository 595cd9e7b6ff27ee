"""Finds a browser on this machine, so that pages are tested as people see them; says how to get one where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REMEDY = (
    "no browser found: `apt-get install chromium`, or `.venv/bin/playwright install chromium`, "
    "or name one in WATCHFLOOR_BROWSER"
)


def executable() -> str | None:
    """The browser named by WATCHFLOOR_BROWSER, else the first one on the path."""
    named = os.environ.get("WATCHFLOOR_BROWSER")
    if named:
        return named
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        found = shutil.which(name)
        if found:
            return found
    return None


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser, closed at the end; skips the test with the remedy where there is none."""
    # The driver keeps an event loop in this thread; Django's own tests talk to the database from it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        path = executable()
        if path is None and not Path(driver.chromium.executable_path).exists():
            pytest.skip(REMEDY)
        try:
            browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            pytest.skip(f"{REMEDY} ({error.message.splitlines()[0]})")
        try:
            yield browser
        finally:
            browser.close()
