"""Many texts at once: near-duplicates in groups, strangers apart."""

from __future__ import annotations

from watchfloor.engines.matching import texts
from watchfloor.engines.matching.groups import Group, groups
from watchfloor.engines.nearby import distance, shingles

COPIES = [
    "Buy cheap replica watches now, with fast delivery to your door from our own shop in town",
    "BUY CHEAP REPLICA WATCHES NOW with fast delivery to your door from our own shop in town!!",
    "Buy ch\u200beap replica watches now, with fast delivery to your house from our own shop in town",
]
OTHERS = [
    "The committee met on Tuesday and agreed on the minutes of its last meeting",
    "How do I measure the current through a coil?", "ok", "", "a", "🙂🙂", "٣ 中文的句子在這裡 очень длинный текст",
    "http://a.example/x 12345678",
]  # fmt: skip


def test_copies_are_one_group_and_strangers_are_not_in_it() -> None:
    every = [OTHERS[0], *COPIES, *OTHERS[1:]]
    assert texts.cluster(every) == [Group(texts.cluster(every)[0].representative, (1, 2, 3))]
    for left, right, apart in texts.pairs(every):
        assert abs(apart - distance(shingles.sketch(every[left]), shingles.sketch(every[right]))) < 1e-9


def test_a_crowd_under_one_key_is_still_one_group() -> None:
    crowd = [f"{COPIES[0]} number {number % 7}" for number in range(300)]
    assert [len(group.members) for group in texts.cluster(crowd)] == [300]


def test_disguises_make_no_difference_to_the_exact_fingerprint() -> None:
    assert texts.exact(COPIES[0]) == texts.exact(
        "  buy  cheap replica watches now with fast delivery to your door from our own shop in town"
    )
    assert texts.exact(COPIES[0]) != texts.exact(COPIES[2])
    assert texts.exact("see http://a.example/x") != texts.exact("see http://b.example/x")


def test_the_representative_has_most_neighbours() -> None:
    assert groups(6, [(1, 2), (2, 3), (0, 5)]) == [Group(2, (1, 2, 3)), Group(0, (0, 5))]
    assert groups(3, []) == []
    assert texts.cluster([]) == []
