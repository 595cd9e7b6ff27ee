"""What people say of a match comes home: to the match, its entry, the bank's figures, and whoever asked to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.banks import BY, a_hash, flipped
from tests.support.floor import CLEAN, SENIOR, SPAM, someone

from watchfloor.detection.banks import feedback, figures, learning
from watchfloor.detection.banks.domain import thresholds
from watchfloor.detection.banks.models import Entry, Match
from watchfloor.enforcement.models import Action
from watchfloor.kernel.errors import Forbidden, NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.review import actions as review
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Decision

if TYPE_CHECKING:
    from tests.support.banks import Banks

EDITOR = frozenset({"bank.view", "bank.edit"})


def learn() -> None:
    sequencer.catch_up()
    while learning.follow():
        pass


def test_decisions_of_people_confirm_and_reject(banks: Banks, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[bool, str, str]] = []
    monkeypatch.setattr(
        feedback, "_listeners", [lambda w, said: told.append((said.confirmed, said.source_ref, said.before))]
    )
    learning.follow()
    known = banks.bank()
    banks.add(known, a_hash(1), source="exchange", source_ref="17")
    for distance in (3, 12, 28):
        banks.medium(flipped(a_hash(1), distance), banks.item())
    banks.match()
    person = someone()
    for finding in (SPAM, SPAM, CLEAN):
        banks.decide(person, finding)
    learn()
    assert Match.objects.filter(verdict="confirmed", judged_how="review").count() == 2
    entry = Entry.objects.get()
    assert (entry.confirmed, entry.rejected) == (2, 1)
    assert told == [(True, "17", ""), (True, "17", ""), (False, "17", "")]
    seen = figures.of([known.pk])[known.pk]
    assert (seen.hits, seen.judged, seen.right) == (3, 3, 2)
    made = thresholds.choices(figures.judged(known), 31)
    assert [(each.radius, each.kept, each.judged) for each in made][-1] == (31, 3, 3)
    latest = Decision.objects.order_by("-at").first()
    assert latest is not None
    review.undo(someone(frozenset({"review.undo", "case.view"})), latest.pk, "a slip")
    learn()
    entry.refresh_from_db()
    assert entry.confirmed + entry.rejected == 2
    assert rebuild.check().differences == []


def test_an_appeal_rejects_what_was_decided_unseen(banks: Banks) -> None:
    learning.follow()
    banks.add(banks.bank(action="decide", sample=0), a_hash(1))
    banks.medium(a_hash(1), banks.item())
    banks.match()
    decision = Decision.objects.get()
    learn()
    assert Match.objects.get().verdict == ""  # a bank does not confirm itself
    from tests.support.floor import PLATFORM

    review.file_appeal(
        PLATFORM, AppealIn(decision_id=decision.pk, by="author", appellant="mallory", grounds="my own picture")
    )
    banks.decide(someone(SENIOR), CLEAN)
    learn()
    match = Match.objects.get()
    assert (match.verdict, match.judged_how) == ("rejected", "appeal")
    seen = figures.of([match.bank_id])[match.bank_id]
    assert (seen.judged, seen.fell) == (0, 1)


def test_a_sampled_decision_that_was_wrong_falls(banks: Banks) -> None:
    banks.add(banks.bank(action="decide", sample=1), a_hash(1))
    banks.medium(a_hash(1), banks.item())
    banks.match()
    match = Match.objects.get()
    assert match.sampled
    with pytest.raises(Forbidden):
        learning.check(someone(frozenset({"bank.view"})), match.pk, right=False)
    learning.check(someone(EDITOR), match.pk, right=False, why="a beach")
    match.refresh_from_db()
    assert (match.verdict, match.judged_how, Entry.objects.get().rejected) == ("rejected", "check", 1)
    assert Decision.objects.filter(origin="rule", superseded_at__isnull=True).count() == 0
    assert set(Action.objects.values_list("state", flat=True)) <= {"reversed", "pending", "sent"}
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_who_is_not_cleared_knows_of_nothing(banks: Banks) -> None:
    from watchfloor.detection.banks import queries

    known = banks.bank(clearance="secret")
    banks.add(known, a_hash(1))
    banks.medium(a_hash(1), banks.item())
    banks.match()
    match = Match.objects.get()
    for call in (
        lambda who: queries.bank(who, "known"), lambda who: queries.entry(who, match.entry_id),
        lambda who: learning.check(who, match.pk, right=True),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            call(someone(EDITOR))
    cleared = someone(EDITOR, clearances=frozenset({"secret"}))
    assert queries.bank(cleared, "known") == known and list(queries.banks(someone(EDITOR))) == []
    assert BY is not None
