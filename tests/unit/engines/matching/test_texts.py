"""Many texts at once: the same pieces as one by one, near-duplicates in groups, strangers apart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.matching import texts
from watchfloor.engines.matching.groups import Group, groups
from watchfloor.engines.nearby import distance, minhash, shingles

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


def listed(found: texts.Pieces) -> list[set[int]]:
    return [set(found.hashes[low:high].tolist()) for low, high in zip(found.starts, found.starts[1:], strict=False)]


def test_pieces_are_those_of_one_text_at_a_time() -> None:
    every = [*COPIES, *OTHERS]
    assert listed(texts.pieces(every)) == [shingles.pieces(text) for text in every]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=4))
def test_pieces_of_any_text_are_those_of_one_at_a_time(every: list[str]) -> None:
    assert listed(texts.pieces(every)) == [shingles.pieces(text) for text in every]


def test_texts_share_a_key_exactly_where_they_share_a_band() -> None:
    every = [*COPIES, *OTHERS]
    of = texts.pieces(every)
    keys, used = texts.band_keys(texts.signatures(of)), (of.starts[1:] - of.starts[:-1]) >= minhash.FEWEST
    wanted = [minhash.bands(text) for text in every]
    for left in range(len(every)):
        assert bool(used[left]) == bool(wanted[left])
        for right in range(left):
            if used[left] and used[right]:
                assert (keys[left] == keys[right]).tolist() == [
                    a == b for a, b in zip(wanted[left], wanted[right], strict=True)
                ]


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
