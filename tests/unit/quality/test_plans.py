"""What a plan gives each decision: looks that add up to the budget, floors for people, certain ones, nothing above one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.quality.domain.looks import Finding, confidence, same
from watchfloor.quality.domain.plans import Document, Kind, chances, check

KINDS = [Kind("spam", "a", 900.0), Kind("spam", "b", 100.0), Kind("hate", "a", 60.0), Kind("hate", "c", 40.0)]


def test_the_budget_goes_where_errors_are() -> None:
    found = chances(Document(weekly=110, floor=0), KINDS, {"spam": (0, 200), "hate": (30, 200)})
    assert sum(found.looks.values()) == 110
    assert found.strata["hate"] > 3 * found.strata["spam"] > 0
    assert found.people == {} and found.of("new", "z") == pytest.approx(110 / 1100)


def test_who_would_be_seen_too_little_gets_a_floor() -> None:
    found = chances(Document(weekly=110, floor=10, how="proportional"), KINDS, {})
    assert set(found.people) == {"c"}
    assert sum(
        kind.weekly * found.of(kind.stratum, kind.person) for kind in KINDS if kind.person == "c"
    ) == pytest.approx(10)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(["p", "q", ""]), st.floats(0.5, 500)), max_size=5),
    st.integers(1, 400), st.integers(0, 30), st.sampled_from(["neyman", "proportional", "equal"]),
)  # fmt: skip
def test_chances_are_chances(kinds: list[tuple[str, str, float]], weekly: int, floor: int, how: str) -> None:
    found = chances(Document(weekly=weekly, floor=floor, how=how), [Kind(*kind) for kind in kinds], {})
    for stratum, person, _weekly in [*kinds, ("new", "new", 1.0)]:
        assert 0 < found.of(stratum, person) <= 1


def test_what_no_plan_can_say() -> None:
    for bad in (
        Document(parts=()),
        Document(parts=("moon",)),
        Document(how="luck"),
        Document(weekly=0),
        Document(certain_from=9),
    ):
        with pytest.raises(BadInput):
            check(bad)
    check(Document())


def test_findings_are_the_same_where_verdict_and_violation_are() -> None:
    assert same(Finding("clean"), Finding("clean")) and not same(Finding("clean"), Finding("violating", "x"))
    assert not same(Finding("violating", "x"), Finding("violating", "y"))
    assert [confidence(score) for score in (None, 0.2, 0.95)] == ["none", "low", "high"]
