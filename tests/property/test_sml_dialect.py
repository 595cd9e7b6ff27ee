"""A pattern respelt for RE2 and for Rust's regex crate finds what CPython's ``re`` finds, in any text."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchfloor.engines.sml.patterns import PatternError, compile_pattern

re2 = pytest.importorskip("re2")

_ALPHABET = "akKiIsSſıİKßéÀ1٣_ .-\n\x1c\x85\u00a0\u0301字😀"
pieces = st.one_of(
    st.text(_ALPHABET, min_size=1, max_size=4).map(re.escape),
    st.sampled_from(
        [".", "[ak]", "[^s]", r"\b", r"\B", r"\w", r"\W", r"\s", r"\S", r"\d", r"\D", "^", "$", "[é-ÿ]", "(?i:kis)", "(?-i:K)", "(?:a|)",
         "[ſK]", r"[^\w]", r"[\s1]", "(?s:.)", r"\Z", r"\A", "(?a:\\w)", "[^\\W_]", r"\bk", r"s\b", r"\b(?:a|is?)\b", r"(?m:^a$)"]
    ),
)  # fmt: skip
patterns = st.recursive(
    pieces,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "{0,2}", "{1,2}", "{2}", "+?"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@example(r"\bkiss\b", True, ["a KIſS", "kissé", "kiss\u0301"])
@example(r"x$", False, ["x\n", "x\n\n", "x"])
@given(patterns, st.booleans(), st.lists(st.text(_ALPHABET, max_size=12), min_size=1, max_size=8))
def test_every_engine_finds_the_same(pattern: str, insensitive: bool, texts: list[str]) -> None:
    try:
        made = compile_pattern(pattern, insensitive)
    except PatternError:
        return
    if made.portable is None:
        return
    plain = re.compile(pattern, re.IGNORECASE if insensitive else 0)
    for spelling, chosen in (
        (made.portable.ascii, [text for text in texts if text.isascii()]),
        (made.portable.any, texts),
    ):
        if spelling is None or not chosen:
            continue
        expected = [plain.search(text) is not None for text in chosen]
        assert pl.Series(chosen).str.contains(spelling).to_list() == expected, (pattern, chosen, spelling)
        if made.portable.loose is not None:
            maybe = pl.Series(chosen).str.contains(made.portable.loose).to_list()
            assert all(found <= loosely for found, loosely in zip(expected, maybe, strict=True)), (pattern, chosen)
        assert [re2.search(spelling, text) is not None for text in chosen] == expected, (pattern, chosen, spelling)


def test_ordinary_patterns_are_portable() -> None:
    """The spelling for any text exists for what people write."""
    for pattern in (
        r"\b(viagra|cialis)s?\b",
        r"t\.me/[a-z0-9_]{5,}",
        r"(?i)free\s+(money|cash)$",
        r"^\W*buy",
        r"\d{3,}\b",
    ):
        portable = compile_pattern(pattern, True).portable
        assert portable is not None and portable.any is not None, pattern
    assert compile_pattern(r"(?<!un)safe", False).portable is None
