"""What the journeys share: a small floor with people, a platform that listens, sessions in the browser, and a keyboard."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.e2e.conftest import ROOT, Server, free_port, start_server, stop_server
from tests.e2e.journeys.keyboard import Keyboard
from tests.e2e.journeys.people import PASSWORD, email
from tests.e2e.journeys.receiver import Platform

WIDE = {"width": 1440, "height": 900}
PRIVATE = {"WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS": "1"}  # the platform of the tests listens on loopback
Watch = Callable[..., Any]


class Floor(msgspec.Struct):
    """A running installation that knows a few people, and the platform it serves."""

    server: Server
    platform: Platform
    token: str
    streams: int = 0  # the port from which it reads streams

    def event(self, item: dict[str, Any], name: str = "stream_updated") -> None:
        """Say what happened, as the platform does."""
        signed = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.post(f"{self.server.url}/v1/events", json={"name": name, "item": item}, headers=signed)
        assert answer.status_code == 202, answer.text

    def report(self, number: str, text: str, *, reason: str = "spam", **more: Any) -> str:
        """Report a message as the platform does; the receipt."""
        row = {
            "item": {
                "type": "message", "id": number, "data": {"text": text, "author_id": more.pop("author", f"author-{number}")},
            },
            "reason": reason, "reporter": {"kind": "user", "id": f"reporter-of-{number}"}, "market": "US", "language": "en", **more,
        }  # fmt: skip
        answer = httpx.post(
            f"{self.server.url}/v1/reports", json=row, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])


def environment(home: Path) -> dict[str, str]:
    """For programs that work on a server's data folder."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("WATCHFLOOR_", "DJANGO_", "DATABASE_"))}
    return own | PRIVATE | {"WATCHFLOOR_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def program(home: Path, *argv: str) -> str:
    """Run ``python ...`` beside a server; what it printed."""
    done = subprocess.run([sys.executable, *argv], env=environment(home), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def floor(folder: Path, made_before: Callable[[Path], None], request: pytest.FixtureRequest) -> Iterator[Floor]:
    """One for each journey that begins on a floor which is running already: what one leaves behind is not the next one's."""
    home = folder / str(request.module.__name__).rpartition(".")[2][:12]
    made_before(home)
    platform = Platform()
    streams = free_port()
    server, process = start_server(home, **PRIVATE, WATCHFLOOR_MEDIA_HOSTS=f"127.0.0.1:{streams}")
    try:
        made = json.loads(program(home, "-m", "tests.e2e.journeys.people", platform.url))
        platform.secret = made["secret"]
        yield Floor(server=server, platform=platform, token=made["token"], streams=streams)
    finally:
        stop_server(process)
        platform.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Watch]:
    """``visit(url, width=...)`` opens a page in a session of its own; errors, refusals and anything from outside fail the test."""
    contexts: list[Any] = []
    faults: list[str] = []

    def opened(url: str, **more: Any) -> Any:
        context = browser.new_context(base_url=url, viewport=WIDE, timezone_id="Europe/Madrid", **more)
        contexts.append(context)
        page = context.new_page()
        watch(page, url, faults)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults


def media_origin(url: str) -> str:
    """Where a server of these tests shows media from: the next port."""
    host, _, port = url.rpartition(":")
    return f"{host}:{int(port) + 1}"


def watch(page: Any, url: str, faults: list[str]) -> None:
    """Write down script errors, errors in the console, and requests to any other place than the console and its media origin."""
    own = (f"{url}/", f"{media_origin(url)}/", "data:", "blob:")
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "console", lambda message: faults.append(f"{page.url}: {message.text}") if message.type == "error" else None
    )
    page.on(
        "request",
        lambda request: None if request.url.startswith(own) else faults.append(f"outside: {request.url}"),
    )


@pytest.fixture
def person(floor: Floor, visit: Watch) -> Callable[[str], Keyboard]:
    """``person("rita")`` is at the keyboard, signed in by it."""

    def arrive(login: str) -> Keyboard:
        keys = Keyboard(visit(floor.server.url))
        keys.page.goto("/account/login/")
        keys.sign_in(email(login), PASSWORD)
        return keys

    return arrive
