"""How alike texts are: what makes no difference, what little, what all; and the indexes against comparing each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watchfloor.engines.nearby import Bank, BitIndex, distance, hamming, simhash, sketch
from watchfloor.engines.nearby.shingles import SKETCH

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = "Buy cheap replica watches now, at www.watches.example with fast delivery to your door"


@pytest.mark.parametrize(
    "other",
    [
        TEXT.upper(),
        TEXT.replace("a", "а"),  # Cyrillic
        "  " + TEXT.replace(" ", "   ") + "!!!",
        TEXT.replace("cheap", "ch\u200beap"),
        TEXT.replace(",", " -"),
    ],
)
def test_disguises_make_no_difference(other: str) -> None:
    assert distance(sketch(TEXT), sketch(other)) == 0
    assert simhash(TEXT) == simhash(other)


def test_the_more_words_are_changed_the_farther_a_text_is() -> None:
    words = TEXT.split()
    met = [0.0]
    for count in range(1, len(words) + 1):
        other = " ".join([f"zq{place}xv" if place < count else word for place, word in enumerate(words)])
        met.append(distance(sketch(TEXT), sketch(other)))
    assert met == sorted(met)
    assert 0 < met[1] < 0.35
    assert met[-1] == 1.0


def test_two_messages_that_are_only_a_link_are_not_the_same() -> None:
    assert distance(sketch("http://a.example/x"), sketch("http://b.example/y")) > 0.5
    assert distance(sketch("http://a.example/x"), sketch("http://a.example/x")) == 0


def test_a_text_without_letters_or_digits_is_like_nothing() -> None:
    assert sketch("?!") == ()
    assert simhash("?!") is None
    assert distance(sketch("?!"), sketch("?!")) == 1.0
    assert Bank([("?!", None)]).nearest("?!", 0.5, NOW) is None


def test_long_texts_are_judged_by_a_fair_sample() -> None:
    words = [f"word{number}" for number in range(2_000)]
    left, right = " ".join(words), " ".join(words[500:])  # about three quarters in common
    assert len(sketch(left)) == SKETCH
    assert distance(sketch(left), sketch(right)) == pytest.approx(0.25, abs=0.15)


def test_the_nearest_of_several_examples_is_named_and_ended_ones_are_not() -> None:
    other = TEXT.replace("watches", "handbags", 1)
    bank = Bank([(other, None), (TEXT, NOW + timedelta(days=1)), ("Hello, how are you today?", None)])
    assert bank.nearest(TEXT, 0.6, NOW) == (TEXT, 0.0)
    found = bank.nearest(TEXT, 0.6, NOW + timedelta(days=2))
    assert found is not None and found[0] == other and 0 < found[1] <= 0.6
    assert bank.nearest("Something else altogether, about a football match", 0.6, NOW) is None


def test_hashes_are_near_by_bits_and_only_to_those_of_their_length() -> None:
    index = BitIndex([("ff00ff00ff00ff00", None), ("ff00", None), ("ff00ff00ff00ff0f", NOW)])
    assert index.nearest("ff00ff00ff00ff01", 1, NOW) == ("ff00ff00ff00ff00", 1)
    assert index.nearest("ff00ff00ff00ff0f", 0, NOW) is None, "it has ended"
    assert index.nearest("ff00ff00ff00ff0f", 0, NOW - timedelta(days=1)) == ("ff00ff00ff00ff0f", 0)
    assert index.nearest("ff", 8, NOW) is None
    assert hamming("00ff", "00fe") == 1
    assert hamming("00ff", "ff") is None
    assert hamming("00ff", "zz00") is None
