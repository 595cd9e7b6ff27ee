"""The pages of the law in a real browser: an order is taken in and answered, a clock watched, a person erased; every look and axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.floor import Floor, install
from tests.support.people import actor_of, member

from watchfloor.identity.domain import system
from watchfloor.kernel import clock, ids
from watchfloor.law import authorities, defaults, flaggers, keeping, requests
from watchfloor.law.erasing import runs
from watchfloor.ledger.writer import writing

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
ALL = {"law.view", "law.manage", "law.approve", "law.requests", "law.confidential", "case.view", "policy.view"}


def test_the_law(open_as: Callable[..., Page], four_looks: Callable[[Any], None], axe: Callable[[Any], None]) -> None:
    install()
    with writing(system("test")) as w:
        defaults.install(w)
    floor = Floor()
    floor.item("an ordered post", id="m-1", author="mallory")
    person, second = member(ALL, "Lea Law"), member(ALL, "Sam Second")
    lea = actor_of(person)
    court = authorities.save(
        lea, authorities.Entry(name="Court of Galway", kind="court", country="IE", email="x@example.org")
    )
    authorities.verify(lea, court.pk)

    page = open_as(person, "/law/orders/new")
    page.get_by_label("Kind").select_option("tco_removal")
    page.get_by_label("Its reference").fill("TCO 1/2026")
    page.get_by_label("Legal basis").fill("Regulation (EU) 2021/784, article 3")
    page.get_by_label("Text of the order").fill("Remove this post in all Member States.")
    page.get_by_label("What it speaks of").fill("nonsense")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("alert")).to_contain_text("no item type and id")
    expect(page.get_by_label("Its reference")).to_have_value("TCO 1/2026")
    axe(page)
    page.get_by_label("What it speaks of").fill("message m-1")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("Being worked")).to_be_visible()
    expect(page.get_by_role("link", name="Terrorist content: remove in all Member States")).to_be_visible()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Terrorist content: remove in all Member States").click()
    expect(page.get_by_text("Check it before you rely on it.")).to_be_visible()
    page.get_by_label("Why it stands still").select_option("force_majeure")
    page.get_by_role("button", name="Pause it").click()
    expect(page.get_by_role("button", name="Let it go on")).to_be_visible()
    four_looks(page)

    floor.report(reporter="watch-1", reporter_kind="trusted_flagger")
    entry = flaggers.Entry(
        name="Watch e.V.", coordinator="Bundesnetzagentur", country="DE", awarded_at=clock.now() - timedelta(days=90),
        reporters=("watch-1",), area="Illegal speech",
    )  # fmt: skip
    flagger = flaggers.save(lea, entry)
    asked = requests.take_in(
        lea, requests.RequestIn(kind="erasure", account_type="account", account_id="mallory", name="M.")
    )
    requests.identify(lea, asked.pk, "platform")
    for hold in keeping.in_force():
        keeping.lift(lea, hold.pk, "for this test")
    requests.erase(lea, asked.pk)
    with writing(lea) as w:
        keeping.place(w, item=floor.item("kept", id="m-2")[0], basis="litigation", why="a suit in Galway")
    addresses = (
        "/law", "/law/table", "/law/table/eu.gdpr.request", f"/law/flaggers/{ids.encode('flg', flagger.pk)}",
        f"/law/requests/{ids.encode('req', asked.pk)}", "/law/holds",
    )  # fmt: skip
    for address in addresses:
        page.goto(address)
        four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/law/erasures")
    expect(page.get_by_text("Somebody else must agree.")).to_be_visible()

    other = open_as(second, "/law/erasures")
    four_looks(other)
    other.set_viewport_size({"width": 1440, "height": 900})
    other.get_by_role("button", name="Erase all of this").click()
    expect(other.get_by_text("Being erased")).to_be_visible()
    runs.run_due()
    other.reload()
    expect(other.get_by_text("item kept by a hold")).to_be_visible()
    four_looks(other)
    other.set_viewport_size({"width": 1440, "height": 900})
    other.goto("/law/retention")
    four_looks(other)
    other.set_viewport_size({"width": 1440, "height": 900})
    other.get_by_role("button", name="Approve: it is in force from now on").click()
    other.get_by_role("button", name="Preview").click()
    expect(other.get_by_text("Nothing is due.")).to_be_visible()
    axe(other)
