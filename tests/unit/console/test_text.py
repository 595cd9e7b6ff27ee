"""Hostile content is text only, and what it hides is seen."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.console.filters.text import initials, safe_text


def plain(shown: str) -> str:
    """The text a reader sees, badges left out."""
    return html.unescape(re.sub(r'<span class="odd"[^>]*>[^<]*</span>|</?mark[^>]*>', "", shown))


@pytest.mark.parametrize(
    ("char", "badge"),
    [
        ("\u202e", "RLO"), ("\u2066", "LRI"), ("\u200b", "ZWSP"), ("\u200e", "LRM"), ("\ufeff", "BOM"), ("\u00ad", "SHY"), ("\u3164", "HF"),
        ("\u2800", "BLANK"), ("\x00", "U+0000"), ("\x1b", "U+001B"), ("\U000e0041", "U+E0041"),
        ("\U000e0101", "U+E0101"), ("\ud800", "U+D800"),
    ],
)  # fmt: skip
def test_the_hidden_is_shown(char: str, badge: str) -> None:
    shown = safe_text(f"a{char}b")
    assert f">{badge}</span>" in shown
    assert char not in shown


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian spelling
        "क्\u200dष",  # Devanagari half form
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
        "❤\ufe0f \U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # a heart, Scotland
        "Việt Nam, naïve, e\u0301",
        "two\nlines\tand a tab",
    ],
)
def test_honest_writing_is_left_alone(text: str) -> None:
    assert "odd" not in safe_text(text)
    assert plain(safe_text(text)) == text


@pytest.mark.parametrize("text", ["pay\u200dpal", "pay\u200cpal", "a\ufe0f", "x\U000e0067"])
def test_joiners_selectors_and_tags_elsewhere_are_tricks(text: str) -> None:
    assert "odd" in safe_text(text)


def test_stacked_marks_are_cut_and_counted() -> None:
    shown = safe_text("Z" + "\u0335" * 40)
    assert ">+38 marks</span>" in shown
    assert shown.count("\u0335") == 2


def test_markup_is_text() -> None:
    assert safe_text("<script>alert(1)</script>&amp;") == "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"
    assert safe_text(None) == safe_text("") == ""


def test_line_ends_are_made_alike() -> None:
    assert safe_text("a\r\nb") == "a\nb"
    assert ">U+000D</span>" in safe_text("a\rb")


def test_hits_are_marked_by_offsets_of_the_raw_text() -> None:
    assert safe_text("win 5\u200b00 now", [(4, 8), (6, 9)]) == (
        'win <mark class="hit">5<span class="odd" title="ZERO WIDTH SPACE (U+200B)">ZWSP</span>00 </mark>now'
    )
    assert safe_text("abc", [(-5, 1), (2, 99), (2, 2)]) == '<mark class="hit">a</mark>b<mark class="hit">c</mark>'


def test_a_hit_does_not_split_what_belongs_together() -> None:
    family = "\U0001f468\u200d\U0001f469"
    assert "odd" not in safe_text(family, [(0, 1)])


@given(st.text(), st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 60))))
def test_no_text_can_leave_its_place(text: str, spans: list[tuple[int, int]]) -> None:
    shown = safe_text(text, spans)
    tags = re.findall(r"<[^>]*>", shown)
    assert all(
        re.fullmatch(r'<span class="odd" title="[^"<>]*">|</span>|<mark class="hit">|</mark>', tag) for tag in tags
    )
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00-\x08]", shown)
    assert not any("\ud800" <= char <= "\udfff" for char in shown)  # it can be sent as UTF-8


@given(st.text(alphabet="abc <>&\"'\n\té漢字🙂"))
def test_ordinary_text_comes_through_unchanged(text: str) -> None:
    assert plain(safe_text(text)) == text


@pytest.mark.parametrize(
    ("name", "sign"),
    [("Ana María Ruiz", "AR"), ("dana@example.com", "D"), ("", "?"), ("li.wei@x.org", "LW"), ("محمد علي", "مع")],
)
def test_initials(name: str, sign: str) -> None:
    assert initials(name) == sign
