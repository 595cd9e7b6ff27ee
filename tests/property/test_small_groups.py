"""The differencing attack, by brute force: no sum or difference of published cells stands for one to four people."""

from __future__ import annotations

from itertools import product
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.workforce.domain.suppression import LEAST, SEVERAL, Cell, Part, cells

parts = st.lists(
    st.builds(
        Part, person=st.integers(1, 24).map(lambda n: UUID(int=n)),
        vendor=st.sampled_from(["a", "b", "c"]), team=st.sampled_from(["x", "y", "z"]), amount=st.integers(0, 9),
    ),
    max_size=60, unique_by=lambda part: (part.person, part.vendor, part.team),
)  # fmt: skip


def members(cell: Cell, told: list[Cell], given_: list[Part]) -> set[Part]:
    """Whom a cell stands for, read from the outside: from its names and from what else is published."""
    vendors = {other.vendor for other in told if other.vendor != SEVERAL}
    if cell.vendor == SEVERAL:
        return {part for part in given_ if part.vendor not in vendors}
    own = {part for part in given_ if part.vendor == cell.vendor}
    if not cell.team:
        return own
    teams = {other.team for other in told if other.vendor == cell.vendor and other.team != SEVERAL}
    return {part for part in own if part.team not in teams} if cell.team == SEVERAL else {
        part for part in own if part.team == cell.team
    }  # fmt: skip


@settings(max_examples=300)
@given(parts)
def test_no_combination_of_answers_isolates_fewer_than_five(given_: list[Part]) -> None:
    given_ = [part for part in given_ if part.amount]
    told = cells(given_)
    stands = [members(cell, told, given_) for cell in told]
    for cell, who in zip(told, stands, strict=True):  # what is published is right ...
        assert cell.amount == sum(part.amount for part in who)
        assert cell.people == len({part.person for part in who}) >= LEAST
    for signs in product((-1, 0, 1), repeat=min(len(told), 6)):  # ... and whatever is added and subtracted
        weight = dict.fromkeys(given_, 0)
        for sign, who in zip(signs, stands, strict=False):
            for part in who:
                weight[part] += sign
        left = {part.person for part, much in weight.items() if much}
        assert len(left) == 0 or len(left) >= LEAST


@given(parts)
def test_everything_is_published_or_nothing(given_: list[Part]) -> None:
    """The sum over cells is the sum over people: nobody's figure is lost, and none is known to be missing."""
    given_ = [part for part in given_ if part.amount]
    told = cells(given_)
    if len({part.person for part in given_}) < LEAST:
        assert told == []
    else:
        assert sum(cell.amount for cell in told) == sum(part.amount for part in given_)


def test_the_attack_that_suppressing_the_small_team_alone_would_allow() -> None:
    """Two teams, eight and two people: the vendor's total minus the eight would be the two."""

    def team(name: str, first: int, size: int) -> list[Part]:
        return [Part(person=UUID(int=first + n), vendor="a", team=name, amount=1) for n in range(size)]

    assert cells(team("day", 1, 8) + team("night", 50, 2)) == [Cell(vendor="a", team="", amount=10, people=10)]
    three = team("day", 1, 8) + team("night", 50, 2) + team("late", 90, 6)
    assert [(cell.team, cell.amount) for cell in cells(three)] == [("day", 8), (SEVERAL, 8)]
