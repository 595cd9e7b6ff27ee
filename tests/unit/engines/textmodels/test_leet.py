"""Digits for letters are read by the words one knows; what is learned is the text as it reads by itself, so that it can be unlearned."""

import pytest

from watchfloor.engines.textmodels import Entity, OnlineClassifier, normalise

WORDS = frozenset(
    [
        "subscribe",
        "to",
        "me",
        "please",
        "google",
        "play",
        "get",
        "free",
        "like",
        "follow",
        "girls",
        "it",
        "is",
        "the",
        "10",
        "gr8",
    ]
)


@pytest.mark.parametrize(
    ("typed", "by_itself", "known"),
    [
        ("5u85cr!83 70 m3", "5u85cr!83 70 m3", "subscribe to me"),  # nothing gives it away but that it is a word
        ("F0110w 7h3 9!r15", "f0110w 7h3 9!r15", "follow the girls"),
        ("p13@53 g37 900913 p1@y", "p13@53 g37 ⟨num6⟩ play", "please get ⟨num6⟩ play"),
        ("gr8 mp3 at 10 for 15 m2", "gr8 mp3 at 10 for 15 m2", "gr8 mp3 at 10 for 15 m2"),  # known, or no words at all
        ("m3 15 70", "m3 15 70", "me 15 70"),  # one such word: numbers stay what they are
        ("5u85cr183 m3 10 15", "5u85cr183 m3 10 15", "subscribe me 10 is"),
    ],
)
def test_words_decide_what_digits_stand_for(typed: str, by_itself: str, known: str) -> None:
    assert normalise(typed).text == by_itself
    assert normalise(typed, WORDS.__contains__).text == known


def test_an_address_shows_itself_and_entities_stay_in_order() -> None:
    form = normalise("fr33 m0ney 4t 90fundm3.c0m/x, code 87121", WORDS.__contains__)
    assert form.text == "free money at ⟨url⟩ code ⟨num5⟩"
    assert form.entities == (Entity("url", "gofundme.com"), Entity("number", "87121"))
    start = form.text.index("⟨url⟩")
    assert form.span(start, start + 5) == (14, 29)
    assert form.digits_read == 8


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (
            "SUBSCRIBE ТΗANKS ΝOW ΥOUR",
            "subscribe thanks now your",
        ),  # Greek capitals by how they look, not by their small letters
        ("ϲhanոel ϹHECK", "channel check"),  # lunate sigmas, which the compatibility form makes ordinary ones
        ("ΝΗΣΟΣ ΥΔΡΑ", "νησοσ υδρα"),
    ],
)
def test_capitals_are_taken_for_what_they_look_like(typed: str, read: str) -> None:
    assert normalise(typed).text == read


def test_a_model_reads_disguises_by_its_words_and_still_unlearns_to_the_last_bit() -> None:
    lines = [("please subscribe to me now", True), ("a nice song about the rain", False)] * 30
    model = OnlineClassifier()
    for text, label in lines:
        model.learn(text, label)
    before, disguised = model.to_bytes(), "p13453 5u85cr!83 70 m3 n0w"
    assert model.score(disguised) > 0.9
    assert {part.feature for part in model.explain(disguised, limit=50)} >= {"subscribe", "please subscribe", "to me"}
    assert "subscribe" in {part.feature for part in model.explain("$ubscribe", limit=50)}
    expected = model.score(disguised)
    assert model.learn(disguised, True) == expected
    model.unlearn(disguised, True)
    assert model.to_bytes() == before
