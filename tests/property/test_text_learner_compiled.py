"""The compiled learner says and keeps what the plain one does, to the last bit, whatever it is given."""

import random

import pytest

from watchfloor.engines.textmodels import OnlineClassifier, quick
from watchfloor.engines.textmodels.classifier import Options

BITS = (
    "free", "Call", "WIN", "you", "don't", "lunch", "meet", "congratulations", "mum", "0800", "£500", "$$$", "150p", "!!!!", "??", "...",
    "....", "ok.", "it's", "_", "__", "a b c d", "f r e e", "c.a.s.h", "fr33", "ca$h", "w1n", "v1agra", "pr!ze", "L00K", "b4", "2nite",
    "http://Bad.com/x?y", "https://", "www.site.co.uk", "t.co/abc", "foo.bar", "a@b.com", "@you", "09061701461", "(0800) 123 4567",
    "+44 7786 200117", "1234", "12345678901", "3.1415", "é", "naïve", "Straße", "ﬁne", "№", "İ", "K", "€5", "ﷺ", "\u200b",
    "\ufeff", "\u200d", "f\u0336r\u0336e\u0336e", "сор", "frее", "привет", "ΝΥ", "مرحبا", "你好", "😀", "😀😀😀",
    "👩\u200d👧", "⟨url⟩", "<b>", "it`s", "\t", "\n\n\n",
    "\x07", "\x7f", "\ud800", "٣٤٥٦", "ａｂｃ", "a" * 9, "x\u00a0y", "000", "a--b", "!?!?!?!?", ":", "*",
)  # fmt: skip


def plain(options: Options | None = None) -> OnlineClassifier:
    model = OnlineClassifier(options)
    model._asked = -(1 << 60)  # never asked often enough
    return model


def texts(seed: int, count: int) -> list[tuple[str, bool, float]]:
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        bits = chance.choices(BITS, k=chance.choice((0, 1, 2, 5, 9)))
        text = chance.choice((" ", " ", " ", "")).join(bits)
        spam = any(bit in text for bit in ("free", "WIN", "£", "http"))
        made.append((text, spam != (chance.random() < 0.1), chance.choice((1.0, 1.0, 2.5))))
    return made


@pytest.mark.wide  # the first time ever it is compiled for, which takes half a minute
@pytest.mark.parametrize("options", [Options(), Options(unsure=50.0)])
def test_compiled_and_plain_are_one(options: Options) -> None:
    pytest.importorskip("numba")
    assert quick.bring() is not None
    slow, fast = plain(options), OnlineClassifier(options)
    lines = texts(1, 1_200)
    long = [(" ".join(BITS) * 20, True, 1.0), ("w1n a@b.com " * 2_000, False, 1.0), ("t.co 1234 " * 2_000, True, 1.0)]
    lines[600:600] = long  # more than there is room for: it grows, by each way through
    for place, (text, label, weight) in enumerate(lines):
        if place % 5 == 0:
            assert fast.score(text) == slow.score(text), text
        assert fast.learn(text, label, weight) == slow.learn(text, label, weight), text
        if place in (210, 700):  # taken over, and put into tables anew
            assert fast._quick is not None
            assert fast.to_bytes() == slow.to_bytes()
            fast = OnlineClassifier.from_bytes(fast.to_bytes())
            fast._asked = 1 << 30
    assert fast._quick is not None and fast.labels == slow.labels and fast.feature_count == slow.feature_count
    assert fast.explain("free prize, c4ll 0800 now") == slow.explain("free prize, c4ll 0800 now")
    assert fast.to_bytes() == slow.to_bytes()
    for model in (fast, slow):
        model.unlearn(*lines[3])
        model.learn("one more", True)
    assert fast.to_bytes() == slow.to_bytes()
    before = fast.to_bytes()
    fast.learn("again an odd text", True, 2.0)
    fast.unlearn("again an odd text", True, 2.0)
    assert fast.to_bytes() == before
