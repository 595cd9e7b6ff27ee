"""Hours of pay as money: by currency, with ranges that are never too narrow, and what has no rate told apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from watchfloor.engines.staffing.simulation import Range
from watchfloor.engines.staffing.simulation.outcome import TeamOutcome
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config
from watchfloor.staffing.domain import money
from watchfloor.staffing.domain.money import Hourly
from watchfloor.vendors.domain.terms import Rate, Terms, mean_hourly

ZERO = Range(0.0, 0.0, 0.0)
RATES = {"a": Hourly(10.0, "EUR"), "b": Hourly(600.0, "PHP")}
VENDORS = {"a1": "a", "a2": "a", "b1": "b", "own": "inhouse"}


def team(name: str, hours: float, half: float = 0.0) -> TeamOutcome:
    return TeamOutcome(
        name=name, solved=ZERO, occupancy=ZERO, exposure_hours=ZERO, most_exposed_minutes=ZERO, budgets_spent=ZERO,
        paid_hours=Range(hours, hours - half, hours + half), cost=ZERO,
    )  # fmt: skip


def test_currencies_are_never_added_up_and_what_has_no_rate_is_told() -> None:
    found = money.cost([team("a1", 100, 5), team("a2", 50, 5), team("b1", 8), team("own", 7)], VENDORS, RATES)
    assert found.money == {"EUR": Range(1500.0, 1400.0, 1600.0), "PHP": Range(4800.0, 4800.0, 4800.0)}
    assert found.unpriced == Range(7.0, 7.0, 7.0)
    assert money.plus(ZERO, Range(1.0, None, None)) == Range(1.0, None, None)


def test_a_team_that_one_floor_lacks_counts_in_the_difference() -> None:
    base, other = [team("a1", 100), team("b1", 8)], [team("a1", 90), team("own", 3)]
    found = money.difference([team("a1", -10, 1)], base, other, VENDORS, RATES)
    assert found.money == {"EUR": Range(-100.0, -110.0, -90.0), "PHP": Range(-4800.0, -4800.0, -4800.0)}
    assert found.unpriced.value == 3


def test_what_an_hour_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = (Rate("reviewer", 9, Decimal("14.50")), Rate("lead", 1, Decimal("24.50")))
    assert mean_hourly(Terms(rates=rates)) == Decimal("15.5")
    assert mean_hourly(Terms(rates=tuple(Rate(each.role, 0, each.hourly) for each in rates))) == Decimal("19.5")
    assert mean_hourly(Terms()) is None
    assert money.check(RATES) == ""
    assert [money.check({"x": each}) for each in (Hourly(1.0, "euro"), Hourly(float("nan"), "EUR"))] == ["x", "x"]
    monkeypatch.setenv("HOUR", "31.50 EUR")
    assert config.an_hour("HOUR") == (Decimal("31.50"), "EUR")
    monkeypatch.setenv("HOUR", "")
    assert config.an_hour("HOUR") is None
    for wrong in ("31,50 EUR", "cheap", "-3 EUR", "31 Euro"):
        monkeypatch.setenv("HOUR", wrong)
        with pytest.raises(BadInput, match="no cost of an hour"):
            config.an_hour("HOUR")
