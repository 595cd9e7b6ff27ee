"""Counters against their definitions: a reference that keeps every event and works each answer out anew, on streams out of order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines import sml
from watchfloor.engines.sml.counters import InOrder, MemoryCounters, Peek
from watchfloor.engines.sml.counters.uniques import ERROR, EXACT, estimate, registers

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATENESS = 40.0  # seconds, of every counter here
RULES = sml.compile_rules(
    {
        "main.sml": """
User: str = JsonData(path='$.user')
Word: str = JsonData(path='$.word')
Good: bool = JsonData(path='$.good')
Amount: float = JsonData(path='$.amount')
N = Count(by=[User], span='2m', when=Good, lateness='40s')
Short = Count(by=[User, Word], span='30s', lateness='40s')
All = Count(by=[], span='10m', lateness='40s')
Words = CountUnique(of=Word, by=[User], span='1m', when=Good, lateness='40s')
Total = SumOf(value=Amount, by=[User], span='2m', lateness='40s')
Hot = Trending(by=[User], span='1m', lateness='40s')
Before = CountBefore(by=[User], span='2m', when=Good, lateness='40s')
Full = RateLimited(by=[User], max=3, refill=2, every='30s', lateness='40s')
Shut = RateLimited(by=[User], max=2, every='7s', strict=True, when=Good, lateness='40s')
Online = SessionLength(by=[User], gap='10s', when=Good, lateness='40s')
Clicks = SessionEvents(by=[User], gap='10s', lateness='40s')
"""
    }
)


class Seen(NamedTuple):
    at: float
    number: int
    key: tuple[str, ...]
    value: Any


class Reference:
    """One counter by its definition. ``value`` is worked out from all events it has counted, each time."""

    def __init__(
        self,
        key: Callable[[Any], tuple[str, ...]],
        answer: Callable[..., Any],
        *,
        good: bool = False,
        value: str = "word",
    ) -> None:
        self.key, self.answer, self.good, self.value = key, answer, good, value
        self.events: list[Seen] = []
        self.delivered: set[tuple[float, int]] = set()

    def __call__(self, at: float, number: int, data: dict[str, Any]) -> Any:
        key = self.key(data)
        mine = [event for event in self.events if event.key == key]
        late = bool(mine) and max(event.at for event in mine) - at > LATENESS
        counted = data["good"] if self.good else True
        again = (at, number) in self.delivered
        if counted:
            self.delivered.add((at, number))
        if late:
            return None
        if counted and not again:
            self.events.append(Seen(at, number, key, data[self.value]))
            mine.append(self.events[-1])
        return self.answer(sorted(mine), at, number, counted)


def within(mine: list[Seen], at: float, span: float, width: float, periods_ago: int = 0) -> list[Seen]:
    """The events in the buckets of a span."""
    bucket = Fraction(width)
    last = Fraction(at) // bucket - periods_ago * (Fraction(span) / bucket)
    return [event for event in mine if last - Fraction(span) / bucket < Fraction(event.at) // bucket <= last]


def limited(limit: int, refill: int, every: int, strict: bool) -> Callable[..., bool]:
    def answer(mine: list[Seen], at: float, number: int, counted: bool) -> bool:
        if not counted:
            return False
        tokens, then, refused = Fraction(limit), None, False
        for event in mine:
            if (event.at, event.number) > (at, number):
                break
            if then is not None:
                tokens = min(Fraction(limit), tokens + (Fraction(event.at) - then) * Fraction(refill, every))
            then = Fraction(event.at)
            refused = tokens < 1
            if not refused:
                tokens -= 1
            elif strict:
                tokens = Fraction(0)
        return refused

    return answer


def session(mine: list[Seen], at: float, gap: float) -> list[Seen]:
    """The events of the session that ``at`` stands in or continues."""
    groups: list[list[Seen]] = []
    for event in mine:
        if groups and event.at - groups[-1][-1].at <= gap:
            groups[-1].append(event)
        else:
            groups.append([event])
    return next((group for group in groups if group[0].at <= at <= group[-1].at + gap), [])


def references() -> dict[str, Reference]:
    def user(data: Any) -> tuple[str, ...]:
        return (data["user"],)

    def length(mine: list[Seen], at: float, number: int, counted: bool) -> float:
        found = session(mine, at, 10)
        return at - found[0].at if found else 0.0

    return {
        "N": Reference(user, lambda mine, at, *_: len(within(mine, at, 120, 2)), good=True),
        "Short": Reference(lambda d: (d["user"], d["word"]), lambda mine, at, *_: len(within(mine, at, 30, 0.05))),
        "All": Reference(lambda d: (), lambda mine, at, *_: len(within(mine, at, 600, 10))),
        "Words": Reference(user, lambda mine, at, *_: len({e.value for e in within(mine, at, 60, 5)}), good=True),
        "Total": Reference(user, lambda mine, at, *_: sum(e.value for e in within(mine, at, 120, 2)), value="amount"),
        "Hot": Reference(
            user, lambda mine, at, *_: len(within(mine, at, 60, 0.1)) / max(len(within(mine, at, 60, 0.1, 1)), 1)
        ),
        "Before": Reference(user, lambda mine, at, *_: len(within(mine, at, 120, 2, 1)), good=True),
        "Full": Reference(user, limited(3, 2, 30, False)),
        "Shut": Reference(user, limited(2, 2, 7, True), good=True),
        "Online": Reference(user, length, good=True),
        "Clicks": Reference(user, lambda mine, at, *_: len(session(mine, at, 10))),
    }


# Times on a grid of an eighth of a second, which is exact in binary and in microseconds.
data = st.fixed_dictionaries(
    {
        "user": st.sampled_from("ab"),
        "word": st.sampled_from("xyz"),
        "good": st.booleans(),
        "amount": st.sampled_from([0.5, 2.0, -1.25]),
    }
)
# Mostly small steps, so that limits are met and sessions grow; now and then a large one either way.
steps = st.tuples(st.one_of(st.integers(-6, 12), st.integers(-80, 90), st.integers(-400, 500)), data)


def event_of(at: float, number: int, fields: dict[str, Any]) -> sml.Event:
    return sml.Event(number, "post", START + timedelta(seconds=at), fields)


def absolute(at: float) -> float:
    return at + START.timestamp()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(steps, steps, steps, st.integers(0, 9)), min_size=15, max_size=80))
def test_every_answer_is_that_of_the_definition(stream: list[Any]) -> None:
    """Each event comes a little before or after the one before; a whole number delivers an earlier one again."""
    store, reference = MemoryCounters(), references()
    sent: list[tuple[float, int, dict[str, Any]]] = []
    at = 0.0
    for step in stream:
        if isinstance(step, int):
            if not sent:
                continue
            delivery = sent[-1 - step % len(sent)]
        else:
            at += step[0] / 8
            # Numbers that do not rise with arrival, so that equal times are told apart by them.
            delivery = (at, (len(sent) * 7919) % 1000, step[1])
            sent.append(delivery)
        features = RULES.evaluate(event_of(*delivery), store).features
        expected = {name: each(absolute(delivery[0]), *delivery[1:]) for name, each in reference.items()}
        assert {name: features[name] for name in expected} == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2000), data, st.integers(0, 319)), min_size=10, max_size=80),
    st.integers(0, 2**32),
)
def test_the_order_of_arrival_leaves_no_trace(drawn: list[Any], seed: int) -> None:
    """Whatever the order, if none is later than the lateness, all that can be asked afterwards is the same."""
    events = [event_of(at / 8, number, fields) for number, (at, fields, _) in enumerate(drawn)]
    arrival = sorted(range(len(drawn)), key=lambda i: (drawn[i][0] + drawn[i][2], random.Random(seed + i).random()))
    ordered, mixed = MemoryCounters(), MemoryCounters()
    in_order = sorted(events, key=lambda event: (event.timestamp, event.action_id))
    live = [RULES.evaluate(event, ordered) for event in in_order]
    for place in arrival:
        RULES.fired(events[place], mixed)
    assert ordered.late() == mixed.late() == dict.fromkeys(ordered.late(), 0)
    newest = max((at for at, _, _ in drawn), default=0) / 8
    for later in (0, -20, -39, 1, 15, 70, 500):
        for user in "ab":
            probe = event_of(newest + later, 10**6, {"user": user, "word": "x", "good": False, "amount": 1.0})
            assert RULES.evaluate(probe, Peek(ordered)).features == RULES.evaluate(probe, Peek(mixed)).features
    buffered = MemoryCounters()
    waited = InOrder(timedelta(seconds=LATENESS))
    assert [RULES.evaluate(event, buffered) for event in waited.all(events[i] for i in arrival)] == live


@settings(max_examples=25, deadline=None)
@given(st.lists(steps, max_size=40), st.integers(0, 40))
def test_a_snapshot_changes_nothing(stream: list[Any], cut: int) -> None:
    store, broken = MemoryCounters(), MemoryCounters()
    at = 0.0
    for number, (step, fields) in enumerate(stream):
        at += step / 8
        if number == cut:
            broken = MemoryCounters.restored(broken.snapshot())
        event = event_of(at, number, fields)
        assert RULES.evaluate(event, store) == RULES.evaluate(event, broken)
    assert len(store) == len(broken)


def hashes(count: int, seed: int) -> set[int]:
    drawn = random.Random(seed)
    return {drawn.getrandbits(64) for _ in range(count)}


@pytest.mark.parametrize("count", [0, 1, 50, 300, 2_000, 5_000, 20_000, 100_000])
def test_sketches_keep_their_error(count: int) -> None:
    """Root mean square over twelve sets; the standard error stated, with what twelve draws allow for."""
    errors = []
    for seed in range(12 if count < 100_000 else 4):
        values = hashes(count, seed)
        errors.append((estimate(registers(values)) - len(values)) / max(len(values), 1))
    assert (sum(error**2 for error in errors) / len(errors)) ** 0.5 <= 1.6 * ERROR


def test_unique_counts_beyond_the_bound_on_known_sets() -> None:
    rules = sml.compile_rules(
        {
            "main.sml": "W: str = JsonData(path='$.w')\nN = CountUnique(of=W, by=[], span='1d')\nM = CountUnique(of=W, by=[], span='1h')"
        }
    )
    store, drawn = MemoryCounters(), random.Random(7)
    seen: set[str] = set()
    for number in range(6_000):
        word = str(drawn.randrange(4_000))
        seen.add(word)
        event = sml.Event(number, "post", START + timedelta(seconds=number * 0.01), {"w": word})
        given_ = rules.evaluate(event, store).features
        if len(seen) <= EXACT:
            assert given_["N"] == len(seen)
        else:
            assert abs(given_["N"] - len(seen)) <= 4 * ERROR * len(seen)
    assert given_["N"] == given_["M"]  # all of it within one bucket: the same hashes, the same registers
    end = sml.Event(10**6, "post", START + timedelta(hours=2), {"w": "new"})
    assert rules.evaluate(end, store).features["M"] == 1
