"""Priority: its parts add up, it is monotone in everything, and waiting changes nobody's place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.review.domain.priority import (
    DEFAULT_WEIGHTS,
    Score,
    Urgency,
    Weights,
    check_weights,
    explain,
    refreshed,
    safe_after,
    score,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
weights = st.builds(
    Weights, hours_per_point=st.floats(0.5, 48), reach_unit=st.floats(1, 10**6), trusted=st.floats(0, 10), reports=st.floats(0, 10),
    severity=st.lists(st.floats(0, 40), min_size=6, max_size=6).map(lambda points: tuple(sorted(points))),
)  # fmt: skip
urgencies = st.builds(
    Urgency, severity=st.integers(0, 5), reach=st.integers(0, 10**10), reports=st.integers(0, 10**6),
    trusted=st.integers(0, 50), due_at=moments, boost=st.sampled_from([0.0, 4.0, -24.0, 24.0]),
)  # fmt: skip


@given(urgencies, moments)
def test_the_parts_add_up(urgency: Urgency, at: datetime) -> None:
    found = score(urgency, at)
    assert set(found.parts) - {"boost"} == {"severity", "reach", "reports", "trusted", "time"}
    assert found.score == sum(found.parts.values())
    assert explain(found.parts).endswith(".")


@given(urgencies, st.sampled_from(["severity", "reach", "reports", "trusted"]), st.integers(1, 10**6))
def test_more_of_anything_is_never_less_urgent(urgency: Urgency, what: str, more: int) -> None:
    value = getattr(urgency, what) + more
    if what == "severity":
        value = min(5, value)
    after = msgspec.structs.replace(urgency, **{what: value})
    assert score(after, NOW).key >= score(urgency, NOW).key


@given(urgencies, st.integers(1, 10**6))
def test_sooner_due_is_more_urgent(urgency: Urgency, minutes: int) -> None:
    sooner = msgspec.structs.replace(urgency, due_at=urgency.due_at - timedelta(minutes=minutes))
    assert score(sooner, NOW).key > score(urgency, NOW).key


@given(st.integers(0, 4), moments)
def test_graver_is_more_urgent(severity: int, due: datetime) -> None:
    def of(level: int) -> Score:
        return score(Urgency(severity=level, reach=0, reports=1, trusted=0, due_at=due), NOW)

    assert of(severity + 1).key > of(severity).key


@given(urgencies, urgencies, moments, moments)
def test_waiting_changes_nobodys_place(one: Urgency, other: Urgency, then: datetime, later: datetime) -> None:
    assert score(one, then).key == score(one, later).key
    ahead = score(one, then).score - score(other, then).score
    if abs(ahead) > 0.01:  # parts are rounded to a thousandth of a point for people
        assert (score(one, later).score - score(other, later).score > 0) == (ahead > 0)


@given(urgencies, moments, moments)
def test_stored_parts_are_refreshed_to_what_they_would_be(urgency: Urgency, then: datetime, later: datetime) -> None:
    assert refreshed(score(urgency, then).parts, urgency.due_at, later) == score(urgency, later).parts


@given(urgencies, urgencies, weights, st.integers(0, 10**6))
def test_from_a_stated_moment_on_nothing_that_comes_in_goes_before(
    waiting: Urgency, harder: Urgency, by: Weights, minutes: int
) -> None:
    after = safe_after(waiting, by) + timedelta(minutes=minutes)
    arrival = msgspec.structs.replace(harder, due_at=after)  # due the moment it comes in: as hard as work can be
    assert score(arrival, after, by).key <= score(waiting, after, by).key + 1e-2  # parts are rounded to a thousandth


HARDEST = Urgency(severity=5, reach=10**12, reports=10**6, trusted=1, due_at=NOW, boost=24.0)


@given(st.lists(urgencies, max_size=8), st.integers(1, 3), st.integers(1, 6), st.integers(0, 5))
def test_any_job_is_handed_out_within_the_bound_whatever_else_comes_in(
    ahead: list[Urgency], arrivals: int, served: int, severity: int
) -> None:
    """An adversary sends ``arrivals`` of the hardest jobs there can be each hour; ``served`` are handed out each hour."""
    ours = Urgency(severity=severity, reach=0, reports=1, trusted=0, due_at=NOW + timedelta(hours=24))
    key = score(ours, NOW).key
    queue = [each for each in (score(urgency, NOW).key for urgency in ahead) if each > key]
    hours = (safe_after(ours) - NOW) / timedelta(hours=1)
    bound = len(queue) + arrivals * (int(hours) + 1)
    handed, hour = 0, 0
    while True:
        now = NOW + timedelta(hours=hour)
        queue += [score(msgspec.structs.replace(HARDEST, due_at=now), now).key] * arrivals
        for _ in range(served):
            if not queue or max(queue) <= key:
                assert handed <= bound
                return
            queue.remove(max(queue))
            handed += 1
        assert handed <= bound
        hour += 1


def test_weights_that_would_turn_the_order_are_refused() -> None:
    assert check_weights({}) == DEFAULT_WEIGHTS
    for wrong in (
        {"severity": [5, 4, 3, 2, 1, 0]},
        {"hours_per_point": 0},
        {"trusted": -1},
        {"reach_unit": 0},
        {"speed": 1},
    ):
        with pytest.raises(BadInput):
            check_weights(wrong)
