"""Risks without their database: scales, hysteresis of indicators, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.kernel.errors import BadInput
from watchfloor.programme.risks import domain, words
from watchfloor.programme.risks.domain import EventIn, IndicatorIn

MORE = IndicatorIn(metric="m", amber=100, red=200)
LESS = IndicatorIn(metric="m", amber=0.9, red=0.8)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def test_the_scales_cover_every_cell_and_every_word_can_be_translated() -> None:
    scales = domain.scales()
    assert [each.value for each in scales.likelihood] == [each.value for each in scales.impact] == [1, 2, 3, 4, 5]
    keys = {scales.of(one, other).key for one in range(1, 6) for other in range(1, 6)}
    assert keys == {each.key for each in scales.band} == set(words.TONES)
    said = [scales.of(score, 1).least for score in range(1, 26)]
    assert said == sorted(said)
    known = set(words._SAID)
    for each in (*scales.likelihood, *scales.impact):
        assert {each.name, each.means} <= known
    assert {each.name for each in domain.practices()} | {each.name for each in scales.band} <= known
    assert {each.commitment for each in domain.practices()} == set(domain.COMMITMENTS)


@pytest.mark.parametrize(
    ("indicator", "values", "states"),
    [
        (MORE, [50, 100, 95, 91, 89, 200, 195, 150, 20], ["green", "amber", "amber", "amber", "green", "red", "red", "amber", "green"]),
        (LESS, [0.95, 0.9, 0.905, 0.92, 0.79, 0.805, 0.82, 1.0], ["green", "amber", "amber", "green", "red", "red", "amber", "green"]),
        (MORE, [None, 250, None, 10], ["unknown", "red", "red", "green"]),
    ],
)  # fmt: skip
def test_an_indicator_goes_up_at_once_and_back_when_it_is_clearly_better(
    indicator: IndicatorIn, values: list[float | None], states: list[str]
) -> None:
    state, seen = "unknown", []
    for value in values:
        state = domain.state_of(value, state, indicator)
        seen.append(state)
    assert seen == states


@given(st.lists(st.floats(-300, 300), min_size=1, max_size=20), st.booleans())
def test_what_is_beyond_red_is_red_whatever_came_before(values: list[float], up: bool) -> None:
    indicator = IndicatorIn(metric="m", amber=100 if up else -100, red=200 if up else -200)
    state = "unknown"
    for value in values:
        before, state = state, domain.state_of(value, state, indicator)
        bad = value if up else -value
        if bad >= 200:
            assert state == "red"
        elif bad >= 100:
            assert state in ("amber", "red") and (state == "amber" or before == "red")
        elif bad < 80:
            assert state == "green"


def test_bad_events_are_refused_with_their_field() -> None:
    good = EventIn(
        title="Vote", kind="election", market="DE", starts_at=MONDAY, ends_at=MONDAY + timedelta(days=1), uplift=0.3
    )
    domain.check_event(good)
    for change, where in (
        ({"title": ""}, "title"), ({"kind": "moon"}, "kind"), ({"market": ""}, "market"), ({"ends_at": MONDAY}, "ends_at"),
        ({"starts_at": MONDAY.replace(tzinfo=None)}, "starts_at"), ({"uplift": 40.0}, "uplift"), ({"uplift": float("nan")}, "uplift"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as caught:
            domain.check_event(msgspec.structs.replace(good, **change))
        assert caught.value.where == where
    assert domain.overdue(date(2026, 11, 1), date(2026, 11, 2)) and not domain.overdue(
        date(2026, 11, 2), date(2026, 11, 2)
    )
