"""Tails of counts against the sums they stand for."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.metrics.tails import discoveries, nb_tails


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 60), st.floats(0.01, 40), st.floats(1.0, 6.0))
def test_tails_are_sums_of_the_mass(count: int, mean: float, loose: float) -> None:
    variance = mean * loose
    if loose < 1.001:
        mass = [math.exp(each * math.log(mean) - mean - math.lgamma(each + 1)) for each in range(count + 1)]
        variance = mean
    else:
        size = mean * mean / (variance - mean)
        fail = mean / (mean + size)
        mass = [
            math.exp(
                math.lgamma(each + size)
                - math.lgamma(size)
                - math.lgamma(each + 1)
                + each * math.log(fail)
                + size * math.log1p(-fail)
            )
            for each in range(count + 1)
        ]
    at_least, at_most = nb_tails(count, mean, variance)
    assert math.isclose(at_most, sum(mass), rel_tol=1e-8, abs_tol=1e-10)
    assert math.isclose(at_least, 1 - sum(mass[:-1]), rel_tol=1e-6, abs_tol=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_discoveries_are_the_largest_set_the_rule_allows(ps: list[float], rate: float) -> None:
    chosen = discoveries(ps, rate)
    kept = sorted(p for p, yes in zip(ps, chosen, strict=True) if yes)
    ranked = sorted(ps)
    most = max((rank for rank, p in enumerate(ranked, 1) if p <= rate * rank / len(ps)), default=0)
    assert kept == ranked[:most]
