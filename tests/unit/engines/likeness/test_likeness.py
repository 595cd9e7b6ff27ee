"""Names that pass for others, and names that only sound a little alike; the index says what the definition says."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from watchfloor.engines.likeness import NameIndex, alone
from watchfloor.engines.likeness.index import _bits, within


@pytest.mark.parametrize(("name", "protected", "how"), [
    ("JaneDoe", "jane_doe", "same"), ("jаnedоe", "janedoe", "same"), ("j4ned0e", "janedoe", "same"), ("JANED0E", "janedoe", "same"),
    ("paypaI", "paypal", "same"), ("ｊａｎｅ doe", "janedoe", "same"), ("jane\u200bdoe", "janedoe", "same"), ("𝕛𝕒𝕟𝕖𝕕𝕠𝕖", "janedoe", "same"),
    ("vvorldbank", "worldbank", "same"), ("arnazon", "amazon", "same"), ("jánedoe", "janedoe", "same"),
    ("JaneDoe_official", "janedoe", "decorated"), ("the.real.jane.doe", "Jane Doe", "decorated"), ("realjanedoe", "janedoe", "decorated"),
    ("janedoe2024", "janedoe", "decorated"),
    ("TownsquareSupport", "Townsquare", "decorated"), ("TownsquareHelpDesk", "townsquare", "decorated"),
    ("janedoee", "janedoe", "near"), ("jnaedoe", "janedoe", "near"), ("janadoe", "janedoe", "near"), ("paypall", "paypal", "same"),
    ("johnathonsmyth", "johnathansmith", "near"), ("jane_doe.official", "JaneDoe", "decorated"), ("janedooe_support", "janedoe", "near"),
])  # fmt: skip
def test_what_passes_for_another(name: str, protected: str, how: str) -> None:
    found = alone(name, protected)
    assert found is not None and found.how == how
    assert [each.how for each in NameIndex([protected]).find(name)] == [how]


@pytest.mark.parametrize(("name", "protected"), [
    ("jimdoe", "janedoe"), ("jane", "janedoe"), ("doe", "janedoe"), ("bob", "rob"), ("official", "janedoe"), ("12345", "janedoe"),
    ("johnsmith", "jonsmythe"), ("", "janedoe"), ("janedoefan1club", ""), ("мария", "janedoe"), ("the", "them"), ("mark", "marc"),
])  # fmt: skip
def test_what_does_not(name: str, protected: str) -> None:
    assert alone(name, protected) is None and NameIndex([protected]).find(name) == []


_letters = st.text(alphabet="abcilor01_", min_size=0, max_size=14)
_names = st.one_of(
    _letters, st.builds(lambda a, b: a + b, _letters, st.sampled_from(["official", "_real", "2024", "hq", "support"]))
)


@given(st.lists(_names, max_size=12), _names)
@example(["abcdabcdabcd"], "bacdabcdabdc")
@settings(max_examples=200)
def test_the_index_says_what_the_definition_says(protected: list[str], name: str) -> None:
    found = {each.place: (each.how, each.distance) for each in NameIndex(protected).find(name)}
    wanted = {place: (like.how, like.distance) for place, each in enumerate(protected) if (like := alone(name, each))}
    assert found == wanted


@given(st.text(alphabet="abc", max_size=8), st.text(alphabet="abc", max_size=8), st.integers(1, 2))
@settings(max_examples=200)
def test_letters_that_differ(left: str, right: str, most: int) -> None:
    table = [
        [row + column if not row * column else 0 for column in range(len(right) + 1)] for row in range(len(left) + 1)
    ]
    for row in range(1, len(left) + 1):
        for column in range(1, len(right) + 1):
            table[row][column] = min(
                table[row - 1][column] + 1, table[row][column - 1] + 1,
                table[row - 1][column - 1] + (left[row - 1] != right[column - 1]),
            )  # fmt: skip
    true = table[-1][-1]
    assert within(left, right, most) == (true if 0 < true <= most else 0)
    assert (_bits(left) ^ _bits(right)).bit_count() <= 2 * true
