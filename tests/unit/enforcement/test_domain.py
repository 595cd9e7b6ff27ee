"""The arithmetic of strikes, steps and overlapping effects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.enforcement import catalogue, domain
from watchfloor.kernel.errors import BadInput

STEPS = [
    domain.Step(points=2, action_key="day"),
    domain.Step(points=4, action_key="week"),
    domain.Step(points=6, action_key="ever"),
]


@pytest.mark.parametrize(("severity", "days"), [(0, 90), (1, 90), (2, 180), (3, 180), (4, 365), (5, 365)])
def test_a_strike_lives_by_severity(severity: int, days: int) -> None:
    assert domain.strike_life(severity) == timedelta(days=days)


@pytest.mark.parametrize(
    ("before", "after", "reached"),
    [
        (0, 1, None),
        (0, 2, "day"),
        (2, 3, None),
        (1, 2, "day"),
        (0, 6, "ever"),
        (3, 5, "week"),
        (6, 9, None),
        (2, 2, None),
    ],
)
def test_a_step_is_reached_by_crossing_it(before: int, after: int, reached: str | None) -> None:
    step = domain.step_crossed(STEPS, before, after)
    assert (step.action_key if step else None) == reached


@given(st.lists(st.integers(0, 4), max_size=12))
def test_every_step_below_the_total_was_reached_or_jumped(points: list[int]) -> None:
    total, reached = 0, []
    for each in points:
        step = domain.step_crossed(STEPS, total, total + each)
        total += each
        if step:
            reached.append(step.points)
    assert reached == sorted(set(reached)), "no step twice, none after a higher one"
    highest = max((step.points for step in STEPS if step.points <= total), default=None)
    assert (reached[-1] if reached else None) == highest


@given(st.integers(0, 12))
def test_the_next_step_is_the_nearest_above(points: int) -> None:
    step = domain.next_step(STEPS, points)
    assert (step.points if step else None) == min((s.points for s in STEPS if s.points > points), default=None)


def test_expired_strikes_justify_what_was_taken_and_voided_ones_do_not() -> None:
    def strikes(*states: str) -> list[domain.StrikeView]:
        return [domain.StrikeView(id=i, points=2, state=state) for i, state in enumerate(states)]

    assert domain.still_justified(4, strikes("expired", "active"))
    assert not domain.still_justified(4, strikes("voided", "active"))
    assert domain.still_justified(4, strikes("voided", "active", "active"))


def test_the_heaviest_state_shows() -> None:
    assert domain.item_state([]) == "active"
    assert domain.item_state(["", "restricted"]) == "restricted"
    assert domain.item_state(["removed", "restricted"]) == "removed"


def test_an_effect_ends_with_its_last_action() -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC)
    assert domain.ends([day, day + timedelta(days=1)]) == day + timedelta(days=1)
    assert domain.ends([day, None]) is None


def test_every_effect_has_an_inverse_and_a_slot() -> None:
    given_ = catalogue.Given(policy_key="spam", violation_key="spam.bulk", market="DE", fixed={})
    inverses = {""}  # of what cannot be given back
    for key, effect in catalogue.effects().items():
        assert effect.target in {"item", "author"}
        assert effect.inverse or key == "stop_stream"
        assert effect.slot(effect.params(given_))
        inverses.add(effect.inverse)
        assert key == effect.key
    assert len(inverses) == len(catalogue.effects())


def test_labels_and_markets_are_effects_of_their_own() -> None:
    effect = catalogue.effect("label")
    assert effect.slot({"value": "spam"}) != effect.slot({"value": "hate"})
    geo = catalogue.effect("geo_restrict")
    assert geo.slot({"markets": ["DE", "AT"]}) == geo.slot({"markets": ["AT", "DE"]}) != geo.slot({"markets": ["AT"]})


def test_an_unknown_effect_names_the_known_ones() -> None:
    with pytest.raises(BadInput) as error:
        catalogue.effect("explode")
    assert "suspend" in error.value.hint
