"""A text repeats a claim when a stretch of it says it, however it is spelled and whatever stands around it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.policy.domain import claims

BLEACH = "Drinking bleach cures covid in two days"
VOTE = "The polling places in Ohio close one day earlier this year"
INDEX = claims.Index(
    [
        claims.phrase("bleach", BLEACH),
        claims.phrase("vote", VOTE),
        claims.phrase("vote", "投票日は11月9日に変更されました"),
    ]
)
NOISE = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.", max_size=400)


@given(NOISE, NOISE)
def test_it_is_found_in_the_midst_of_anything(before: str, after: str) -> None:
    found = INDEX.find(f"{before} {BLEACH} {after}")
    assert found and found[0].claim == "bleach" and found[0].share >= claims.SHARE


@pytest.mark.parametrize(
    "text",
    [
        "DRINKING BLEACH CURES COVID IN TWO DAYS!!!",
        "drinking bleach cures c0vid in two days",
        "drinking bleach really cures covid in two days",
        "Drinking bleach cures covid in three days",
        "my aunt says: drinking  bleach cures cоvid in two days (cyrillic o)",
    ],
)
def test_other_spellings_and_small_words(text: str) -> None:
    assert [hit.claim for hit in INDEX.find(text)] == ["bleach"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "Bleach cures nothing, drinking it is dangerous; covid lasts for days",
        "covid days two in bleach drinking",
        "The polling places open at eight",
    ],
)
def test_what_only_sounds_alike_is_not_found(text: str) -> None:
    assert INDEX.find(text) == []


def test_a_long_text_that_has_all_pieces_scattered_is_not_found() -> None:
    parts = ["Drinking bleach", "x" * 90, "cures covid", "y" * 90, "in two days"]
    assert INDEX.find(" ".join(parts)) == []


def test_the_best_wording_counts_once() -> None:
    (hit,) = INDEX.find("皆さん、投票日は11月9日に変更されました。")
    assert hit.claim == "vote" and hit.wording.startswith("投票日")


GOOD: dict[str, Any] = {
    "text": BLEACH,
    "variants": [],
    "status": "unverified",
    "sources": [],
    "languages": ["en"],
    "markets": ["US"],
    "note": "",
}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"text": " "}, "text"), ({"text": "short"}, "text"), ({"variants": ["x"]}, "variants[0]"), ({"status": "wrong"}, "status"),
        ({"status": "false"}, "sources"), ({"sources": [{"title": "", "url": ""}]}, "sources[0]"),
        ({"sources": [{"title": "WHO", "url": "javascript:x"}]}, "sources[0].url"), ({"markets": ["usa"]}, "markets"),
        ({"languages": ["English"]}, "language"), ({"note": "x" * 5001}, "note"),
    ],
)  # fmt: skip
def test_a_claim_is_checked(changes: dict[str, Any], where: str) -> None:
    claims.check(**GOOD)
    with pytest.raises(BadInput) as error:
        claims.check(**(GOOD | changes))
    assert error.value.where == where
