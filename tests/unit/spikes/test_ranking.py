"""The ranking of causes: a probability over changes and none, moved by time, scope and direction the way one would."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.insight.spikes.domain import ranking
from watchfloor.insight.spikes.domain.ranking import Event, Leaf

ONSET = datetime(2026, 11, 19, 15)  # noqa: DTZ001 - UTC without a zone, as facts are
CELLS = [(market, policy) for market in ("ES", "GB") for policy in ("spam", "hate")]
LEAVES = [
    Leaf({"market": market, "policy": policy}, 90.0 if moved else 10.0, 10.0, moved)
    for market, policy in CELLS
    for moved in [(market, policy) == ("ES", "spam")]
]


def event(name: str, minutes: float, **more: object) -> Event:
    return Event(id=name, kind=str(more.pop("kind", "rule")), starts_at=ONSET - timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def rank(*events: Event, up: bool = True) -> dict[str, float]:
    ranked, none = ranking.rank(events, LEAVES, onset=ONSET, blur_hours=0.1, up=up)
    return {each.id: each.p for each in ranked} | {"none": none}


def test_the_exact_scope_shortly_before_wins_over_wider_other_and_later_ones() -> None:
    found = rank(
        event("exact", 9, scope={"market": ["ES"], "policy": ["spam"]}), event("wide", 9),
        event("other", 9, scope={"market": ["GB"]}), event("after", -40, scope={"market": ["ES"], "policy": ["spam"]}),
        event("old", 60 * 30, scope={"market": ["ES"], "policy": ["spam"]}),
    )  # fmt: skip
    assert max(found, key=found.__getitem__) == "exact"
    assert found["wide"] > found["other"]
    assert found["after"] < 0.01
    assert found["old"] < 0.05


def test_a_change_that_lightens_work_is_a_poor_cause_of_more_of_it() -> None:
    scope = {"market": ["ES"]}
    more, less = rank(event("a", 9, scope=scope, effect="more")), rank(event("a", 9, scope=scope, effect="less"))
    assert more["a"] > less["a"]
    assert rank(event("a", 9, scope=scope, effect="less"), up=False)["a"] > less["a"]


def test_nothing_known_is_none_of_them() -> None:
    assert rank() == {"none": 1.0}
    assert rank(event("elsewhere", 600, scope={"market": ["GB"]}))["none"] > 0.9


CHANGES = st.tuples(
    st.floats(-120, 6_000), st.sampled_from(list(ranking.PRIORS)), st.sampled_from(["", "more", "less"])
)


@given(st.lists(CHANGES, max_size=20))
def test_probabilities_add_up(given_: list[tuple[float, str, str]]) -> None:
    events = [event(str(place), minutes, kind=kind, effect=way) for place, (minutes, kind, way) in enumerate(given_)]
    found = rank(*events)
    assert abs(sum(found.values()) - 1) < 1e-9
    assert all(p >= 0 for p in found.values())


@settings(max_examples=25)
@given(st.floats(0.1, 10), st.floats(0.05, 2))
def test_the_lag_density_is_one(pace: float, blur: float) -> None:
    step = min(pace, blur) / 4
    low, high = -8 * blur, 25 * pace + 8 * blur
    count = int((high - low) / step)
    whole = sum(ranking.blurred(low + step * (place + 0.5), pace, blur) for place in range(count)) * step
    assert abs(whole - 1) < 0.01
