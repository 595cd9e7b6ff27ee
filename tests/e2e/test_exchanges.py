"""Exchanges and files in a real browser: a file looked at, put in by keyboard, taken back; an exchange with findings; accessible."""

from __future__ import annotations

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


def test_a_file_goes_in_and_back_and_an_exchange_is_looked_after(
    open_as: Callable[..., Any], four_looks: Callable[[Any], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.exchanges import pdq
    from tests.support.rules import rule_author

    from watchfloor.detection.banks.actions import create_bank
    from watchfloor.detection.banks.contracts import BankIn
    from watchfloor.detection.banks.models import Bank, Entry
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    person = rule_author()
    with writing(system("test")) as w:
        create_bank(w, BankIn(key="partner", name="Partner's known content", negative=True))
    bank = Bank.objects.get()
    _followed(bank, monkeypatch)
    file = tmp_path / "partner-list.csv"
    file.write_text(f"kind,value,tags\npdq,{pdq(1)},nude\npdq,{pdq(2)},\nmd5,too short,\nphotodna,{pdq(3)},\n")

    page = open_as(person, "/exchanges")
    four_looks(page)
    page.get_by_role("link", name="Partner's known content").first.click()
    four_looks(page)
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at it").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Rows that cannot be taken")
    assert page.get_by_text("line 4").count() == 1 and Entry.objects.filter(value=pdq(1)).count() == 0
    four_looks(page)
    page.get_by_role("button", name="Put 2 entries in").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=2 entries came in.")
    page.get_by_role("button", name="Take it back").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_label("Why").fill("the wrong list")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=2 entries were taken out again.")

    page.goto("/exchanges/follow/te")
    four_looks(page)
    page.get_by_role("button", name="Tell the exchange").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 finding goes out.")
    page.goto("/exchanges/new/ncmec")
    four_looks(page)


def _followed(bank: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange that was read twice and holds a confirmed entry."""
    from tests.support import exchanges as stand_in

    from watchfloor.detection.banks.contracts import Judgement
    from watchfloor.detection.banks.feedback import tell
    from watchfloor.detection.banks.models import Entry
    from watchfloor.detection.exchanges import fetching
    from watchfloor.detection.exchanges.actions import ExchangeIn, create_exchange
    from watchfloor.identity.domain import system
    from watchfloor.kernel.ids import new_id
    from watchfloor.ledger.writer import writing

    pytest.importorskip("threatexchange", reason="pip install --group exchanges")
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    held = [stand_in.te_update(stand_in.pdq(n), 100 + n, owner=7, tags=("nude",)) for n in range(10, 13)]
    held.append(stand_in.te_update("no digits", 120))
    with stand_in.threatexchange(held) as server:
        settings = {"privacy_group": 55, "address": server.url}
        with writing(system("test")) as w:
            secret = {"api_token": "123456789|" + "a" * 24}
            row = create_exchange(
                w, bank, ExchangeIn(name="te", kind="fb_threatexchange", settings=settings, secret=secret)
            )
        fetching.run(row.pk)
        server.fail_after = 0
        fetching.run(row.pk)
    entry = Entry.objects.filter(value=stand_in.pdq(10)).get()
    with writing(system("test")) as w:
        tell(w, Judgement(
            match=new_id(), bank=bank.key, bank_id=bank.pk, entry=entry.pk, kind=entry.kind, source=entry.source,
            source_ref=entry.source_ref, confirmed=True, before="", by="user:ana",
        ))  # fmt: skip
