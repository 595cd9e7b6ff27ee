"""Banked today, here for days: counted before anything is done, done once, and taken back whole.

WATCHFLOOR_RETRO_ITEMS=500 runs it over more than several parts of the work.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.support.banks import BY, a_hash, flipped
from tests.support.floor import CLEAN, someone

from watchfloor.detection.banks import actions, look_up, retro, retro_work
from watchfloor.detection.banks.contracts import EntryIn
from watchfloor.detection.banks.models import Entry, Match, Retro, RetroHit
from watchfloor.enforcement.models import Action
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case, Decision

if TYPE_CHECKING:
    from tests.support.banks import Banks

    from watchfloor.detection.banks.models import Bank

MANY = int(os.environ.get("WATCHFLOOR_RETRO_ITEMS", "16"))  # more than a part, and more than an entry may hit
EDITOR = someone(frozenset({"bank.view", "bank.edit"}))


def work() -> None:
    while retro_work.work():
        pass


def waiting(bank: Bank, digits: str) -> list[object]:
    with writing(BY) as w:
        return list(actions.add_entries(w, bank, [EntryIn(kind="pdq", value=digits)], waiting=True).ids)


@pytest.mark.parametrize("action", ["decide", "queue"])
def test_counted_then_done_then_taken_back(banks: Banks, action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retro_work, "CHUNK", min(retro_work.CHUNK, MANY // 2))
    bank = banks.bank(action=action, sample=0, flood_limit=5)
    items = [banks.item() for _ in range(MANY)]
    banks.medium(flipped(a_hash(1), 6), *items)
    cleared = banks.item()
    banks.report(*cleared)
    banks.decide(someone(), CLEAN)
    banks.medium(flipped(a_hash(1), 9), cleared)
    banks.medium(a_hash(2), banks.item())
    banks.match()
    before = Case.objects.count()
    row = retro.ask(EDITOR, bank, waiting(bank, a_hash(1)), days=30, why="found today")
    work()
    row.refresh_from_db()
    found = retro.found_of(row)
    assert (row.state, found.items, found.media, found.cleared) == ("ready", MANY + 1, 2, 1)
    assert sum(day.items for day in found.days) == MANY + 1 and len(found.sample) == 2
    assert Case.objects.count() == before and look_up("pdq", a_hash(1)) == []
    retro.confirm(EDITOR, row.pk)
    work()
    row.refresh_from_db()
    assert (row.state, row.done, row.total) == ("done", MANY + 1, MANY + 1)
    did = "decided" if action == "decide" else "queued"
    assert Match.objects.filter(did=did).count() == MANY and Match.objects.filter(did="cleared").count() == 1
    assert len(look_up("pdq", a_hash(1))) == 1 and Entry.objects.get().state == "live"
    with pytest.raises(Conflict):
        retro.confirm(EDITOR, row.pk)
    retro.undo(EDITOR, row.pk, "it was the wrong picture")
    work()
    row.refresh_from_db()
    assert row.state == "undone" and look_up("pdq", a_hash(1)) == []
    assert not Decision.objects.filter(origin="rule", superseded_at__isnull=True).exists()
    assert not Case.objects.filter(state="open").exists()
    undone = Action.objects.filter(origin="rule", inverse_of__isnull=True, kind_key="remove")
    assert set(undone.values_list("state", flat=True)) <= {"reversed"}
    assert undone.count() == (MANY if action == "decide" else 0)
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_a_worker_that_died_is_followed_by_one_that_goes_on(banks: Banks, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = banks.bank(action="decide")
    banks.medium(a_hash(1), *[banks.item() for _ in range(20)])
    row = retro.ask(EDITOR, bank, waiting(bank, a_hash(1)), days=1, why="found today")
    retro_work.work()
    retro.confirm(EDITOR, row.pk)
    monkeypatch.setattr(retro_work, "CHUNK", 8)
    retro_work.work()
    assert RetroHit.objects.filter(done_at__isnull=False).count() == 8
    RetroHit.objects.filter(done_at__isnull=False).update(done_at=None)  # it died before it wrote that down
    work()
    assert Match.objects.count() == Decision.objects.count() == 20 and Retro.objects.get().state == "done"


def test_who_may_not_and_what_cannot(banks: Banks) -> None:
    bank = banks.bank()
    ids = waiting(bank, a_hash(1))
    with pytest.raises(Forbidden):
        retro.ask(someone(frozenset({"bank.view"})), bank, ids, days=3, why="x")
    for wrong in ({"days": 0}, {"days": 91}, {"why": " "}):
        with pytest.raises(BadInput):
            retro.ask(EDITOR, bank, ids, **{"days": 3, "why": "x", **wrong})
    row = retro.ask(EDITOR, bank, ids, days=3, why="x")
    retro.drop(EDITOR, row.pk)
    work()
    assert Entry.objects.get().state == "removed" and Retro.objects.get().state == "dropped"
