"""The cheap test before a pattern must never skip a text that the pattern matches."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.sml.patterns import PatternError, compile_pattern
from watchfloor.engines.sml.scan import scanner

_ALPHABET = "akiKIsSſıİKßé1 .-"
pieces = st.one_of(
    st.text(_ALPHABET, min_size=1, max_size=4).map(re.escape),
    st.sampled_from([".", "[ak]", "[^s]", r"\b", r"\w", r"\s", "^", "$", "[é-ÿ]", "(?i:kis)", "(?:a|)", "[ſK]"]),
)
patterns = st.recursive(
    pieces,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["?", "{0,2}", "{1,2}", "{2}"])).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(patterns, st.booleans(), st.lists(st.text(_ALPHABET, max_size=12), min_size=1, max_size=6))
def test_search_equals_re(pattern: str, insensitive: bool, texts: list[str]) -> None:
    try:
        made = compile_pattern(pattern, insensitive)
    except PatternError:
        return
    plain = re.compile(pattern, re.IGNORECASE if insensitive else 0)
    for text in texts:
        assert made.search(text) is (plain.search(text) is not None), (pattern, text, made.needles)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(patterns, st.booleans()), min_size=1, max_size=9), st.lists(st.text(_ALPHABET, max_size=12)))
def test_one_pass_finds_what_each_pattern_finds(wanted: list[tuple[str, bool]], texts: list[str]) -> None:
    made = []
    for pattern, insensitive in wanted:
        try:
            made.append(compile_pattern(pattern, insensitive))
        except PatternError:
            continue
    if not made:
        return
    scan = scanner(made)
    for text in texts:
        expected = [bool(pattern.compiled.search(text)) for pattern in made]
        assert [bool(scan(text) >> place & 1) for place in range(len(made))] == expected, (wanted, text)
