"""Intervals against published tables and against chance itself; the rule of a miss; credits to the cent."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.engines.agreement import clopper_pearson
from watchfloor.vendors.domain.intervals import Figure, figure
from watchfloor.vendors.domain.judging import credit, judge, money
from watchfloor.vendors.domain.terms import Credit, Target, Terms


def test_days_that_are_alike_make_it_wider() -> None:
    """The same counts: spread over days evenly, and with two bad days. The second is less sure, and says so."""
    even = figure([(95.0, 100.0)] * 20, "share", 0.95)
    clumped = figure([(100.0, 100.0)] * 18 + [(50.0, 100.0)] * 2, "share", 0.95)
    assert even.value == clumped.value == 0.95
    assert even.low is not None and clumped.low is not None and clumped.low < even.low < 0.95
    exact = clopper_pearson(1900, 2000)
    assert (even.low, even.high) == (exact.low, exact.high)  # no spread between days: the exact one is the wider


def test_a_target_that_is_just_met_is_seldom_called_missed() -> None:
    """2,000 vendors whose true figure is the goal, with days that differ: at 95 % about 2.5 in a hundred lie wholly beyond it."""
    chance = random.Random(8)
    terms = Terms()
    target = Target("aht", "1", Decimal(180))
    missed = 0
    for _ in range(2000):
        days = []
        for _day in range(28):
            level, count = chance.gauss(180_000, 9_000), chance.randint(60, 140)
            days.append((level * count + chance.gauss(0, 90_000) * count**0.5, float(count)))
        missed += judge(target, figure(days, "ms", 0.95), terms).outcome == "missed"
    assert 25 <= missed <= 80


def _figure(above: int, below: int, low: float, high: float, days: int = 20) -> Figure:
    return Figure(above=above, below=below, days=days, low=low, high=high)


AHT = Target("aht", "4.1", Decimal(180), (Credit(Decimal(0), Decimal(1)), Credit(Decimal(5), Decimal("2.5"))))
SLA = Target("sla_completed", "4.2", Decimal(95), (Credit(Decimal(0), Decimal(2)),))


@pytest.mark.parametrize(
    ("target", "found", "outcome", "by", "percent"),
    [
        (AHT, _figure(180_000_00, 100, 178_000, 182_000), "met", None, 0),  # exactly the goal
        (AHT, _figure(185_000_00, 100, 179_000, 191_000), "unclear", None, 0),  # the interval reaches the goal
        (AHT, _figure(185_000_00, 100, 181_000, 189_000), "missed", "2.78", 1),
        (AHT, _figure(189_000_00, 100, 185_000, 193_000), "missed", "5.00", Decimal("2.5")),  # exactly the next step
        (AHT, _figure(189_000_00, 100, 185_000, 193_000, days=4), "unclear", None, 0),  # too few days
        (AHT, _figure(189_000_0, 10, 185_000, 193_000), "unclear", None, 0),  # too few jobs
        (AHT, Figure(above=0, below=0, days=0), "nothing", None, 0),
        (SLA, _figure(96, 100, 0.9, 0.99), "met", None, 0),
        (SLA, _figure(90, 100, 0.82, 0.945), "missed", "5.00", 2),
        (SLA, _figure(90, 100, 0.82, 0.95), "unclear", None, 0),
    ],
)  # fmt: skip
def test_the_rule_of_a_miss(target: Target, found: Figure, outcome: str, by: str | None, percent: Decimal) -> None:
    verdict = judge(target, found, Terms())
    assert (verdict.outcome, verdict.percent) == (outcome, percent)
    assert verdict.by == (None if by is None else Decimal(by))


def test_credits_are_added_and_capped_and_rounded_once() -> None:
    terms = Terms(cap=Decimal("4"))
    verdicts = [
        judge(AHT, _figure(189_000_00, 100, 185_000, 193_000), terms),
        judge(SLA, _figure(90, 100, 0.82, 0.945), terms),
    ]
    owed = credit(verdicts, terms, Decimal("40123.45"))
    assert (owed.percent, owed.capped, owed.amount) == (Decimal("4.5"), Decimal("4"), Decimal("1604.94"))  # 1604.938
    assert credit(verdicts, terms, None).amount is None
    assert money(Decimal("0.125"), "EUR") == Decimal("0.13") and money(Decimal("2.5"), "JPY") == Decimal("3")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=30))
def test_the_interval_holds_the_value(days: list[tuple[int, int]]) -> None:
    found = figure([(float(min(pair)), float(max(pair))) for pair in days], "share", 0.95)
    if found.value is not None and found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.value <= found.high <= 1
