"""Counters as rules write them: what they count, when, and what they say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.engines.sml.helpers import NOON, compiled, problems

from watchfloor.engines import sml
from watchfloor.engines.sml.counters import InOrder, MemoryCounters

HEAD = """
User: Entity[str] = EntityJson(type='User', path='$.user', required=False)
Ip: Optional[str] = JsonData(path='$.ip', required=False)
Text: str = JsonData(path='$.text', required=False)
Amount: float = JsonData(path='$.amount', required=False)
"""


def at(seconds: float, number: int | None = None, **data: Any) -> sml.Event:
    moment = NOON + timedelta(seconds=seconds)
    return sml.Event(int(seconds * 1000) if number is None else number, "post", moment, {"user": "u", **data})


class Stream:
    """Rules with a store; both back ends read each event, and must agree."""

    def __init__(self, text: str) -> None:
        self.rules = compiled(HEAD + text)
        self.store = MemoryCounters()
        self.plain = MemoryCounters()

    def __call__(self, event: sml.Event) -> dict[str, Any]:
        fast = self.rules.evaluate(event, self.store)
        slow = self.rules.interpret(event, self.plain)
        assert fast == slow
        return fast.features

    def each(self, name: str, events: list[sml.Event]) -> list[Any]:
        return [self(event)[name] for event in events]


def test_a_count_includes_the_event_at_hand_and_forgets_what_is_older_than_its_span() -> None:
    posts = Stream("Posts = Count(by=[User], span='1h')")
    moments = [0, 60, 1800, 3599, 3600, 3660, 90_000]
    assert posts.each("Posts", [at(moment) for moment in moments]) == [1, 2, 3, 4, 4, 4, 1]


def test_keys_of_several_features_are_told_apart() -> None:
    posts = Stream("Posts = Count(by=[User, Ip], span='1h')\nAll = Count(by=[], span='1h')")
    events = [at(0, ip="1"), at(1, ip="2"), at(2, ip="1"), at(3, ip="1", user="v")]
    assert posts.each("Posts", events) == [1, 1, 2, 1]
    assert posts.rules.evaluate(events[3], posts.store).features["All"] == 4


def test_an_event_without_its_key_is_not_counted_and_has_no_number() -> None:
    posts = Stream("Posts = Count(by=[Ip], span='1h')\nTexts = Count(by=[Text], span='1h')")
    assert posts(at(0)) == {**posts(at(0)), "Posts": None, "Texts": None}
    assert len(posts.store) == 0
    assert posts(at(1, ip="1", text="a"))["Posts"] == 1


def test_a_filter_chooses_what_counts_but_everyone_may_read() -> None:
    bad = Stream(
        "Bad = Count(by=[User], span='1h', when=Text == 'bad')\nLong = Count(by=[User], span='1h', when=Amount > 3)"
    )
    found = [bad(event) for event in [at(0, text="bad"), at(1, text="fine"), at(2), at(3, text="bad", amount=4)]]
    assert [row["Bad"] for row in found] == [1, 1, 1, 2]
    assert [row["Long"] for row in found] == [0, 0, 0, 1]  # undecided does not count


def test_a_rule_may_be_a_filter_and_a_counter_may_filter_another() -> None:
    stream = Stream(
        """
Bad = Rule(when_all=[Text == 'bad'], description='bad')
Bads = Count(by=[User], span='1h', when=Bad)
Again = Count(by=[User], span='1h', when=Bads > 1)
Twice = Rule(when_all=[Again >= 1], description=f'{Bads} times')
"""
    )
    assert stream.each("Again", [at(0, text="bad"), at(1), at(2, text="bad"), at(3, text="bad")]) == [0, 0, 1, 2]
    assert stream.rules.evaluate(at(4, text="bad"), stream.store).fired[1].description == "4 times"


def test_a_counter_counts_events_not_how_often_rules_look() -> None:
    text = """
