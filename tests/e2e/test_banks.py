"""Banks in a real browser: every page in four looks, and by keyboard from a decided case to a bank, the preview, and back."""

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


def test_banks_are_read_and_an_item_is_banked_and_taken_back(
    open_as: Callable[..., Any], four_looks: Callable[[Any], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.banks import Banks, a_hash, flipped
    from tests.support.floor import SPAM, someone

    from watchfloor.detection.banks import learning, retro_work
    from watchfloor.detection.banks.models import Entry, Match, Retro
    from watchfloor.identity.actions import create_user, grant, save_role
    from watchfloor.identity.domain import system
    from watchfloor.kernel.ids import encode
    from watchfloor.ledger.writer import writing
    from watchfloor.review.models import Decision

    banks = Banks(tmp_path, monkeypatch)
    item, version = banks.item("a message with a picture, long enough to be told from all the others")
    case = banks.report(item, version)
    banks.decide(someone(), SPAM)
    banks.medium(a_hash(3), (item, version))
    banks.medium(flipped(a_hash(3), 5), *[banks.item() for _ in range(4)])
    known = banks.bank("known-spam", name="Known spam pictures", purpose="Pictures of campaigns that were found violating.",
                       action="decide", sample=0.5, owner="Spam desk")  # fmt: skip
    banks.add(banks.bank("house-style", name="Pictures of the house", negative=True), a_hash(9))
    banks.add(known, a_hash(1), source="Partner exchange", source_ref="A-17", tags=("campaign",))
    banks.add(known, a_hash(2), evidence="found by hand")
    for distance in (2, 6, 11, 18, 24, 29):
        banks.medium(flipped(a_hash(1), distance), banks.item())
    banks.match()
    checked = Match.objects.filter(did="decided").order_by("distance")
    editor = someone(frozenset({"bank.view", "bank.edit"}))
    for number, match in enumerate(checked[:3]):
        learning.check(editor, match.pk, right=number < 2)
    flooded = banks.bank("new-feed", name="A new feed", flood_limit=5)
    banks.add(flooded, a_hash(5))
    banks.medium(a_hash(5), *[banks.item() for _ in range(7)])
    banks.match()
    with writing(system("test")) as w:
        person = create_user(w, email="bo@example.org", name="Bo", password=None)
        save_role(
            w,
            key="keeper",
            name="Keeper",
            permissions=["bank.view", "bank.edit", "bank.manage", "case.view", "policy.view", "review.work"],
        )
        grant(w, system("test"), person, "keeper")

    page = open_as(person, "/banks")
    four_looks(page)
    for address in ("/banks/of/known-spam", "/banks/of/known-spam/matches", "/banks/of/known-spam/settings", "/banks/floods",
                    f"/banks/matches/{Match.objects.get(distance=24).pk}", f"/banks/entries/{checked[0].entry_id}"):  # fmt: skip
        page.goto(page.url.split("/banks")[0] + address)
        four_looks(page)

    page.goto(page.url.split("/banks")[0] + f"/cases/{encode('case', case.pk)}")
    page.get_by_role("link", name="Bank it").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/banks/from/"))
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("Why").focus()
    page.keyboard.type("a campaign")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/banks/searches/"))
    retro_work.work()
    page.wait_for_selector("text=Bank it, and do it to 5 items")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Bank it, and do it").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Being done")
    while retro_work.work():
        pass
    page.reload()
    page.get_by_role("button", name="Take it back").first.focus()
    page.keyboard.press("Enter")
    page.locator("#undo-why").fill("a mistake")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Being taken back")
    while retro_work.work():
        pass
    assert Retro.objects.get().state == "undone"
    assert not Decision.objects.filter(origin="rule", case__item__in=[hit.item_id for hit in Retro.objects.get().hits.all()],
                                       superseded_at__isnull=True).exists()  # fmt: skip

    for number in (21, 22):
        banks.report(*(shown := banks.item()))
        banks.medium(a_hash(number), shown)
    page.goto("/review")
    page.keyboard.press("n")
    bench = page.locator("main[data-heard]:not([aria-busy]) [data-bench]")
    bench.wait_for()
    page.keyboard.press("1")  # nothing is chosen yet: it leads to the list
    page.keyboard.press("Space")
    page.get_by_text("What follows", exact=True).wait_for()
    page.keyboard.press("1")
    card = page.locator("[data-undo]")
    card.get_by_role("button", name="Bank it").wait_for()
    bench.wait_for()
    card.get_by_label("Into which bank").select_option("known-spam")
    page.locator("h1").click()
    page.keyboard.press("i")
    card.get_by_text("In Known spam pictures: copies are known from now on.").wait_for()
    assert {entry.bank.key for entry in Entry.objects.filter(evidence__startswith="decision:", state="live")} == {
        "known-spam"
    }
    four_looks(page)
    page.keyboard.press("i")
    card.get_by_role("button", name="Bank it").wait_for()
    assert not Entry.objects.filter(evidence__startswith="decision:", state="live").exists()
