"""The pure parts of banks: values, what a match is worth, thresholds, floods."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from watchfloor.detection.banks.contracts import Match
from watchfloor.detection.banks.domain import floods, thresholds, values, weighing
from watchfloor.kernel.errors import BadInput


def a_match(distance: float, **more: Any) -> Match:
    given: dict[str, Any] = {
        "bank": "known", "bank_id": uuid.UUID(int=1), "entry": uuid.uuid4(), "entry_kind": "pdq", "negative": False,
        "margin": 31 - distance,        "value": "", "quality": 95,
    }  # fmt: skip
    return Match(distance=distance, **{**given, **more})


@pytest.mark.parametrize(
    ("typed", "form"),
    [("https://Example.com/a/?q=1#top", "example.com/a?q=1"), ("http://example.com:80/", "example.com"),
     ("example.com:8080/x", "example.com:8080/x"), ("user:pw@example.com", "example.com"),
     ("https://münchen.example/ä", "xn--mnchen-3ya.example/ä")],
)  # fmt: skip
def test_equal_addresses_are_written_equally(typed: str, form: str) -> None:
    assert values.normal("url", typed) == form


@pytest.mark.parametrize(
    ("kind", "value"),
    [("pdq", "12"), ("md5", "g" * 32), ("url", "nothing"), ("url", "http://[::"), ("video", "1,2"), ("video", f"0,49,{'a' * 64},0"),
     ("video", "[1]"), ("video", "[x"), ("video", f"0,90,{'a' * 64},nan"), ("text", "\x00"), ("odd", "x"), ("pdq", " ")],
)  # fmt: skip
def test_what_is_no_value_is_said(kind: str, value: str) -> None:
    with pytest.raises(BadInput):
        values.normal(kind, value)


def test_a_video_is_read_in_both_forms() -> None:
    lines = f"3,90,{'A' * 64},1.5\n4,10,{'b' * 64},2"
    document = f'[{{"pdq_hex": "{"a" * 64}", "quality": 90, "timestamp": 1.5}}]'
    assert values.normal("video", lines) == values.normal("video", document) == f"0,90,{'a' * 64},1.500"


def test_addresses_are_found_in_a_text() -> None:
    text = "look (https://bad.example/x), www.Bad.example/y. and https://bad.example/x again; ftp://no"
    assert values.addresses_in(text) == ["bad.example/x", "www.bad.example/y"]


def test_known_good_takes_away_what_is_no_nearer() -> None:
    near, far, good = a_match(3), a_match(12), a_match(8, negative=True)
    found = weighing.split([far, good, near])
    assert found.standing == [near] and found.suppressed == [(far, good)]
    assert weighing.split([a_match(0.0, entry_kind="text"), good]).suppressed == []  # another unit
    assert weighing.split([a_match(8), good]).standing == []  # a tie is the good one's


def test_of_each_bank_the_nearest() -> None:
    first, second, other = a_match(5), a_match(3), a_match(9, bank="other")
    assert set(map(id, weighing.nearest([first, second, other]))) == {id(second), id(other)}


@pytest.mark.parametrize(
    ("match", "sure"),
    [(a_match(20), True), (a_match(21), False), (a_match(3, quality=54), False), (a_match(3, quality=None), True),
     (a_match(30, exact=True), True), (a_match(0.1, entry_kind="text"), False), (a_match(0.0, entry_kind="text"), True)],
)  # fmt: skip
def test_what_is_certain(match: Match, sure: bool) -> None:
    assert weighing.certain(match) is sure


def test_a_share_is_always_of_the_same_items_and_grows() -> None:
    inside = {n for n in range(2_000) if weighing.covers(0.2, "known", str(n))}
    assert 300 < len(inside) < 500
    assert inside <= {n for n in range(2_000) if weighing.covers(0.5, "known", str(n))}
    assert not weighing.covers(0, "known", "1") and weighing.covers(1, "known", "1")


def test_floods_go_by_the_record_of_an_entry() -> None:
    assert floods.limit_of([], 30) == 30 and floods.limit_of([1_000], 30) == 30  # one hour is no record
    assert floods.limit_of([40] * 24, 30) == 120 and floods.limit_of([2] * 100, 30) == 30
    assert floods.limit_of([], 30, own=500) == 500
    assert not floods.is_flood(30, 30) and floods.is_flood(31, 30)


def test_thresholds_count_what_would_have_been() -> None:
    found = [
        thresholds.Judged(d, c) for d, c in [(0, True), (5, True), (9, None), (18, False), (30, True), (31, False)]
    ]
    made = {each.radius: each for each in thresholds.choices(found, 31)}
    assert sorted(made) == [0, 7, 15, 20, 25, 31]
    assert (made[15].kept, made[15].judged, made[15].right, made[15].lost, made[15].spared) == (3, 2, 2, 1, 2)
    assert (made[31].kept, made[31].lost, made[31].spared) == (6, 0, 0)
    bands = [(band.low, band.matches, band.judged) for band in thresholds.bands(found)]
    assert bands == [
        (0, 1, 1),
        (1, 1, 1),
        (8, 1, 0),
        (16, 1, 1),
        (26, 2, 2),
    ]
    assert thresholds.choices(found, 10)[-1].radius == 10