Posts = Count(by=[User], span='1h')
Never = Rule(when_all=[Text == 'never', Posts > 0], description='')
One = Rule(when_all=[Posts > 1], description='')
Two = Rule(when_all=[Posts > 1], description=f'{Posts}')
"""
    rules, store = compiled(HEAD + text), MemoryCounters()
    assert rules.fired(at(0, text="a"), store) == ()
    assert rules.fired(at(1, text="a"), store) == ("One", "Two")  # the first was counted though Never looked no further
    unread = compiled(
        HEAD + "Posts = Count(by=[User], span='1h')\nOther = Rule(when_all=[Text == 'x'], description='')"
    )
    unread.fired(at(2), store)
    assert unread.evaluate(at(3), store).features["Posts"] == 4  # the same counter, though the set is another


def test_the_same_event_again_is_not_counted_again() -> None:
    posts = Stream("Posts = Count(by=[User], span='1h')\nFull = RateLimited(by=[User], max=1, every='1h')")
    first, second = at(0), at(1)
    assert [(posts(e)["Posts"], posts(e)["Full"]) for e in (first, second, first, second)] == [
        (1, False), (2, True), (2, False), (2, True),
    ]  # fmt: skip


def test_two_rule_sets_over_the_same_event_each_count_their_own() -> None:
    store = MemoryCounters()
    live = compiled(HEAD + "Posts = Count(by=[User], span='1h')")
    waiting = compiled(HEAD + "Posts = Count(by=[User], span='1h', when=Text == 'bad')")
    for event in (at(0, text="bad"), at(1, text="bad")):
        live.evaluate(event, store)
        waiting.evaluate(event, store)
    assert live.evaluate(at(2), store).features["Posts"] == 3
    assert waiting.evaluate(at(2), store).features["Posts"] == 2


def test_a_late_event_is_set_aside_and_said() -> None:
    posts = Stream("Posts = Count(by=[User], span='1h', lateness='1m')")
    events = [at(0), at(100), at(40), at(39), at(101)]
    assert posts.each("Posts", events) == [1, 2, 2, None, 4]
    assert posts.store.late() == {"Posts": 1}


def test_unique_values() -> None:
    users = Stream("Users = CountUnique(of=User, by=[Ip], span='1d')")
    events = [at(i * 10, ip="1", user=name) for i, name in enumerate("abacaab")]
    assert users.each("Users", events) == [1, 2, 2, 3, 3, 3, 3]


def test_sums_are_exact_to_the_sixth_decimal() -> None:
    spent = Stream("Spent = SumOf(value=Amount, by=[User], span='1h')")
    events = [at(i, amount=0.1) for i in range(3)] + [at(3, amount=-0.3), at(4, amount=1e300), at(5, amount=10**12)]
    assert spent.each("Spent", events) == [0.1, 0.2, 0.3, 0.0, None, 1e12]


def test_trending_against_the_period_before() -> None:
    hot = Stream("Hot = Trending(by=[User], span='1h')\nBefore = CountBefore(by=[User], span='1h')")
    found = [hot(event) for event in [*(at(i) for i in range(4)), *(at(3600 + i) for i in range(10))]]
    assert [row["Hot"] for row in found[:4]] == [1, 2, 3, 4]
    assert (found[-1]["Hot"], found[-1]["Before"]) == (2.5, 4)


def test_a_rate_limit_refills_steadily() -> None:
    limit = Stream("Full = RateLimited(by=[User], max=2, every='10s')")
    moments = [0, 0.1, 0.2, 4, 5, 5.1, 10.2, 30, 30.1, 30.2]
    # A token is back after 5 s; after long rest there are two, not more.
    assert limit.each("Full", [at(m) for m in moments]) == [
        False, False, True, True, False, True, False, False, False, True,
    ]  # fmt: skip


def test_a_strict_rate_limit_keeps_out_who_keeps_trying() -> None:
    text = "Full = RateLimited(by=[User], max=1, every='10s', strict={})"
    tries = [at(i * 4) for i in range(8)]
    assert Stream(text.format("False")).each("Full", tries) == [False, True, True, False, True, True, False, True]
    assert Stream(text.format("True")).each("Full", [*tries, at(38.5)]) == [False, *[True] * 7, False]


def test_sessions_end_with_a_gap_and_grow_together() -> None:
    online = Stream("Online = SessionLength(by=[User], gap='5m')\nDone = SessionEvents(by=[User], gap='5m')")
    found = [online(at(m)) for m in (0, 100, 400, 701, 900, 650)]
    assert [row["Online"] for row in found] == [0, 100, 400, 0, 199, 650]
    assert [row["Done"] for row in found] == [1, 2, 3, 1, 2, 6]  # the last one joins the two


def test_explaining_counts_nothing() -> None:
    rules, store = (
        compiled(HEAD + "N = Count(by=[User], span='1h')\nR = Rule(when_all=[N > 1], description='')"),
        MemoryCounters(),
    )
    rules.evaluate(at(0), store)
    for _ in range(2):
        assert rules.explain(at(1), "R", store).fired  # as if it came now
    assert rules.explain(at(0), "R", store).because == "A condition is false: N > 1: false (N is 1)."
    assert rules.evaluate(at(2), store).features["N"] == 2


def test_a_store_can_be_put_away_and_taken_out_again() -> None:
    text = HEAD + "A = Count(by=[User], span='1h')\nB = CountUnique(of=Text, by=[User], span='1h')\n"
    text += "C = RateLimited(by=[User], max=3, every='1m')\nD = SessionLength(by=[User], gap='1m')"
    rules, store = compiled(text), MemoryCounters()
    for i in range(5):
        rules.evaluate(at(i, text=str(i)), store)
    again = MemoryCounters.restored(store.snapshot())
    for event in (at(4), at(5, text="x"), at(2.5, text="y")):
        assert rules.evaluate(event, again) == rules.evaluate(event, store)


def test_without_a_store_a_counter_is_undefined_and_says_so() -> None:
    rules = compiled(HEAD + "N = Count(by=[User], span='1h')\nR = Rule(when_all=[N > 1], description='')\nN2 = User")
    result = rules.evaluate(at(0))
    assert result.features == {**result.features, "N": None, "R": None, "N2": "u"}
    assert [error.message for error in result.errors] == ["there is nothing here that keeps counters"]


def test_a_file_that_does_not_run_counts_nothing() -> None:
    main = HEAD + "Import(rules=['base.sml'])\nRequire(rule='extra.sml', require_if=Text == 'yes')"
    base = "Name = GetActionName()"
    extra = (
        "Import(rules=['base.sml'])\nSeen = Count(by=[Name], span='1h')\nR = Rule(when_all=[Seen > 1], description='')"
    )
    rules, store = compiled({"main.sml": main, "base.sml": base, "extra.sml": extra}), MemoryCounters()
    for number, text in enumerate(["yes", "no", "yes"]):
        fired = rules.fired(at(number, text=text), store)
    assert fired == ("R",)
    assert rules.interpret(at(5, text="yes"), store).features["Seen"] == 3


def test_a_counter_has_a_version_that_follows_what_it_reads() -> None:
    def version(text: str) -> str:
        return next(spec for spec in compiled(HEAD + text).counters if spec.kind == "count").version

    first = version("Bad = Text == 'bad'\nN = Count(by=[User], span='1h', when=Bad)")
    assert (
        version("X = 1\nBadder = Text == 'bad'\nN = Count(by=[User], span='60m', when=Badder)") == first
    )  # the same thing
    others = [
        "Bad = Text == 'Bad'\nN = Count(by=[User], span='1h', when=Bad)",
        "Bad = Text == 'bad'\nN = Count(by=[Ip], span='1h', when=Bad)",
        "Bad = Text == 'bad'\nN = Count(by=[User], span='2h', when=Bad)",
        "Bad = Text == 'bad'\nN = Count(by=[User], span='1h')",
    ]
    assert len({first, *map(version, others)}) == 5


def test_specs_say_what_is_counted() -> None:
    (spec,) = compiled(
        HEAD + "N = CountUnique(of=Text, by=[User, Ip], span='1d', when=Amount > 3, name='texts')"
    ).counters
    assert (spec.name, spec.kind, spec.key, spec.filter, spec.value) == (
        "texts",
        "unique",
        "[User, Ip]",
        "Amount > 3",
        "Text",
    )
    assert spec.grain == 2 * 3600 * 1_000_000


def test_two_names_may_share_a_counter_if_it_is_the_same() -> None:
    shared = "A = Count(by=[User], span='1h', name='posts')\nB = Count(by=[User], span='1h', name='posts')"
    assert Stream(shared)(at(0)) == {**Stream(shared)(at(0)), "A": 1, "B": 1}
    (problem,) = problems(HEAD + shared.replace("span='1h', name='posts')\nB", "span='2h', name='posts')\nB"))
    assert problem.message == "Two different counters are called `posts`."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("R = Rule(when_all=[Count(by=[User], span='1h') > 3], description='')", "A counter needs a name"),
        ("N = Count(by=[User], span='soon')", "`span`: 'soon' is no span of time."),
        ("N = Count(by=[User], span='900d')", "400 days"),
        ("N = Count(by=[User], span='0s')", "between a millisecond and 400 days"),
        ("N = Count(by=[User], span=Text)", "must be written out here"),
        ("N = Count(by=User, span='1h')", "`by` of Count must be `List[Any]`"),
        ("N = RateLimited(by=[User], max=0, every='1h')", "`max` must be from 1 to 1,000,000."),
        ("N = Count(by=[User], span='1h', name='a@b')", "no `@`"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    (problem,) = problems(HEAD + text)
    assert message in problem.message


def test_putting_in_order() -> None:
    order = InOrder(timedelta(seconds=10))
    moments = [0, 5, 3, 20, 12, 19, 40, 4, 41]
    assert [e.timestamp for e in order.all(at(m) for m in moments)] == [
        NOON + timedelta(seconds=m) for m in (0, 3, 5, 12, 19, 20, 4, 40, 41)
    ]
    assert order.late == 1


def test_keys_that_went_quiet_are_forgotten() -> None:
    rules, store = compiled(HEAD + "N = Count(by=[User], span='1m')"), MemoryCounters()
    for i in range(100):
        rules.evaluate(at(i, user=f"u{i}"), store)
    assert len(store) == 100
    store.sweep(int((NOON + timedelta(seconds=200)).timestamp()) * 1_000_000)
    assert 10 < len(store) < 30  # a minute's span and a minute's lateness


def test_an_example_may_tell_what_came_before() -> None:
    rules = compiled(HEAD + "N = Count(by=[User], span='1h')\nMany = Rule(when_all=[N > 20], description='')")
    event = '{"user": "u", "timestamp": "2026-03-01T12:30:00Z"}'
    before = '{"event": {"user": "u", "timestamp": "%s"}, "times": 20, "every": "1m"}'
    found = sml.run_examples(
        rules,
        f'{{"event": {event}, "fires": ["Many"], "features": {{"N": 21}}, "before": [{before % "2026-03-01T12:00:00Z"}]}}\n'
        f'{{"event": {event}, "silent": ["Many"], "features": {{"N": 10}}, "before": [{before % "2026-03-01T11:20:00Z"}]}}\n'
        f'{{"event": {event}, "features": {{"N": 3}}, "before": [{event}, {event}]}}\n'
        '{"event": {}, "before": [{"event": {}, "times": 0}]}',
    )
    assert [result.failures for result in found[:3]] == [(), (), ()]
    assert "`times` is a whole number from 1 to 10,000." in found[3].failures[0]
