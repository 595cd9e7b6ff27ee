"""Personal data in free text: what is found, where, and what is left alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.enforcement.privacy import personal_data, redacted, refuse
from watchfloor.kernel.errors import BadInput

FOUND = {
    "email": [
        "write to ann.lee+x@mail.example.org.", "ann＠example.com", "ann(at)example(dot)com", "a\u200bnn@ex\u200bample.com",
    ],
    "handle": ["the insult of @bob_1987,", "(@anna.k) wrote", "reported by u/some-one there"],
    "phone": [
        "call +49 30 901820", "0049 (0)30 123456", "tel. 030/12 34 56 78", "(212) 555-0187", "212-555-0187", "+1 (212) 555 0187",
        "０３０ 1234567",
    ],
    "url": [
        "https://x.com/somebody/status/1", "see www.facebook.com/jane.roe", "https://example.org/users/jane", "https://t.me/jane",
        "https://site.example/@jane", "https://jane@site.example/a", "https://site.example/?user=jane",
    ],
    "iban": ["pay to DE89 3704 0044 0532 0130 00 now", "GB82WEST12345698765432"],
    "ip": ["from 203.0.113.9", "host 2001:db8::1 logged", "[fe80::1]"],
}  # fmt: skip
ALONE = [
    "Regulation (EU) 2022/2065, Article 17(3)", "Directive 2011/93/EU, Article 5", "on 2026-03-01 at 12:30:05 UTC",
    "18 U.S.C. 2258A", "section 130 of the criminal code", "clause 5.1.2.3 of the policy", "version 10.0.0.1 of the text",
    "12,481 posts in 24 hours", "EAN 4006381333931", "DE12 3456 7890 is no account", "an @ sign and 50 % off",
    "https://example.org/rules/hate#5.1", "decision dec_01jq8m3x7efdtr4c5b6a7s8d9f", "C++ and a:b::c", "the ratio 1:2:3",
    "01.02.2026 until 28.02.2026", "$1.000.000,00",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts])
def test_found(kind: str, text: str) -> None:
    spans = personal_data(text)
    assert [span.kind for span in spans] == [kind]
    assert text[spans[0].start : spans[0].end] == spans[0].text
    assert personal_data(redacted(text)) == []
    with pytest.raises(BadInput, match="seems to name a person"):
        refuse(text, "facts")


@pytest.mark.parametrize("text", ALONE)
def test_left_alone(text: str) -> None:
    assert personal_data(text) == []


@given(st.text(alphabet="a1@.:/+-() \u200b＠\n", max_size=80))
def test_any_text_is_read_and_spans_are_in_order_and_apart(text: str) -> None:
    spans = personal_data(text)
    assert all(text[span.start : span.end] == span.text != "" for span in spans)
    assert all(first.end <= then.start for first, then in itertools.pairwise(spans))
