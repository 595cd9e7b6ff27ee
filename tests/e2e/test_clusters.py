"""One visit: from a case to what is related, a cluster, its sample read by keys, the dry run, the decision for all, and all of it back."""

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
TEXT = "Make money from home <script>alert(1)</script> today, friend! Ask me how at www.pills.example/now, offer {0} ends soon"


def worked() -> None:
    from watchfloor.review import bulk

    while bulk.work():
        pass


def read_by_keys(page: Any, where: str) -> bool:
    """Say of the next of the sample that it is violating; False when none is left."""
    page.wait_for_selector(where)
    if not page.locator("#read-title").count():
        return False
    left = page.locator("#read-title").inner_text()
    page.keyboard.press("1")
    page.wait_for_function(
        "left => !document.querySelector('#read-title') || document.querySelector('#read-title').innerText !== left",
        arg=left,
    )
    page.wait_for_load_state("networkidle")
    return True


def test_a_campaign_is_decided_and_taken_back(open_as: Callable[..., Any], four_looks: Callable[[Any], None]) -> None:
    from tests.support.floor import LEAD, Floor, install
    from tests.support.people import actor_of, member

    from watchfloor.identity.domain import system
    from watchfloor.items import keying
    from watchfloor.items.models import Item
    from watchfloor.kernel import ids
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions

    install()
    floor = Floor()
    items = [floor.item(TEXT.format(n), author=f"seller-{n % 4}")[0] for n in range(9)]
    case = floor.report(items[0], note="<b>again</b>")
    for n in range(70):
        floor.report(items[0], reporter=f"r{n}")
    while keying.note_new():
        pass
    rights = LEAD | {
        "case.bulk",
        "case.arrange",
        "case.search",
        "reporter.view",
        "reporter.mute",
        "edge.rule",
        "review.cluster",
    }
    person = member(rights, "Lea Lead")
    boss = actor_of(person)
    actions.tag(boss, case.pk, add=["pills"])
    with writing(system("test")) as w:
        actions.flag_edge_case(w, case, "Is an offer in a reply bulk?")
    page = open_as(person, f"/cases/{ids.encode('case', case.pk)}")
    four_looks(page)
    for address in (f"/accounts/{ids.encode('itm', items[0].author_id)}", "/edge-cases"):
        page.goto(address)
        four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/cases/{ids.encode('case', case.pk)}")
    page.get_by_role("link", name="Make a cluster: Near-duplicate text").click()
    page.get_by_label("Name").fill("pills at home")
    page.get_by_role("button", name="Draw the sample").click()
    page.wait_for_url(re.compile("/clusters/[0-9a-f-]{36}$"))
    cluster = page.url
    four_looks(page)
    page.wait_for_load_state("networkidle")
    assert read_by_keys(page, "main")  # the first one here,
    page.get_by_role(
        "button", name="Queue it"
    ).click()  # the others on the workbench: one job, which comes before its cases'
    page.wait_for_selector("text=It waits as one job")
    page.goto("/review")
    page.keyboard.press("n")
    page.wait_for_selector("main[data-heard] .bench-cluster")
    four_looks(page)
    while read_by_keys(page, "main[data-heard] .bench-cluster"):
        pass
    page.get_by_label("Violation type").select_option("spam.bulk")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Dry run").click()
    page.wait_for_selector("text=It would be done to 9")
    four_looks(page)
    page.get_by_label("Why").fill("one campaign")
    page.get_by_role("button", name="Decide 9").click()
    page.wait_for_selector("text=Nothing else waits")
    page.goto(cluster)
    page.wait_for_selector("text=It is being done")
    worked()
    page.goto(cluster)
    page.wait_for_selector("#far :text('Take it all back')")
    assert Item.objects.filter(type_key="message", state="removed").count() == 9
    page.goto("/reporters")
    four_looks(page)
    page.goto("/bulk")
    page.get_by_role("link", name="Decide").first.click()
    page.get_by_role("button", name="Take it all back").click()
    worked()
    page.reload()
    page.wait_for_selector("#far-title:text('Taken back')")
    four_looks(page)
    assert not Item.objects.exclude(state="active").exists()
