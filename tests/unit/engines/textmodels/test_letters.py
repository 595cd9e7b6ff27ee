"""The second look learns what the first leaves unexplained, and is believed only as far as it has been right."""

import random

from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.engines.textmodels.classifier import Options
from watchfloor.engines.textmodels.features import features
from watchfloor.engines.textmodels.letters import Letters, runs, words_of


def test_words_and_their_runs() -> None:
    assert words_of(features("Congratulations, win: * 150p!")) == [
        "congratulations",
        ",",
        "win",
        ":",
        "*",
        "150p",
        "!",
        "000p",
    ]
    assert runs("win") == [" win", "win "]
    assert runs("a") == []


def test_a_stage_that_knows_nothing_adds_nothing() -> None:
    stage = Letters(0.5)
    assert stage.trust == 0.0 and stage.margin(features("anything")) == 0.0


def test_misspelled_words_are_known_by_their_letters() -> None:
    """Every text has words of its own, so only their letters can tell."""
    chance = random.Random(1)
    stage = Letters(0.5)
    for _ in range(300):
        label = chance.random() < 0.5
        stem = "subscri" if label else "holiday"
        word = stem + "".join(chance.choices("abcdefghij", k=4))
        stage.learn([word], label, 1.0, 0.0, 0.01)
    assert stage.trust == 1.0
    assert stage.margin(["subscrixxxx"]) > 1.0 > -1.0 > stage.margin(["holidayyyyy"])
    assert stage.weigh(["subscrixxxx", "unknown"]).keys() == {"subscrixxxx"}


def test_noise_is_not_believed() -> None:
    chance = random.Random(2)
    stage = Letters(0.5)
    for _ in range(600):
        word = "".join(chance.choices("abcdef", k=6))
        stage.learn([word], chance.random() < 0.5, 1.0, 0.0, 0.01)
    assert stage.trust == 0.0


def test_it_can_be_left_out_and_explains_itself() -> None:
    texts = [("free prize winner claim now", True), ("lunch at home with mum today", False)] * 30
    once, twice = OnlineClassifier(Options(unsure=0.0)), OnlineClassifier(Options(unsure=50.0))
    for text, label in texts:
        once.learn(text, label)
        twice.learn(text, label)
    assert not any(part.kind == "letters" for part in once.explain("free prizes"))
    found = [part for part in twice.explain("see prizewinners") if part.kind == "letters"]
    assert [(part.shown, part.spans) for part in found] == [("the letters of prizewinners", ((4, 16),))]
    assert found[0].weight > 0
