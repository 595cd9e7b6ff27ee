"""The cheap test before a pattern must never skip a text that the pattern matches."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.sml.patterns import PatternError, compile_pattern

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
