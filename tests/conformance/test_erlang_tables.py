"""Erlang's formulas against exact arithmetic, printed tables and worked examples of others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from watchfloor.engines.staffing.erlang import erlang_b, erlang_c, figures, required

# Offered load in erlangs that so many servers carry at a blocking of 0.1 %, 1 % and 2 %: the traffic tables printed in
# textbooks on teletraffic, to three decimals.
TRAFFIC = [
    (5, 0.001, 0.762), (5, 0.01, 1.361), (5, 0.02, 1.657),
    (10, 0.001, 3.092), (10, 0.01, 4.461), (10, 0.02, 5.084),
    (20, 0.001, 9.411), (20, 0.01, 12.031), (20, 0.02, 13.182),
    (50, 0.001, 32.512), (50, 0.01, 37.901), (50, 0.02, 40.255),
    (100, 0.001, 75.242), (100, 0.01, 84.064), (100, 0.02, 87.972),
]  # fmt: skip

POINTS = [
    (1, "0.5"),
    (2, "1.5"),
    (5, "3.2"),
    (14, "10"),
    (25, "20"),
    (60, "55"),
    (110, "100"),
    (150, "149.5"),
    (300, "280"),
]


def exact_b(agents: int, load: Fraction) -> Fraction:
    """The formula as Erlang wrote it, in rationals: (a^n / n!) / sum of a^k / k!."""
    terms = [Fraction(1)]
    for number in range(1, agents + 1):
        terms.append(terms[-1] * load / number)
    return terms[-1] / sum(terms)


def exact_c(agents: int, load: Fraction) -> Fraction:
    blocked = exact_b(agents, load)
    return agents * blocked / (agents - load * (1 - blocked))


@pytest.mark.parametrize(("agents", "load"), POINTS)
def test_b_and_c_are_exact_rationals_to_a_billionth(agents: int, load: str) -> None:
    assert erlang_b(agents, float(load)) == pytest.approx(float(exact_b(agents, Fraction(load))), rel=1e-12)
    assert erlang_c(agents, float(load)) == pytest.approx(float(exact_c(agents, Fraction(load))), rel=1e-12)


@pytest.mark.parametrize(("agents", "blocking", "load"), TRAFFIC)
def test_printed_traffic_tables(agents: int, blocking: float, load: float) -> None:
    """The printed load lies where the blocking passes the printed share, to the last printed digit."""
    assert erlang_b(agents, load - 0.0005) <= blocking <= erlang_b(agents, load + 0.0005)


@pytest.mark.parametrize(
    ("agents", "load", "blocked"),
    [(1, 5.0, 0.8333333333333334), (10, 20.0, 0.5379631686320729), (190, 200.0, 0.08869684386923561)],
)
def test_what_other_programs_print_to_sixteen_digits(agents: int, load: float, blocked: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(blocked, rel=1e-14)


def test_the_worked_example_of_a_hundred_calls_in_half_an_hour() -> None:
    """100 calls in 30 minutes of 180 s, 80 % within 20 s: the example of many textbooks and of pyworkforce's documentation."""
    found = required(rate=200, handle=180, share=0.8, within=20)
    assert found.agents == 14
    assert round(found.served_within or 0, 5) == 0.88835
    assert round(found.waits, 5) == 0.17413
    assert round(found.occupancy, 3) == 0.714


def exact_a(
    rate: Fraction, handle: Fraction, agents: int, patience: Fraction, states: int = 900
) -> tuple[float, float, float]:
    """Waiting, leaving and mean wait of M/M/n+M in rationals, the line cut where no weight is left."""
    weight, all_of, busy, waiting = Fraction(1), Fraction(0), Fraction(0), Fraction(0)
    scale = 10**60
    for state in range(states):
        all_of += weight
        if state >= agents:
            busy += weight
            waiting += weight * (state - agents)
        out = min(state + 1, agents) / handle + max(0, state + 1 - agents) / patience
        weight = Fraction(int(weight * rate / out * scale), scale)
    return float(busy / all_of), float(waiting / all_of / patience / rate), float(waiting / all_of / rate)


@pytest.mark.parametrize(("agents", "patience"), [(14, 600), (10, 60), (8, 60), (4, 120), (1, 30)])
def test_a_is_the_birth_and_death_chain_also_where_agents_are_too_few(agents: int, patience: int) -> None:
    found = figures(rate=200, handle=180, agents=agents, within=20, patience=patience)
    waits, leaves, wait = exact_a(Fraction(200, 3600), Fraction(180), agents, Fraction(patience))
    assert found.waits == pytest.approx(waits, rel=1e-9)
    assert found.abandoned == pytest.approx(leaves, rel=1e-9)
    assert found.mean_wait == pytest.approx(wait, rel=1e-9)
