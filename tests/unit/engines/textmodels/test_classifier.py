"""The classifier learns, unlearns to the last bit, explains itself, and is stored whole or not at all."""

import random
import subprocess
import sys

import pytest

from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.kernel.errors import BadInput, NotFound

SPAM = [
    "win a free prize now",
    "call 09061701461 to claim cash",
    "free entry txt WIN to 80086",
    "claim your free ringtone http://bad.com",
]
HAM = ["see you at lunch", "ok i will call you later", "are you home yet", "happy birthday mum"]


def stream(count: int = 300) -> list[tuple[str, bool]]:
    chance = random.Random(3)
    lines = []
    for number in range(count):
        spam = chance.random() < 0.3
        words = (chance.choice(SPAM if spam else HAM) + " " + chance.choice(HAM)).split()
        chance.shuffle(words)
        lines.append((" ".join(words) + f" {number}", spam))
    return lines


def taught(count: int = 300) -> OnlineClassifier:
    model = OnlineClassifier()
    for text, label in stream(count):
        model.learn(text, label)
    return model


def test_it_knows_nothing_at_first_and_says_so() -> None:
    model = OnlineClassifier()
    assert model.score("anything") == 0.5
    assert not model.ready
    assert model.explain("anything") == []


def test_it_learns() -> None:
    model = taught()
    assert model.score("free prize, claim now") > 0.9
    assert model.score("see you at lunch mum") < 0.1
    assert model.ready
    assert sum(model.labels) == 300


def test_learn_returns_what_score_would_have_said() -> None:
    model = taught(100)
    expected = model.score("claim a prize at lunch")
    assert model.learn("claim a prize at lunch", True) == expected


def test_unlearning_the_last_gives_back_the_model_before() -> None:
    model = taught(220)
    before = model.to_bytes()
    model.learn("an odd new text with unknown words", True, 2.0)
    model.unlearn("an odd new text with unknown words", True, 2.0)
    assert model.to_bytes() == before


def test_unlearning_any_gives_the_model_that_never_saw_it() -> None:
    lines = stream(260)
    model = taught(260)
    for place in (0, 100, 259):
        model.unlearn(*lines[place])
    never = OnlineClassifier()
    for place, (text, label) in enumerate(lines):
        if place not in (0, 100, 259):
            never.learn(text, label)
    assert model.score("free prize") == never.score("free prize")
    assert model.to_bytes() == never.to_bytes()


def test_unlearning_everything_gives_an_empty_model() -> None:
    model = taught(60)
    for text, label in stream(60):
        model.unlearn(text, label)
    assert model.to_bytes() == OnlineClassifier().to_bytes()


@pytest.mark.parametrize(
    ("text", "label", "weight"),
    [("see you", True, 1.0), ("free", False, 1.0), ("free", True, 2.0), ("unknown", True, 1.0)],
)
def test_what_was_never_learned_cannot_be_unlearned(text: str, label: bool, weight: float) -> None:
    model = OnlineClassifier()
    model.learn("free", True)
    with pytest.raises(NotFound):
        model.unlearn(text, label, weight)


def test_an_explanation_names_the_words_and_their_places() -> None:
    model = taught()
    text = "Hello! FREE prize at lunch"
    contributions = model.explain(text, limit=8)
    assert 0 < len(contributions) <= 8
    assert [abs(item.weight) for item in contributions] == sorted(
        (abs(item.weight) for item in contributions), reverse=True
    )
    by_name = {item.feature: item for item in model.explain(text, limit=100)}
    assert by_name["free"].weight > 0 > by_name["lunch"].weight
    assert [text[low:high] for low, high in by_name["free"].spans] == ["FREE"]
    assert by_name["free prize"].kind == "pair"


def test_an_explanation_adds_up_to_the_score() -> None:
    model = taught()
    neutral = "zzz"
    items = model.explain("free prize claim", limit=1000)
    assert sum(item.weight for item in items) > 0
    assert model.score("free prize claim") > model.score(neutral)


def test_stored_and_read_back_it_goes_on_as_before() -> None:
    model = taught(250)
    again = OnlineClassifier.from_bytes(model.to_bytes())
    assert again.to_bytes() == model.to_bytes()
    for other in (model, again):
        other.learn("one more free text", True)
        other.unlearn(*stream(1)[0])
    assert again.to_bytes() == model.to_bytes()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda data: b"", "bad_model"),
        (lambda data: b"nonsense", "bad_model"),
        (lambda data: data[:-1], "bad_model"),
        (lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:], "bad_model"),
        (lambda data: data[:4] + b"\x09" + data[5:], "model_version"),
    ],
)
def test_damaged_bytes_are_refused(damage, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput) as raised:
        OnlineClassifier.from_bytes(damage(taught(30).to_bytes()))
    assert raised.value.code == code


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), 101.0])
def test_senseless_weights_are_refused(weight: float) -> None:
    with pytest.raises(BadInput):
        OnlineClassifier().learn("x", True, weight)


def test_the_same_model_in_another_process() -> None:
    program = (
        "import hashlib\nfrom watchfloor.engines.textmodels import OnlineClassifier\n"
        f"m = OnlineClassifier()\nfor text, label in {stream(80)!r}: m.learn(text, label)\n"
        "print(hashlib.sha256(m.to_bytes()).hexdigest())"
    )
    digests = set()
    for hash_seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_strange_texts_do_no_harm() -> None:
    model = OnlineClassifier()
    for text in ("", " ", "\x00", "\u200b", "a" * 50_000, "😀" * 500, "\ud800"):
        assert 0.0 <= model.learn(text, True) <= 1.0
        assert 0.0 <= model.score(text) <= 1.0
    assert OnlineClassifier.from_bytes(model.to_bytes()).labels == (0, 7)
