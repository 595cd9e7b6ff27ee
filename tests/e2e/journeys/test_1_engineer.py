"""Journey 1, an engineer's first afternoon: from an empty folder to a removal that survives an outage of the platform."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import ROOT, Server, start_server, stop_server, wait_for
from tests.e2e.journeys.keyboard import Keyboard
from tests.e2e.journeys.receiver import Platform

pytestmark = pytest.mark.e2e
POST = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3k2yihcrp6f2c"
CID = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
PASSWORD = "a lamp on the quiet floor"


@pytest.fixture
def empty(folder: Path) -> Iterator[Server]:
    """``watchfloor serve`` on an empty folder."""
    home = folder / "afternoon"
    home.mkdir()
    server, process = start_server(home, WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS="1")
    yield server
    stop_server(process)


@pytest.fixture
def platform() -> Iterator[Platform]:
    """Thirty lines of the engineer's own: verify, apply once, answer."""
    listening = Platform()
    yield listening
    listening.close()


def example_client(url: str, token: str, *argv: str) -> str:
    """The client from the repository, as a program of the platform would run it."""
    own = os.environ | {"WATCHFLOOR_URL": url, "WATCHFLOOR_TOKEN": token}
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/platform_client.py"), *argv], env=own, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def report_with_an_atproto_client(url: str, token: str) -> None:
    """An app of the AT Protocol reports a post with the client it has, unmodified, and the token as its password."""
    import atproto

    client = atproto.Client(base_url=f"{url}/xrpc")
    client.login("chirp", token, fetch_bsky_profile=False)
    subject = {"$type": "com.atproto.repo.strongRef", "uri": POST, "cid": CID}
    reason = "com.atproto.moderation.defs#reasonSpam"
    made = client.com.atproto.moderation.create_report({"reason_type": reason, "reason": "buy now", "subject": subject})
    assert made.reason_type == reason


def decide_spam(reviewer: Keyboard) -> None:
    """Wait until the report has become a case, take it, find bulk spam."""
    page = reviewer.page

    def taken() -> bool:
        page.goto("/review")
        reviewer.go("n")
        return "/review/work/" in page.url

    wait_for(taken, "the report to reach a queue", 30)
    reviewer.press("1")  # nothing chosen yet: the focus goes to the list
    reviewer.press("Space")
    page.get_by_text("What follows", exact=True).wait_for()
    reviewer.go("1")


def arrived(page: Any, item: str) -> bool:
    """Whether the deliveries' page says so: the platform has it a moment before its answer is written down."""
    page.goto("/enforcement/delivery")
    table = page.get_by_role("table", name="Arrived")
    return table.count() > 0 and item in table.inner_text()


def test_from_an_empty_folder_to_a_removal_that_survives_an_outage(
    empty: Server, platform: Platform, visit: Callable[..., Any]
) -> None:
    page = visit(empty.url, permissions=["clipboard-read", "clipboard-write"])
    engineer = Keyboard(page)

    page.goto("/")  # the first page of an empty folder
    assert page.url.endswith("/welcome")
    engineer.type("Ana Ruiz")
    engineer.press("Tab")
    engineer.type("ana@example.org")
    engineer.press("Tab")
    engineer.type(PASSWORD)
    engineer.go("Enter")
    page.wait_for_url("**/welcome/next")

    page.get_by_role("link", name="Make a token").first.click()
    page.get_by_label("Source").fill("chirp")
    page.get_by_role("button", name="Make the token").click()
    token = page.get_by_label("Token").input_value()

    said = example_client(empty.url, token, "message", "m-1", "spam", "WIN A PRIZE now, reply with your bank card")
    assert re.search(r"'id': 'rpt_[0-9a-z]{26}'", said), said

    page.goto("/enforcement/delivery")
    page.get_by_role("button", name="Add an endpoint").click()
    page.get_by_label("Name").fill("Chirp")
    page.get_by_label("Address").fill(platform.url)
    page.get_by_role("button", name="Add", exact=True).click()
    note = page.get_by_text("The signing key, shown only now:").locator("xpath=..")
    platform.secret = note.locator(".id").inner_text()
    assert platform.secret.startswith("whsec_")

    page.goto("/settings/people/invite")
    page.get_by_label("Name").fill("Rita Reyes")
    page.get_by_label("E-mail").fill("rita@example.org")
    page.get_by_label("Role").select_option("reviewer")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("One-time link").input_value()

    desk = visit(empty.url)
    reviewer = Keyboard(desk)
    desk.goto(link)
    reviewer.type(PASSWORD)
    reviewer.press("Tab")
    reviewer.type(PASSWORD)
    reviewer.go("Enter")
    decide_spam(reviewer)

    wait_for(lambda: platform.effects.get("m-1") == {"remove"}, "the removal of m-1", 30)
    assert platform.forged == 0
    wait_for(lambda: arrived(page, "m-1"), "the page to say that m-1 arrived", 30)

    report_with_an_atproto_client(empty.url, token)
    decide_spam(reviewer)
    wait_for(lambda: platform.effects.get(POST) == {"remove"}, "the removal of the post that an app reported", 30)

    platform.away = True
    example_client(empty.url, token, "message", "m-2", "spam", "Cheap watches, last day, reply STOP")
    decide_spam(reviewer)

    def failed() -> bool:
        page.goto("/enforcement/delivery")
        row = page.get_by_role("table", name="Waiting").get_by_role("row", name=re.compile("m-2"))
        return row.count() > 0 and "503" in row.first.inner_text()

    wait_for(failed, "the page to say that the delivery failed", 30)
    assert "m-2" not in platform.effects
    platform.away = False
    row = page.get_by_role("table", name="Waiting").get_by_role("row", name=re.compile("m-2")).first
    row.get_by_role("button", name="Try now").click()
    wait_for(lambda: platform.effects.get("m-2") == {"remove"}, "the removal of m-2", 30)
    [key] = [
        key for key, body in platform.applied.items() if body.get("kind") == "remove" and body["item"]["id"] == "m-2"
    ]
    assert platform.tries[key] >= 2  # refused while away, then taken, under the same key
    assert platform.forged == 0
    wait_for(lambda: arrived(page, "m-2"), "the page to say that m-2 arrived", 30)
    page.goto("/enforcement")
    row = page.get_by_role("row", name=re.compile("m-2")).first
    assert "Confirmed" in row.inner_text()
    row.get_by_role("link").first.click()  # an action has a page, which leads to its case
    page.wait_for_url("**/enforcement/actions/act_*")
    page.get_by_role("main").locator("a[href*='/cases/case_']").first.click()
    page.wait_for_url("**/cases/case_*")
    assert "Rita Reyes" in page.get_by_role("main").inner_text()
