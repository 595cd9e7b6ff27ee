"""Journey 10: a reviewer's idea, from the bench, is sized from the floor's figures, becomes a story and an issue in Jira, is in use;
what it brought is measured with its interval, and the reviewer reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect
from tests.support import improved
from tests.support.floor import REVIEWER, Floor, install
from tests.support.jira_server import Jira
from tests.support.people import actor_of, member

from watchfloor.identity.domain import system
from watchfloor.insight import lake
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing
from watchfloor.programme.jira import pushing
from watchfloor.programme.jira.actions import sites
from watchfloor.programme.jira.client import trusted
from watchfloor.workforce import actions as workforce

DIST = Path(__file__).parents[3] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
MANAGER = {"programme.view", "programme.edit", "programme.approve", "programme.suggest", "insight.view", "policy.view"}
CANARY = "Cheap watches at zanzibar dot example"


@pytest.fixture
def jira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jira]:
    """A strict stand-in over TLS, tied to this floor."""
    made = Jira(tmp_path)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    monkeypatch.setenv("WATCHFLOOR_JIRA_CA", str(made.trusted))
    trusted.cache_clear()
    yield made
    made.close()
    trusted.cache_clear()


def apart(do: Callable[[], Any]) -> Any:
    """In a thread of its own: the browser's loop runs in this one."""

    def run() -> Any:
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_from_a_suggestion_to_its_benefit(
    jira: Jira, open_as: Callable[..., Page], four_looks: Callable[[Any], None]
) -> None:
    install()
    today = clock.now().date()
    shipped = today - timedelta(days=28)
    saved = improved.history(today - timedelta(days=1), shipped)
    rita = member(REVIEWER | {"programme.suggest"}, "Rita Reyes", queues=["spam.en"])
    marta = member(MANAGER, "Marta Moreno")
    with writing(system("test")) as w:
        workforce.save_vendor(w, key="inhouse", name="In-house", site="Dublin", time_zone="Europe/Dublin")
        workforce.save_reviewer(w, rita.pk, vendor_key="inhouse", languages=["en"], queues=["spam.en"], skills=["spam"])
        given = sites.Given(url=jira.url, project="OPS", email=jira.email, token=jira.token, zone="UTC", on=True)
        site = sites.save(w, given)
    told = apart(lambda: sites.ask(site))
    with writing(system("test")) as w:
        sites.keep_told(w, told)
    floor = Floor()
    floor.report(floor.item(CANARY)[0])
    lease = floor.claim(actor_of(rita))

    bench = open_as(rita, f"/review/work/{lease.job_id}")
    expect(bench.get_by_text(CANARY).first).to_be_visible()
    bench.keyboard.press("i")
    box = bench.get_by_role("dialog", name="Suggest an improvement")
    box.get_by_label("What is slow or wrong?").fill("I copy the account into the search by hand for each linked case")
    box.get_by_label("What would help?").fill("A key that opens linked cases beside this one")
    four_looks(bench)
    box.get_by_role("button", name="Send it").click()
    expect(box.get_by_text("It is S-1")).to_be_visible()
    box.get_by_role("button", name="Back to work").click()
    expect(bench.get_by_text(CANARY).first).to_be_visible()  # the case is still in hand
    bench.keyboard.press("i")
    box.get_by_label("What is slow or wrong?").press_sequentially(
        "Copying the account into search by hand for linked cases"
    )
    expect(box.get_by_text("Somebody may have said this already")).to_be_visible()
    expect(box.get_by_role("link", name="S-1")).to_be_visible()
    bench.keyboard.press("Escape")

    page = open_as(marta, "/programme/suggestions")
    four_looks(page)
    page.get_by_role("link", name="S-1").click()
    where = page.get_by_role("region", name="Where it was")
    expect(where).to_contain_text("review work")
    expect(where).to_contain_text("1440x900")
    page.get_by_label("Title").fill("Linked cases at one key")
    four_looks(page)
    page.get_by_role("button", name="Begin it").click()
    expect(page.get_by_role("heading", name="P-1 Linked cases at one key")).to_be_visible()

    page.get_by_label("Queue").select_option("spam.en")
    page.get_by_label("From").fill((shipped - timedelta(days=28)).isoformat())
    page.get_by_label("To", exact=True).fill((shipped - timedelta(days=1)).isoformat())
    share = page.get_by_role("group", name="How much of it would change")
    for part, value in (("low", "15"), ("likely", "20"), ("high", "25")):
        share.get_by_label(part).fill(value)
    page.get_by_label("What the estimate rests on").fill("Ten cases timed with Rita")
    page.get_by_role("button", name="Read the figures").click()
    sizing = page.get_by_role("table", name="Sizing")
    cell = sizing.get_by_role("row").nth(1).get_by_role("cell").nth(2)
    expected = re.search(r"(\d+) h\s+\[(\d+)–(\d+)\]", cell.inner_text())
    assert expected and int(expected[2]) < int(expected[1]) < int(expected[3])
    expect(sizing.get_by_role("link").first).to_have_attribute(
        "href", re.compile("/programme/facts/fact_")
    )  # each number is a query

    for label, words in (
        ("As a", "reviewer"),
        ("I want", "linked cases at one key"),
        ("so that", "I need not search by hand"),
    ):
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Keep the story").click()
    for label, words in (
        ("Given that", "a case with linked ones"),
        ("when somebody", "I press l"),
        ("then this holds", "they open beside it"),
    ):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Add the line").click()
    weeks = page.get_by_role("group", name="Weeks of one person")
    for part, value in (("low", "1"), ("likely", "2"), ("high", "4")):
        weeks.get_by_label(part).fill(value)
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#scores")).to_contain_text("RICE")
    four_looks(page)
    page.goto("/programme/proposals?breach=5")
    four_looks(page)
    page.get_by_role("link", name="P-1").click()
    page.get_by_label("Why").fill("The most hours for the least work")
    page.get_by_label("Accepted, make an issue in Jira").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("region", name="Delivery")).to_contain_text("Linked cases at one key")
    assert apart(lambda: sum(iter(pushing.push_due, 0))) >= 1
    page.reload()
    expect(page.get_by_role("region", name="Delivery")).to_contain_text("OPS-1")
    heard = "\n".join(body.decode(errors="replace") for _method, _path, body in jira.requests)
    assert "As reviewer I want linked cases at one key" in heard
    assert CANARY not in heard and "by hand for each" not in heard

    page.get_by_role("button", name="Seen to be so: line 1").click()
    page.get_by_label("In use since").fill(shipped.isoformat())
    page.get_by_label("Measure the benefit on").fill(today.isoformat())
    page.get_by_role("button", name="It is in use").click()
    page.get_by_role("button", name="Measure now").click()
    sentence = page.locator("#benefit").inner_text()
    found = re.search(r"Measured (\d+) h \[(\d+)–(\d+)\] a month, of (\d+) h expected", sentence)
    assert found, sentence
    value, low, high = (int(each) for each in found.groups()[:3])
    assert low < saved < high and low <= value <= high and found[4] == expected[1], (saved, sentence)
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("Closed.")).to_be_visible()

    bench.goto("/programme/suggestions?mine=1")
    expect(bench.get_by_text("News", exact=True).first).to_be_visible()
    bench.get_by_role("link", name="S-1").click()
    became = bench.get_by_role("region", name="What became of it")
    expect(became).to_contain_text(f"Measured {value} h")
    expect(became).to_contain_text("Closed")
    lake.forget()
