"""What people type to get past a filter reads the same as what they mean, and honest text is left alone."""

import unicodedata

import pytest

from watchfloor.engines.textmodels import Entity, normalise


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("FREE Money", "free money"),
        ("Ｆｒｅｅ　ｍｏｎｅｙ", "free money"),  # full width
        ("vi\u200bag\u00adra", "viagra"),  # zero-width space, soft hyphen
        ("\u202eabc\u202c", "abc"),  # bidi controls
        ("раypal", "paypal"),  # Cyrillic er and a in a Latin word
        ("mоney", "money"),  # Cyrillic o
        ("v1agra and v1@gra", "viagra and viagra"),
        ("sooooo   good!!!!!!", "soo good!!"),
        ("one\n\n two\tthree", "one two three"),
        ("cafe\u0301", "café"),
        ("Straße", "strasse"),
    ],
)
def test_tricks_are_undone(typed: str, read: str) -> None:
    assert normalise(typed).text == read


@pytest.mark.parametrize(
    "text", ["привет мир", "γεια σου κόσμε", "मैं ठीक हूँ", "你好世界", "مرحبا بالعالم", "mp3 at 10 pm for 2 people"]
)
def test_honest_text_is_left_alone(text: str) -> None:
    assert normalise(text).text == text


def test_what_can_be_looked_up_is_taken_out_in_order() -> None:
    form = normalise("See http://www.Bad.com/x?y=1, mail Me@Example.org or call +44 (0)20 7946 0000, code 87121")
    assert form.text == "see ⟨url⟩ mail ⟨email⟩ or call ⟨phone⟩, code ⟨num5⟩"
    assert form.entities == (
        Entity("url", "bad.com"),
        Entity("email", "me@example.org"),
        Entity("phone", "4402079460000"),
        Entity("number", "87121"),
    )


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("bar.com.", "bar.com"),
        ("go to foo.co.uk/now", "foo.co.uk"),
        ("http://user@evil.ru:80/x", "evil.ru"),
        ("WWW.A.de", "a.de"),
    ],
)
def test_hosts(text: str, host: str) -> None:
    assert [entity.value for entity in normalise(text).entities] == [host]


def test_words_that_only_look_like_hosts_stay() -> None:
    assert normalise("end of sentence.now the next. 3.14 e.g. i.e.").entities == ()


def test_nobody_can_type_a_placeholder() -> None:
    assert normalise("⟨url⟩").text == "<url>"
    assert normalise("﹤url﹥ ⟨num5⟩").entities == ()


def test_tricks_are_counted() -> None:
    form = normalise("fr\u200bee раypal mоney привет")
    assert (form.hidden, form.mixed_words) == (1, 2)
    assert (normalise("plain").hidden, normalise("a\x00b").hidden) == (0, 1)


def test_spans_point_into_what_was_typed() -> None:
    typed = "Call  NOW\u200b!!!!! http://Bad.com/x for v1agra"
    form = normalise(typed)
    for read, expected in (("now", "NOW"), ("⟨url⟩", "http://Bad.com/x"), ("viagra", "v1agra"), ("!!", "!!!!!")):
        start = form.text.index(read)
        low, high = form.span(start, start + len(read))
        assert typed[low:high] == expected
    assert form.span(0, 0) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("fr33 m0ney 0u7 0f y0ur cl1cks", "free money out of your clicks"),  # the inner ones give the others away
        ("c!ick p1ease, he1p ca1l p1lls", "ciick please, help call pills"),
        ("ꜰʀᴇᴇ 🅵🆁🅴🅴 𝐟𝐫𝐞𝐞 ⓕⓡⓔⓔ", "free free free free"),
        ("f̶r̶e̶e̶", "free"),
        ("f r e e  m.o.n.e.y", "free money"),
        ("սse оur сhаnnel то win", "use our channel to win"),  # Armenian, Cyrillic; a short word without a Latin letter
        ("ѕсоре now", "scope now"),
    ],
)
def test_more_tricks(typed: str, read: str) -> None:
    assert normalise(typed).text == read


@pytest.mark.parametrize(
    "text",
    [
        "mp3 4u 2day 150p 3g gr8 1st 80s £10 h264",
        "a b c",
        "то есть",
        "u.s.a. and e.g. this",
        "ελα το αυτο",
        "так и со мной ok",
    ],
)
def test_more_honest_text(text: str) -> None:
    assert normalise(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "сегодня вечером мы идём в театр, а потом сразу домой", "ее сосед уехал, то есть со мной никого", "это новый ход",
        "مرحبا، كيف حالك اليوم؟ نلتقي غدا في السوق", "می‌خواهم به خانه بروم", "आज मौसम बहुत अच्छा है, हम बाज़ार जाएँगे", "क्‍या हुआ",
        "今天天气很好,我们去公园散步吧", "彼は学校に行きました", "오늘 날씨가 좋네요", "το σπίτι είναι μεγάλο",
        "բարեւ ինչպես ես", "I ❤️ it 👩‍💻 1️⃣",
    ],
)  # fmt: skip
def test_genuine_writing_raises_no_suspicion(text: str) -> None:
    """Neither read as a disguise nor counted as one; what joiners are dropped, honest text with them reads as without."""
    form = normalise(text)
    assert (form.hidden, form.mixed_words) == (0, 0)
    plain = unicodedata.normalize("NFKC", text.casefold())
    assert form.text == "".join(char for char in plain if char not in "\u200c\u200d\ufe0f")
