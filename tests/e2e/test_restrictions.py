"""Restrictions, protected names, identity checks and rings in a browser: made with a preview, seen, decided; every look and axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.floor import install
from tests.support.people import member

from watchfloor.detection.actions import screen
from watchfloor.detection.campaigns.events import RingFound
from watchfloor.detection.campaigns.models import Ring, RingMember, RingObject, RingTie
from watchfloor.detection.likeness import checks, register
from watchfloor.detection.likeness.models import IdentityCheck
from watchfloor.detection.reputation.models import Restriction
from watchfloor.identity.domain import system
from watchfloor.items import actions as items
from watchfloor.items import keying
from watchfloor.items.contracts import ItemSeen
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
EVERYTHING = {
    "restriction.view", "restriction.edit", "restriction.approve", "likeness.view", "likeness.edit", "likeness.verify", "case.view",
}  # fmt: skip


def test_from_a_restriction_to_an_impostor(open_as: Callable[..., Page], four_looks: Callable[[Any], None]) -> None:
    install()
    page = open_as(member(EVERYTHING, "Ida Holder"), "/restrictions")
    page.get_by_role("link", name="New restriction").first.click()
    page.get_by_label("Value", exact=True).fill("nowhere")
    page.get_by_role("checkbox", name="Message").check()
    page.get_by_label("Reason").fill("A bot farm.")
    page.get_by_role("button", name="Show what it would have hit").click()
    expect(page.get_by_role("alert")).to_contain_text("is no address and no network")
    page.get_by_label("Value", exact=True).fill("203.0.113.0/24")
    page.get_by_role("button", name="Show what it would have hit").click()
    expect(page.locator("#preview")).to_be_visible()
    four_looks(page)
    page.get_by_role("button", name="Put it on").click()
    expect(page.get_by_text("The restriction is in force.").first).to_be_visible()
    row = Restriction.objects.get()
    with writing(system("intake")) as w:
        for number in range(3):
            seen = ItemSeen(type="message", id=f"m{number}", data={"text": "hi", "author": "eve"}, seen_at=clock.now())
            item, version = items.see(w, seen)
            screen(w, item, version, {"text": "hi"}, name="message_sent", event={"ip": "203.0.113.9"})
    page.goto(f"/restrictions/{row.key}")
    expect(page.get_by_text("Held when it happened").or_(page.get_by_text("Hits by day")).first).to_be_visible()
    four_looks(page)
    page.goto("/restrictions")
    four_looks(page)

    page.get_by_role("link", name="Protected names").first.click()
    page.get_by_role("link", name="Protect a name").first.click()
    page.get_by_label("Name", exact=True).fill("Jane Doe")
    page.get_by_label("Evidence").fill("In the news.")
    four_looks(page)
    page.get_by_role("button", name="Protect it").click()
    register.forget()
    with writing(system("intake")) as w:
        items.see(w, ItemSeen(type="account", id="fake", data={"name": "J4ne D0e"}, seen_at=clock.now()))
    while keying.note_new():
        pass
    page.reload()
    expect(page.get_by_text("the name looks the same")).to_be_visible()
    four_looks(page)
    page.get_by_role("button", name="Ask who they are").click()
    expect(page.get_by_text("Evidence is deleted").first).to_be_visible()
    check = IdentityCheck.objects.get()
    person = page.context.new_page()
    person.goto(f"/identity/with/{checks.token(check)}")
    person.get_by_label("Anything to add").fill("It is really me.")
    four_looks(person)
    person.get_by_role("button", name="Hand it in").click()
    person.close()
    page.reload()
    expect(page.get_by_text("It is really me.")).to_be_visible()
    four_looks(page)
    page.get_by_text("They are not. Decide").click()
    page.get_by_label("Why", exact=True).fill("Words prove nothing.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Impostor").first).to_be_visible()
    page.goto("/protected-names?try=janedoe")
    four_looks(page)
    page.goto(f"/restrictions/{row.key}/edit")
    four_looks(page)
    page.goto(f"/cases/{encode('case', Case.objects.get().pk)}")
    expect(page.locator("[data-sides]")).to_contain_text("The protected name")
    four_looks(page)
    page.goto("/campaigns/rings")
    expect(page.get_by_text("Nobody acts together", exact=True)).to_be_visible()
    four_looks(page)
    _acting_together()
    page.reload()
    page.locator("tbody a").first.click()
    expect(page.get_by_text("m0", exact=True).first).to_be_visible()
    four_looks(page)


def _acting_together() -> None:
    """Three accounts that pressed the same things within seconds."""
    now = clock.now()
    with writing(system("campaigns")) as w:
        ring = w.create(
            Ring, kind="ring", action="follow", window=60, found_at=now, changed_at=now, changed_by="system", seen_at=now,
            members=3, ties=3, objects_shared=1, q=1e-6, first_at=now - timedelta(hours=2), last_at=now,
        )  # fmt: skip
        w.event(RingFound(kind="ring", action="follow", members=3, ties=3, fdr=0.01), ring)
        seen = ItemSeen(type="message", id="liked", data={"text": "a post that many like at once"}, seen_at=now)
        thing, _ = items.see(w, seen)
        for number in range(3):
            account, _ = items.see(
                w, ItemSeen(type="account", id=f"m{number}", data={"name": f"m{number}"}, seen_at=now)
            )
            RingMember.objects.create(ring=ring, who=f"{number:032x}", account=account, late=number == 2)
    RingObject.objects.create(ring=ring, item=thing, members=3)
    for left, right in ((0, 1), (0, 2), (1, 2)):
        RingTie.objects.create(
            ring=ring, left=f"{left:032x}", right=f"{right:032x}", objects_met=9, expected=0.2, p_activity=1e-9, near=8,
            near_expected=0.1, p_timing=1e-8, q=1e-6,
        )  # fmt: skip
