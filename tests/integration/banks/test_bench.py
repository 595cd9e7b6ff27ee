"""“Bank it” at the workbench: known from then on, taken out again, and out by itself when the decision falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.banks import a_hash, flipped
from tests.support.floor import SPAM, someone

from watchfloor.detection.banks import bench, learning, look_up, retro_work
from watchfloor.detection.banks.models import Entry, Retro
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.review import actions as review
from watchfloor.review.models import Decision

if TYPE_CHECKING:
    from tests.support.banks import Banks

    from watchfloor.identity.domain import Actor

EDITOR = someone(frozenset({"review.work", "case.view", "policy.view", "bank.view", "bank.edit"}))


def decided(banks: Banks, by: Actor = EDITOR) -> Decision:
    item, version = banks.item("look")
    banks.report(item, version)
    banks.medium(a_hash(1), (item, version))
    return banks.decide(by, SPAM)


def test_what_was_decided_is_known_at_once_and_may_be_taken_out(banks: Banks) -> None:
    banks.bank("other", policy_key="spam", violation_key="")
    banks.bank("known", name="Known spam")
    banks.bank("good", negative=True)
    banks.bank("hate", policy_key="hate", violation_key="hate.slur")
    learning.follow()
    decision = decided(banks)
    assert bench.offer(someone(), decision) is None  # no permission of banks
    offer = bench.offer(EDITOR, decision)
    assert offer is not None and [key for key, _ in offer.choices] == [
        "known",
        "other",
    ]  # its violation type's own first
    with pytest.raises(BadInput, match="Choose a bank"):
        bench.bank_now(EDITOR, decision.pk, "good")
    with pytest.raises(NotFound):
        bench.bank_now(someone(frozenset({"bank.edit"})), decision.pk, "known")
    assert bench.bank_now(EDITOR, decision.pk, "known").key == "known"
    assert [each.bank for each in look_up("pdq", flipped(a_hash(1), 9))] == ["known"]
    assert Retro.objects.get().state == "counting"
    assert {row.kind for row in Entry.objects.all()} == {"pdq", "sha256"}  # never its words
    bench.bank_now(EDITOR, decision.pk, "known")  # pressed twice
    assert Retro.objects.count() == 1 and Entry.objects.count() == 2
    again = bench.offer(EDITOR, decision)
    assert again is not None and again.choices == (("out", "Known spam"),) and "Known spam" in again.told
    assert bench.take_out(EDITOR, decision.pk) == 2
    assert look_up("pdq", a_hash(1)) == [] and Retro.objects.get().state == "dropped"
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_an_entry_falls_with_its_decision_unless_a_search_was_carried_out(banks: Banks) -> None:
    banks.bank("known")
    learning.follow()
    for carried_out in (False, True):
        decision = decided(banks)
        bench.bank_now(EDITOR, decision.pk, "known")
        if carried_out:
            Retro.objects.filter(state="counting").update(state="done")
            with pytest.raises(Conflict, match="acted on"):
                bench.take_out(EDITOR, decision.pk)
        review.undo(EDITOR, decision.pk, "a slip")
        with pytest.raises(Conflict, match="no longer stands"):
            bench.bank_now(EDITOR, decision.pk, "known")
        sequencer.catch_up()
        learning.follow()
        assert bool(look_up("pdq", a_hash(1))) is carried_out
    assert retro_work.work() == 0
