"""What decides at the doors: rules in force and known texts; a model's score is told, and decides nothing by itself."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.rules import Rules, fresh

from watchfloor.detection import models_in_force
from watchfloor.detection.banks import actions as banks
from watchfloor.detection.banks.contracts import BankIn, EntryIn
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.identity.domain import system
from watchfloor.interop import judging, sentences, sites
from watchfloor.interop.models import Site
from watchfloor.interop.moderation.categories import result
from watchfloor.items import defaults as items
from watchfloor.items import queries as item_queries
from watchfloor.kernel import clock
from watchfloor.ledger.writer import writing

KNOWN = "They are vermin and should be driven out of every street of this town before winter comes"


@pytest.fixture
def rules(db: Any, monkeypatch: pytest.MonkeyPatch, quiet_judge: None) -> Rules:
    """A floor with item types and no rule yet; the judge looks anew."""
    fresh(monkeypatch)
    with writing(system("test")) as w:
        items.install(w)
    item_queries.forget_types()
    return Rules()


@pytest.fixture
def site(rules: Rules) -> Site:
    """A website that asks about spam."""
    with writing(system("test")) as w:
        return sites.make(w, name="blog")[0]


@pytest.mark.parametrize(
    ("effects", "state", "spam", "discard"),
    [
        (("SendToReview(policy='spam')",), "on", True, False),
        (("TakeAction(action='remove', policy='spam')",), "on", True, False),
        (("SendToReview(policy='spam')", "DeclareVerdict(verdict='reject')"), "on", True, True),
        (("SendToReview(policy='hate')",), "on", False, False),
        (("SendToReview(policy='spam')",), "shadow", False, False),
    ],
)
def test_rules(rules: Rules, site: Site, effects: tuple[str, ...], state: str, spam: bool, discard: bool) -> None:
    rules.add("Bad", *effects, state=state)
    said = sentences.answer(site, "bad", author="mallory")
    assert (said.spam, said.discard) == (spam, discard)
    assert sentences.answer(site, "good", author="mallory").spam is False


def test_known_texts_of_banks_that_are_open(site: Site) -> None:
    with writing(system("test")) as w:
        for key, clearance in (("open", ""), ("closed", "csae")):
            bank = banks.create_bank(
                w, BankIn(key=key, name=key, policy_key="spam", violation_key="spam.bulk", clearance=clearance)
            )
            banks.add_entries(w, bank, [EntryIn(kind="text", value=f"{KNOWN} {key}", evidence="test")])
    assert sentences.answer(site, f"{KNOWN} open").by == "bank:open"
    assert not sentences.answer(site, f"{KNOWN} closed").spam


def test_a_model_that_saw_mostly_spam_decides_nothing(site: Site) -> None:
    model = OnlineClassifier()
    for number in range(200):
        model.learn(f"win prize {number} now", True)
    for number in range(25):
        model.learn(f"lunch at noon {number}", False)
    TextModel.objects.create(
        policy_key="spam", version=1, blob=model.to_bytes(), report={"open_at": 0.5, "signal_at": 0.5, "ready": True}, live=True,
        made_at=clock.now(),
    )  # fmt: skip
    models_in_force.forget()
    said = "You win a prize now"
    score = models_in_force.score("spam", said)
    assert score > 0.5  # it would open a case
    assert not sentences.answer(site, said).spam
    told = result(judging.findings(said))
    assert told["flagged"] is False
    assert told["category_scores"]["spam"] == pytest.approx(score, abs=1e-6)
