"""Priority: its parts add up, it is monotone in everything, and waiting changes nobody's place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.review.domain.priority import Score, Urgency, explain, refreshed, score

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
urgencies = st.builds(
    Urgency, severity=st.integers(0, 5), reach=st.integers(0, 10**10), reports=st.integers(0, 10**6),
    trusted=st.integers(0, 50), due_at=moments,
)  # fmt: skip


@given(urgencies, moments)
def test_the_parts_add_up(urgency: Urgency, at: datetime) -> None:
    found = score(urgency, at)
    assert set(found.parts) == {"severity", "reach", "reports", "trusted", "time"}
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
