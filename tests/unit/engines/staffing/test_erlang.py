"""Erlang's formulas: edges, what is refused, and how A stands to C."""

from __future__ import annotations

import math

import pytest

from watchfloor.engines.staffing.erlang import erlang_b, erlang_c, figures, required
from watchfloor.kernel.errors import BadInput


def test_too_few_agents_without_patience_have_no_steady_state() -> None:
    for agents in (0, 5, 10):
        with pytest.raises(BadInput) as refused:
            erlang_c(agents, 10.0)
        assert refused.value.code == "no_steady_state" and "11 agents" in refused.value.hint


def test_nothing_arrives() -> None:
    assert erlang_c(3, 0) == 0
    assert figures(rate=0, handle=60, agents=3, within=0, patience=10).served_within == 1


def test_nobody_serves_so_all_leave() -> None:
    found = figures(rate=60, handle=60, agents=0, within=20, patience=90)
    assert (found.abandoned, found.served_within, found.mean_wait) == (1, 0, 90)


def test_endless_patience_is_erlang_c() -> None:
    c = figures(rate=200, handle=180, agents=12, within=20)
    a = figures(rate=200, handle=180, agents=12, within=20, patience=1e10)
    assert a.waits == pytest.approx(c.waits, rel=1e-5)
    assert a.mean_wait == pytest.approx(c.mean_wait, rel=1e-5)
    assert a.served_within == pytest.approx(c.served_within, rel=1e-5)


def test_who_waits_no_longer_than_never_is_served_in_any_time() -> None:
    """With a long enough target everybody who is not lost is served in time, and with none only those who do not wait."""
    found = figures(rate=200, handle=180, agents=8, within=1e9, patience=60)
    assert found.served_within == pytest.approx(1 - found.abandoned, rel=1e-12)
    at_once = figures(rate=200, handle=180, agents=8, within=0, patience=60)
    assert at_once.served_within == pytest.approx(1 - at_once.waits, rel=1e-9)


def test_served_in_time_by_a_chain_of_exponentials() -> None:
    """One server, one place ahead: the hypoexponential integral by hand, with both rates 1/30 and 1/30 + 1/60."""
    # P(served within t | 1 waits ahead, patience 60): V = Exp(1/30) + Exp(1/20); E[exp(-V/60); V <= t].
    one, two, leave, t = 1 / 30, 1 / 20, 1 / 60, 45.0

    def part(rate: float) -> float:
        return (1 - math.exp(-(rate + leave) * t)) / (rate + leave)

    by_hand = one * two / (two - one) * (part(one) - part(two))
    from watchfloor.engines.staffing.erlang import _served_late

    all_served = 2.0 / (2.0 + 2.0)  # c/(c+j+1) with c = 60/30
    assert all_served - _served_late([0.0, 1.0], 2.0, t / 60) == pytest.approx(by_hand, rel=1e-12)


def test_ten_thousand_agents() -> None:
    assert 0 < erlang_b(10_000, 10_000) < 0.01
    found = required(rate=200_000, handle=180, share=0.8, within=20)
    fewer = figures(rate=200_000, handle=180, agents=found.agents - 1, within=20)
    assert (fewer.served_within or 0) < 0.8 <= (found.served_within or 0)
    under = figures(rate=200_000, handle=180, agents=9_000, within=20, patience=300)
    assert under.abandoned == pytest.approx(0.1, abs=1e-9)  # fluid: a tenth cannot be served


def test_limits_beside_the_target() -> None:
    free = required(rate=200, handle=180, share=0.5, within=60, patience=600)
    kept = required(rate=200, handle=180, share=0.5, within=60, patience=600, most_abandoned=0.001, most_occupied=0.7)
    assert kept.agents > free.agents and kept.abandoned <= 0.001 and kept.occupancy <= 0.7


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"rate": -1}, "bad_rate"), ({"handle": 0}, "bad_handle_time"), ({"handle": math.nan}, "bad_handle_time"),
        ({"within": -1}, "bad_time"), ({"patience": 0}, "bad_patience"), ({"agents": -1}, "bad_agents"),
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense(given: dict[str, float], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        figures(**{"rate": 10, "handle": 60, "agents": 2, **given})  # type: ignore[arg-type]
    assert refused.value.code == code
