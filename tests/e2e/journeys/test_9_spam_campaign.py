"""Journey 9: a campaign from its picture to the last account given back, and the app it came through, reopened for what it did.

``WATCHFLOOR_TAKEDOWN`` is the number of accounts; the long form has 1,900.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[3] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
ACCOUNTS = int(os.environ.get("WATCHFLOOR_TAKEDOWN", "120"))
STOLEN = 12  # of them belong to people who wrote other things before
TEXTS = (
    "Your parcel %s waits at our depot. Confirm the fee today at http://parcel-fee-office.com/pay or call +1 212 555 0147.",
    "Earn %s dollars a week from home, no experience needed, message us on +1 212 555 0147 before all places are gone",
    "Dear customer %s, the account is locked since this morning; unlock it at http://parcel-fee-office.com/pay within the hour",
)


def shown(text: str, author: str, at: datetime, number: int, app: str = "") -> Any:
    """A message as the platform shows it."""
    from watchfloor.identity.domain import system
    from watchfloor.items import actions
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.ledger.writer import writing

    data = {"text": text, "author": author, **({"client_app": app} if app else {})}
    seen = ItemSeen(type="message", id=f"m{number}", data=data, seen_at=at, market="US", language="en")
    with writing(system("test")) as w:
        return actions.see(w, seen)


def floor_with_a_campaign(now: datetime) -> Any:
    """Three wordings under one number by many accounts, most through a new app; twelve of these had a life before; riders beside it."""
    from tests.support.floor import Floor

    floor = Floor()
    number = 0
    for each in range(STOLEN):
        for day in range(3):
            shown(
                f"what grew in the garden of {each} on day {day}",
                f"owner-{each}",
                now - timedelta(days=80 - day),
                number,
            )
            number += 1
    for each in range(ACCOUNTS):
        who = f"owner-{each}" if each < STOLEN else f"sender-{each}"
        at = now - timedelta(hours=40) + timedelta(seconds=60 * each)
        app = "app-17" if each % 4 else "app-21"
        floor.report(*shown(TEXTS[each % 3] % (each * 37), who, at, number, app))
        number += 1
    for each in range(4):
        text = f"Selling my old bicycle number {each} with all its parts, come and see it by the river on Saturday"
        floor.report(*floor.item(text, author=f"rider-{each}"))
    return floor


def app_17(now: datetime) -> Any:
    """Approved for a help desk; eight days as declared, then a day on which the campaign went through it."""
    from tests.support import apps

    from watchfloor.appreview import telemetry
    from watchfloor.appreview.domain.telemetry import Day, Tally
    from watchfloor.items.models import Item

    app = apps.approve(apps.hand_in())
    for back in range(9, 1, -1):
        mix = {"message_sent": 180, "profile_read": 420}
        day = f"{now - timedelta(days=back):%Y-%m-%d}"
        telemetry.judge(app, Day(day=day, calls=600, actors=40, write_share=0.3, near_duplicates=0.01, mix=mix))
    tally = Tally()
    for row in Item.objects.filter(type_key="message", versions__data__client_app="app-17").distinct():
        text = row.versions.get().data["text"]
        item = {"type": row.type_key, "id": row.external_id, "data": {"text": text}}
        tally.add("message_sent", row.first_seen_at, {"item": item, "author": {"id": str(row.author_id)}, "event": {}})
    assert telemetry.judge(app, tally.day(f"{now - timedelta(days=1):%Y-%m-%d}"))
    return app


def worked() -> None:
    """What the background does."""
    from watchfloor.review import bulk

    while bulk.work():
        pass


def read_by_keys(page: Any) -> None:
    """Say of the next of the sample that it is violating."""
    page.wait_for_selector("#read-title")
    left = page.locator("#read-title").inner_text()
    page.keyboard.press("1")
    page.wait_for_function(
        "left => !document.querySelector('#read-title') || document.querySelector('#read-title').innerText !== left",
        arg=left,
    )


def test_a_campaign_is_taken_down_checked_and_partly_given_back(
    open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    from tests.support.floor import install
    from tests.support.people import actor_of, member

    from watchfloor.detection.campaigns import growing
    from watchfloor.enforcement import answering, domain
    from watchfloor.enforcement.models import Action, Notice
    from watchfloor.review import clusters
    from watchfloor.review.models import Cluster

    install()
    now = datetime.now(UTC)
    floor = floor_with_a_campaign(now)
    growing.grow()
    app = app_17(now)
    lead = member({"case.view", "case.bulk", "policy.view", "app.view"}, "Lea Lead")
    second = member({"case.view", "enforcement.view", "enforcement.approve"}, "Sol Second")

    # The picture, now and as it was.
    page = open_as(lead, "/campaigns")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name=re.compile("parcel|Earn|Dear")).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/campaigns/[0-9a-f-]{36}$"))
    campaign = page.url
    page.get_by_text("The same as a table").click()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("As it was at a moment").get_by_role("link").first.click()
    page.wait_for_url(re.compile("as_of="))

    # A cluster case of its accounts: a sample is read, a decision is made for all, a second person agrees.
    page.get_by_role("link", name="Cluster case of its accounts").click()
    page.get_by_label("Name").fill("parcel fee")
    page.get_by_label("Policy").select_option("manipulation")
    page.get_by_role("button", name="Draw the sample").click()
    page.wait_for_url(re.compile("/clusters/[0-9a-f-]{36}$"))
    page.wait_for_load_state("networkidle")
    for _ in range(2):
        read_by_keys(page)
    cluster = Cluster.objects.get()
    assert cluster.count == ACCOUNTS and cluster.sample_size >= min(30, ACCOUNTS // 4)
    for each in clusters.sample(cluster):  # the others of the sample, as fast as a test reads
        if not each.verdict:
            clusters.read(actor_of(lead), cluster.pk, each.item_id, "violating")
    page.reload()
    page.get_by_label("Violation type").select_option("manipulation.bot")
    page.get_by_role("button", name="Dry run").click()
    page.wait_for_selector(f"text=It would be done to {ACCOUNTS}")
    page.get_by_label("Why").fill("one number, three wordings, new accounts")
    page.get_by_role("button", name="Decide").click()
    page.wait_for_selector("text=It is being done")
    worked()
    other = open_as(second, "/enforcement/held")
    other.get_by_label("Which").select_option("all")  # each account has two
    other.get_by_role("button", name="Approve …").click()
    other.get_by_role("button", name="Approve them").click()
    other.wait_for_url(re.compile("/held/orders/"))
    while answering.work():
        pass
    other.goto(other.url.partition("/enforcement/")[0] + "/enforcement/held")
    other.get_by_text("Nothing waits for approval").wait_for()

    # Is it complete? Somebody joined since; twelve had a life before, and get their accounts back.
    floor.report(*shown(TEXTS[0] % 999_999, "late", now, 10_000_000))
    growing.grow()
    page.goto(campaign)
    page.get_by_role("link", name="Its accounts, one by one").click()
    page.wait_for_url(re.compile("/complete$"))
    page.get_by_label("Which accounts").get_by_role("link", name="Not acted on").click()
    page.get_by_text("It joined since").wait_for()
    page.get_by_label("Which accounts").get_by_role("link", name="May not belong").click()
    boxes = page.get_by_role("checkbox", name="Choose owner-")
    boxes.first.wait_for()
    assert boxes.count() == STOLEN
    for box in boxes.all():
        box.check()
    page.get_by_role("button", name="Restore those chosen").click()
    page.get_by_text(f"Restore {STOLEN} accounts").wait_for()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("What shows it").fill("Their owners wrote from their old devices.")
    page.get_by_role("button", name="Restore", exact=True).click()
    page.get_by_text(f"{STOLEN} accounts are restored").first.wait_for()
    assert Notice.objects.filter(template="author_restored").count() == STOLEN
    locked = Action.objects.filter(kind_key="lock", inverse_of__isnull=True, state__in=domain.IN_FORCE)
    assert locked.count() == ACCOUNTS - STOLEN
    page.goto(campaign)
    page.get_by_text(f"{ACCOUNTS - STOLEN:,} acted on, {STOLEN} restored").wait_for()

    # The app through which most of it came is in the queue again, with the evidence.
    page.get_by_role("link", name="app-17").click()
    page.get_by_role("link", name="QuickBlast").first.click()
    page.goto(f"/apps/applications/{app.applications.latest('number').pk}")
    page.get_by_role("heading", name="Why it was reopened").wait_for()
    page.get_by_role("img", name="out of line").first.wait_for()
