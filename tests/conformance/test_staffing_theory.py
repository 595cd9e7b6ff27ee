"""The simulation against what theory knows exactly: M/M/n, M/M/n+M and queues of two priorities, within its own 95 % interval."""

from __future__ import annotations

import pytest

pytest.importorskip("numba")

from watchfloor.engines.staffing.erlang import erlang_c, figures
from watchfloor.engines.staffing.simulation import Range, build, outcome, replications
from watchfloor.engines.staffing.simulation.draws import bits
from watchfloor.engines.staffing.simulation.outcome import Outcome, QueueOutcome
from watchfloor.engines.staffing.simulation.scenario import Queue, Scenario, Team


def simulated(queues: list[Queue], agents: int, *, days: float = 12, many: int = 24) -> Outcome:
    team = Team(name="all", agents=agents)
    floor = build(Scenario(start="2026-01-01", days=days, warm_up="1d", queues=queues, teams=[team], seed=11))
    return outcome(floor, replications(floor, many))


def queue(**changes: object) -> Queue:
    return Queue(**{"name": "q", "arrivals": [200.0], "aht": 180, "due": 200, "spread": "exponential", **changes})  # type: ignore[arg-type]


def holds(found: Range, truth: float) -> bool:
    assert found.low is not None and found.high is not None
    assert (found.high - found.low) < 0.2 * truth  # an interval that says something
    return found.low <= truth <= found.high


@pytest.mark.parametrize("agents", [11, 12, 14])
def test_m_m_n(agents: int) -> None:
    found = simulated([queue()], agents)
    theory = figures(rate=200, handle=180, agents=agents)
    assert holds(found.all.wait, theory.mean_wait)
    assert holds(found.occupancy, theory.occupancy)
    assert holds(found.all.aht, 180)


@pytest.mark.parametrize(("agents", "patience"), [(8, 60), (10, 300), (9, 1800)])
def test_m_m_n_with_patience_also_where_agents_are_too_few(agents: int, patience: int) -> None:
    found: QueueOutcome = simulated([queue(patience=patience)], agents).all
    theory = figures(rate=200, handle=180, agents=agents, patience=patience)
    share = found.abandoned.value / found.arrived.value
    width = (found.abandoned.high or 0) / found.arrived.value - share
    assert abs(share - theory.abandoned) <= width < 0.1 * theory.abandoned


def test_two_priorities() -> None:
    """W_k = C * s / n / ((1 - r_1) ... ) of A. Cobham (1954): non-preemptive, the same handle time in both."""
    found = simulated([queue(name="first", arrivals=[80.0]), queue(name="second", arrivals=[120.0], priority=2)], 12)
    whole, first = 10 / 12, 4 / 12
    base = erlang_c(12, 10) * 180 / 12
    assert holds(found.queues[0].wait, base / (1 - first))
    assert holds(found.queues[1].wait, base / (1 - first) / (1 - whole))


def test_the_generator_is_splitmix64() -> None:
    """The first outputs from the seeds 0 and 1234567, as published with the generator."""
    assert [bits(0, n) for n in range(3)] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [bits(1234567, n) for n in range(2)] == [6457827717110365317, 3203168211198807973]
