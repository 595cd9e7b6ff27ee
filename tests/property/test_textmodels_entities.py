"""Entities of any text: never fails, places lie inside the text and in order, and what stands there is read the same alone."""

from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.textmodels.entities import entities

PIECES = st.sampled_from(
    ["http://Bad.com/x", "hxxp://evil[.]com", "a@b.com", "x (at) y.org", "+44 20 7946 0000", "09672747263", "bit.ly/aBc", "@someone",
     "2001:db8::1", "10.0.0.1", "free", "раypal", "\u200b", "ß", "ﬁ", "(", "]", ".", ":", "/", "@", "İ", "٣", "http://[", "www.",
     "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join), st.lists(PIECES).map(" ".join))


@given(TEXTS)
def test_places_lie_in_the_text_and_in_order(text: str) -> None:
    found = entities(text)
    assert all(0 <= each.start < each.end <= len(text) and each.canonical for each in found)
    assert [each.start for each in found] == sorted(each.start for each in found)


@given(
    st.lists(
        st.sampled_from(["http://bad.com/x", "a@b.com", "+44 20 7946 0000", "bit.ly/aBc", "@someone", "10.0.0.1"]),
        min_size=1,
    )
)
def test_each_is_found_again_among_words(parts: list[str]) -> None:
    text = " and then ".join(parts)
    assert [text[each.start : each.end] for each in entities(text)] == parts
