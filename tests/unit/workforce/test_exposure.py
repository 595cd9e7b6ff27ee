"""How much of what a browser says was shown is believed, by hand and by property."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.workforce.domain.exposure import FILTERS, KINDS, Shown, Sum, believe, counts, read, room_ms


def image(ms: int, *filters: str, reveals: int = 0, severity: int = 4) -> Shown:
    return Shown(kind="image", severity=severity, ms=ms, reveals=reveals, filters=filters)


def test_no_more_is_believed_than_time_has_passed() -> None:
    added = believe({}, [image(90_000, reveals=2)], room_ms(timedelta(seconds=20)))
    assert added["image:4:"][1] == Sum(20_000, 2)


def test_kinds_are_on_the_screen_together_but_one_picture_is_shown_one_way() -> None:
    text = Shown(kind="text", severity=4, ms=20_000)
    added = believe({}, [text, image(15_000, "blur"), image(15_000, severity=5)], 20_000)
    assert [more.ms for _line, more in added.values()] == [20_000, 15_000, 5_000]


def test_the_same_sum_again_adds_nothing_and_a_smaller_one_takes_nothing_away() -> None:
    known = {"image:4:grey": Sum(5_000, 1)}
    assert believe(known, [image(5_000, "grey", reveals=1)], 60_000) == {}
    assert believe(known, [image(1_000, "grey")], 60_000) == {}
    assert believe(known, [image(6_500, "grey", reveals=1)], 60_000)["image:4:grey"][1] == Sum(1_500, 0)


def test_a_sleeping_laptop_is_no_exposure() -> None:
    assert room_ms(timedelta(hours=9)) == 300_000
    assert room_ms(timedelta(seconds=-3)) == 0


def test_text_counts_from_severity_three_and_any_revealed_media() -> None:
    assert [counts(Shown(kind="text", severity=level)) for level in (2, 3)] == [False, True]
    assert counts(image(1, severity=0))


def test_filters_come_in_one_order_and_unknown_things_are_refused_with_their_place() -> None:
    [line] = read([{"kind": "image", "severity": 4, "ms": 7, "filters": ["small", "blur"]}])
    assert line.key == "image:4:blur+small"
    for raw, where in (
        ([{"kind": "smell", "severity": 4}], "shown[0].kind"),
        ([{"kind": "text", "severity": 4}, {"kind": "text", "severity": 9}], "shown[1].severity"),
        ([{"kind": "image", "severity": 4, "filters": ["sepia"]}], "shown[0].filters"),
        ({"kind": "image"}, "shown"),
        ([{"kind": "text", "severity": 4}] * 61, "shown"),
    ):
        with pytest.raises(BadInput) as refused:
            read(raw)
        assert refused.value.where == where


lines = st.builds(
    Shown, kind=st.sampled_from(KINDS), severity=st.integers(0, 5), ms=st.integers(0, 10**6), reveals=st.integers(0, 50),
    filters=st.sets(st.sampled_from(FILTERS)).map(lambda some: tuple(name for name in FILTERS if name in some)),
)  # fmt: skip


@given(st.lists(st.tuples(st.lists(lines, max_size=8), st.integers(0, 400)), max_size=12))
def test_whatever_is_claimed_a_kind_never_gets_more_than_the_time_there_was(
    steps: list[tuple[list[Shown], int]],
) -> None:
    known: dict[str, Sum] = {}
    for claimed, seconds in steps:
        room = room_ms(timedelta(seconds=seconds))
        added = believe(known, claimed, room)
        for kind in KINDS:
            assert sum(more.ms for line, more in added.values() if line.kind == kind) <= room
        for key, (_line, more) in added.items():
            assert more.ms >= 0
            assert more.reveals >= 0
            before = known.get(key, Sum())
            known[key] = Sum(before.ms + more.ms, before.reveals + more.reveals)
    most = {
        key: max((line.ms for claimed, _ in steps for line in claimed if line.key == key), default=0) for key in known
    }
    assert all(sum_.ms <= most[key] for key, sum_ in known.items())  # never more than was ever claimed
