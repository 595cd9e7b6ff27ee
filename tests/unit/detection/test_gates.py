"""What must be there before a rule acts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from watchfloor.detection.domain.gates import Case, Limits, Radius, check, gates
from watchfloor.kernel.errors import Conflict

READY = Case(must_fire=1, must_not=1, backtest_events=1000, radius=Radius(10), asker="user:a", author="user:a")
LIMITS = Limits(hits_per_day=100, protected_hits=1)


def closed(case: Case, after: str = "on", percent: int = 100) -> list[str]:
    return [gate.key for gate in gates(case, after, percent, LIMITS) if not gate.open]


def test_a_rule_with_tests_and_a_backtest_that_hits_little_may_act() -> None:
    assert closed(READY) == closed(READY, "partial", 10) == []
    check("R", READY, "on", 100, LIMITS)


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"must_fire": 0}, ["tests"]),
        ({"must_not": 0}, ["tests"]),
        ({"failing": ("a",)}, ["tests"]),
        ({"backtest_events": None, "radius": None}, ["backtest", "approval"]),
        ({"backtest_events": 0}, ["backtest"]),
        ({"radius": Radius(100)}, ["approval"]),
        ({"radius": Radius(1, protected=1)}, ["approval"]),
    ],
)
def test_each_thing_that_is_missing_closes_its_gate(change: dict[str, object], keys: list[str]) -> None:
    case = replace(READY, **change)
    assert closed(case) == keys
    with pytest.raises(Conflict) as error:
        check("R", case, "on", 100, LIMITS)
    assert (error.value.code, error.value.where) == ("gate_closed", keys[0])
    assert closed(case, "shadow") == closed(case, "paused") == closed(case, "retired") == []


def test_a_draft_is_backtested_by_a_backtest_alone() -> None:
    assert closed(Case(backtest_events=5), "backtested") == []
    assert closed(Case(), "backtested") == ["backtest"]


def test_the_second_person_is_neither_who_asks_nor_who_wrote() -> None:
    wide = replace(READY, radius=Radius(1000), asker="user:a", author="user:b")
    assert closed(replace(wide, approved_by=("user:a", "user:b"))) == ["approval"]
    assert closed(replace(wide, approved_by=("user:a", "user:c"))) == []


def test_a_share_shrinks_the_hits_but_not_the_protected_accounts() -> None:
    wide = replace(READY, radius=Radius(1000))
    assert closed(wide, "partial", 5) == []
    assert closed(wide, "partial", 10) == ["approval"]
    assert closed(replace(READY, radius=Radius(10, protected=3)), "partial", 1) == ["approval"]


def test_what_is_shipped_passes_in_its_own_words() -> None:
    shipped = Case(attested="Shipped.")
    assert {gate.words for gate in gates(shipped, "on", 100, LIMITS)} == {"Shipped."}
    assert closed(shipped) == []
