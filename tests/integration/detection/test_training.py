"""Models learn from what people decide, unlearn what falls, and are put to work only when there is reason to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from watchfloor.detection import models_in_force, training
from watchfloor.detection.actions import set_model_live
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger import sequencer
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review.contracts import AppealIn
from watchfloor.review.models import Decision

if TYPE_CHECKING:
    from tests.support.rules import Rules


def decided(rules: Rules, count: int, start: int = 0) -> list[Decision]:
    """As many spam findings as clean ones, by one person."""
    from tests.support.floor import CLEAN, SPAM, someone

    person = someone()
    made = []
    for number in range(start, start + count):
        for text, finding in ((f"cheap pills order {number} now", SPAM), (f"lunch at noon in room {number}", CLEAN)):
            item, version = rules.item(text)
            rules.report(item, version)
            made.append(rules.decide(person, finding))
    return made


def learn(at_least: int = 1) -> int:
    sequencer.catch_up()
    return training.train(["spam"], at_least=at_least)


def newest() -> TextModel:
    return TextModel.objects.order_by("-version")[0]


def model() -> OnlineClassifier:
    return OnlineClassifier.from_bytes(bytes(newest().blob))


def switch(version: int | None, why: str = "test", actor: Actor | None = None) -> None:
    with writing(actor or system("test")) as w:
        set_model_live(w, "spam", version, why=why)


def test_it_waits_for_enough_and_is_not_put_to_work_before_it_is_ready(rules: Rules) -> None:
    decided(rules, 5)
    assert learn(at_least=50) == 0
    assert not TextModel.objects.exists()
    assert learn(at_least=10) == 10
    row = newest()
    assert (row.version, row.learned, row.live) == (1, 10, False)
    assert not rules.show("cheap pills")[1].signals
    assert learn() == 0 and newest().version == 1


def test_it_learns_each_decision_once_and_then_gives_signals_with_words(rules: Rules) -> None:
    decided(rules, 25)
    assert learn() == 50
    first = newest()
    assert first.live and first.report["labels"] == [25, 25] and len(first.report["scored"]) == 50
    decided(rules, 5, start=100)
    assert learn() == 10
    assert [(row.version, row.live) for row in TextModel.objects.order_by("version")] == [(1, False), (2, True)]
    assert newest().learned == 60
    models_in_force.forget()
    spam, clean = models_in_force.look("order cheap pills"), models_in_force.look("lunch in room 7")
    assert clean == []
    assert spam[0].signal.source == "model:spam" and spam[0].signal.details["version"] == 2
    assert "pills" in spam[0].signal.reason
    event = Event.objects.filter(type="model.trained").latest("ordinal")
    assert event.data["version"] == 2 and event.data["learned"] == 10


def test_what_an_appeal_overturns_is_unlearned_and_its_opposite_learned(rules: Rules) -> None:
    from tests.support.floor import CLEAN, PLATFORM, SENIOR, someone

    decision = decided(rules, 25)[0]
    learn()
    assert model().labels == (25, 25)
    review.file_appeal(PLATFORM, AppealIn(decision_id=decision.pk, by="author", appellant="mallory"))
    rules.decide(someone(SENIOR), CLEAN)
    assert learn() == 2
    assert model().labels == (26, 24)
    same = OnlineClassifier()
    texts = [row.case.item.versions.get().data["text"] for row in Decision.objects.order_by("at", "pk")]
    assert len(texts) == 51
    assert len(newest().report["scored"]) == 50
    assert same.labels == (0, 0)
    event = Event.objects.filter(type="model.trained").latest("ordinal")
    assert (event.data["learned"], event.data["unlearned"]) == (1, 1)


def test_what_is_taken_back_is_unlearned(rules: Rules) -> None:
    from tests.support.floor import LEAD, someone

    decision = decided(rules, 25)[0]
    learn()
    review.undo(someone(LEAD), decision.pk, "wrong button")
    assert learn() == 1
    assert model().labels == (25, 24)


def test_decisions_of_rules_teach_nothing(rules: Rules) -> None:
    from tests.support.rules import REMOVE

    rules.add("Bad", REMOVE)
    for number in range(5):
        rules.show("bad", id=f"x{number}")
    assert Decision.objects.filter(origin="rule").count() == 5
    assert learn() == 0
    assert not TextModel.objects.exists()


def test_an_older_version_stays_chosen_until_the_newest_is(rules: Rules) -> None:
    decided(rules, 25)
    learn()
    decided(rules, 3, start=50)
    learn()
    switch(1, "the newer one flags thanks")
    decided(rules, 3, start=60)
    learn()
    assert TextModel.objects.get(live=True).version == 1
    assert newest().version == 3
    switch(3)
    decided(rules, 3, start=70)
    learn()
    assert TextModel.objects.get(live=True).version == 4
    event = Event.objects.filter(type="model.switched").order_by("ordinal")[0]
    assert (event.data["before"], event.data["after"], event.reason) == (2, 1, "the newer one flags thanks")


def test_a_model_can_be_switched_off_and_stays_off(rules: Rules) -> None:
    decided(rules, 25)
    learn()
    switch(None)
    decided(rules, 3, start=50)
    learn()
    assert not TextModel.objects.filter(live=True).exists()
    assert models_in_force.look("order cheap pills") == []


def test_a_switch_is_checked(rules: Rules) -> None:
    decided(rules, 5)
    learn()
    with pytest.raises(Conflict):
        switch(1)
    with pytest.raises(NotFound):
        switch(7)
    with pytest.raises(BadInput):
        switch(1, " ")


def test_a_damaged_model_stops_nobody(rules: Rules, caplog: pytest.LogCaptureFixture) -> None:
    decided(rules, 25)
    learn()
    assert models_in_force.look("order cheap pills")
    TextModel.objects.create(policy_key="spam", version=2, blob=b"torn", live=True, report={}, made_at=newest().made_at)
    TextModel.objects.filter(version=1).update(live=False)
    models_in_force.forget()
    assert models_in_force.look("order cheap pills")[0].signal.details["version"] == 1
    assert "cannot be used" in caplog.text


def test_old_versions_are_dropped(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "KEPT", 2)
    decided(rules, 25)
    learn()
    switch(None)
    switch(1)
    for round_ in range(3):
        decided(rules, 1, start=100 + round_)
        learn()
    assert list(TextModel.objects.order_by("version").values_list("version", flat=True))[-2:] == [3, 4]
    assert TextModel.objects.count() <= 3
