"""Questions to the lake: the same answers as the row engine, bounded, and never about what the asker may not know."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from tests.support.floor import someone
from tests.support.lake import NOON, event, fresh
from tests.support.rules import text_of_rule

from watchfloor.detection.investigate import matching, panels, running
from watchfloor.detection.investigate.asking import Question, ask
from watchfloor.engines import sml
from watchfloor.identity.domain import Actor, system
from watchfloor.intake import lake
from watchfloor.kernel.errors import BadInput, Forbidden

pytestmark = pytest.mark.django_db
ROOT = system("test")
INVESTIGATE = frozenset({"investigate.view"})
DAY = timedelta(days=1)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: Any) -> list[lake.Row]:
    """Four hundred events of two days in several files, some without this or that field."""
    fresh(monkeypatch, tmp_path)
    chance = random.Random(5)
    found = []
    for number in range(400):
        data: dict[str, Any] = {
            "text": chance.choice(["Cheap pills", "hello", "HELLO\n", "casino bonus", ""]),
            "n": chance.randrange(9),
        }
        if chance.random() < 0.3:
            del data["text"]
        if chance.random() < 0.5:
            data |= {
                "ok": chance.random() < 0.5,
                "tags": chance.sample(["a", "b", "c"], chance.randrange(4)),
                "score": chance.random(),
            }
        if chance.random() < 0.2:
            data["odd"] = chance.choice([1, "one"])
        found.append(
            event(
                number, data, minutes=chance.randrange(2 * 24 * 60), market=chance.choice(["US", "DE", ""]),
                author=chance.choice(["ann", "bob", "eve"]),
            )
        )  # fmt: skip
    for start in range(0, 400, 100):
        lake.write(found[start : start + 100])
    return found


def everything(text: str = "") -> Question:
    return Question(text, NOON, NOON + 2 * DAY)


QUERIES = [
    "$.item.data.text == 'hello'",
    "$.item.data.text != 'hello'",
    "$.item.data.text == None",
    "$.item.data.n > 5",
    "not $.item.data.n > 5",
    "$.item.data.score < 0.5 or $.item.data.n == 3",
    "$.item.data.ok and $.item.data.n >= 2",
    "not ($.item.data.ok and $.item.data.n >= 2)",
    "$.item.data.n + 1 > 3, $.author.id in ['ann', 'bob']",
    "$.author.id not in ['ann', 'bob']",
    "'b' in $.item.data.tags",
    "'ello' in $.item.data.text",
    "ListLength(list=$.item.data.tags) == 3",
    "RegexMatch(pattern=r'pill|casino', target=StringToLower(s=$.item.data.text))",
    "RegexMatch(pattern=r'^hello$', target=$.item.data.text, case_insensitive=True)",
    "RegexMatch(pattern=r'(?<!b)asino', target=$.item.data.text)",
    "StringLength(s=$.item.data.text) > 6",
    "ResolveOptional(optional_value=$.item.data.text, default_value='none') == 'none'",
    "StringStartsWith(s=$.item.data.text, start='Ch')",
    "$.item.data.tags[0] == 'a'",
    "$.item.data.odd == 'one'",
    "$.item.data.n * 4611686018427387904 > 3",
    "LowerText == 'hello'",
    "Greeting",
    "not Greeting",
]


def test_a_query_finds_what_the_row_engine_finds(small: list[lake.Row], rules: Any) -> None:
    rules.write("LowerText: str = StringToLower(s=Text)\n", text_of_rule("Greeting", "LowerText == 'hello'"))
    for text in QUERIES:
        asked = ask(ROOT, everything(text))
        found = asked.read(asked.files, [pl.col("action_id")])["action_id"].sort().to_list()
        by_hand = sml.compile_rules({"main.sml": BY_HAND.replace("QUERY", _named(text))})
        expected = [row.event.action_id for row in small if "Q" in by_hand.fired(row.event)]
        assert found == expected, text
        assert expected, text


def test_a_query_may_ask_a_list(small: list[lake.Row], rules: Any) -> None:
    from watchfloor.detection import lists
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing

    with writing(system("test")) as w:
        lists.create(w, "greetings", "texts")
        lists.add(w, "greetings", "hello")
    asked = ask(ROOT, everything("InList(list='greetings', value=$.item.data.text)"))
    found = asked.read(asked.files, [pl.col("action_id")])["action_id"].sort().to_list()
    rules_of = sml.compile_rules({"main.sml": LISTED}, lists=sml.frozen({"greetings": ("texts", ["hello"])}))
    assert found == [row.event.action_id for row in small if rules_of.fired(row.event)]
    assert found
    assert asked.by_rows


LISTED = """
Text: str = JsonData(path='$.item.data.text', required=False)
Q = Rule(when_all=[InList(list='greetings', value=Text)], description='greets')
"""
BY_HAND = """
Text: str = JsonData(path='$.item.data.text', required=False)
LowerText: str = StringToLower(s=Text)
Greeting = Rule(when_all=[LowerText == 'hello'], description='greets')
P1: int = JsonData(path='$.item.data.n', required=False)
P2: bool = JsonData(path='$.item.data.ok', required=False)
P3: List[str] = JsonData(path='$.item.data.tags', required=False)
P4: float = JsonData(path='$.item.data.score', required=False)
P5: str = JsonData(path='$.author.id', required=False)
P6: Any = JsonData(path='$.item.data.odd', required=False)
P7: str = JsonData(path='$.item.data.tags[0]', required=False)
Q = Rule(description='', when_all=[QUERY])
"""


def _named(text: str) -> str:
    names = {"P7": "tags[0]", "Text": "text", "P1": "n", "P2": "ok", "P3": "tags", "P4": "score", "P6": "odd"}
    for name, key in names.items():
        text = text.replace(f"$.item.data.{key}", name)
    return text.replace("$.author.id", "P5")


WRONG = [
    ("$.item.data.txt == 'a'", "No event of this span has `$.item.data.txt`.", 1, "Did you mean `$.item.data.text`?"),
    ("$.item.data.n == 1,\n  $.item.data.n == 'a'", "`int` and `str` are never equal", 3, ""),
    ("$.item.data.n ==", "This cannot be read", 1, ""),
    ("1 + 2)", "This cannot be read", 6, ""),
    ("$.item.data.text", "must be `bool`, but this is `str`", 1, ""),
    ("RegexMach(pattern='a', target=$.item.data.text)", "RegexMach", 1, "Did you mean `RegexMatch`"),
    ("Nope == 'a'", "Nope", 1, ""),
]


def test_what_is_wrong_is_said_at_its_place(small: list[lake.Row]) -> None:
    for text, message, column, hint in WRONG:
        with pytest.raises(sml.RuleErrors) as caught:
            ask(ROOT, everything(text))
        problem = caught.value.problems[0]
        assert message in problem.message and hint in problem.hint, problem
        assert (problem.line, problem.column, problem.file) == (text.count("\n") + 1, column, "query"), problem
        assert text.splitlines()[-1] in problem.rendered


def test_the_series_counts_every_event_once(small: list[lake.Row]) -> None:
    asked = ask(ROOT, everything("$.item.data.n > 5"))
    series = panels.series(asked)
    assert (series.all_events, series.all_matched) == (
        400,
        sum(row.event.data["item"]["data"]["n"] > 5 for row in small),
    )
    assert (series.step, len(series.times)) == (1800, 96)
    third = Counter(int((row.event.timestamp - NOON) / timedelta(minutes=30)) for row in small)
    assert series.total == [third[place] for place in range(96)]
    part = panels.series(ask(ROOT, Question("", NOON + timedelta(hours=1), NOON + timedelta(hours=2, minutes=7))))
    assert part.all_events == sum(
        NOON + timedelta(hours=1) <= row.event.timestamp < NOON + timedelta(hours=2, minutes=7) for row in small
    )


def test_leading_values_beside_the_period_before(small: list[lake.Row]) -> None:
    asked = ask(ROOT, Question("$.item.data.n > 5", NOON + DAY, NOON + 2 * DAY))
    author, tags = panels.top(asked, ["$.author.id", "$.item.data.tags"], limit=2)
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for row in small:
        if row.event.data["item"]["data"]["n"] > 5:
            counts[row.event.timestamp >= NOON + DAY][row.event.data["author"]["id"]] += 1
    expected = sorted(counts[True].items(), key=lambda each: (-each[1], each[0]))[:2]
    assert [(each.value, each.count, each.before) for each in author.values] == [
        (n, c, counts[False][n]) for n, c in expected
    ]
    assert (author.distinct, author.events, author.before) == (3, counts[True].total(), counts[False].total())
    assert {each.value for each in tags.values} <= {"a", "b", "c"}
    with pytest.raises(BadInput, match="different types"):
        panels.top(asked, ["$.item.data.odd"])
    with pytest.raises(BadInput, match="No event"):
        panels.top(asked, ["$.nope"])


def test_the_stream_pages_through_everything_newest_first(
    small: list[lake.Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "LOOK", 20)
    asked = ask(ROOT, everything("$.item.data.n > 2"))
    seen, after = [], ""
    while True:
        page = panels.stream(asked, ["$.author.id", "$.item.data.text"], after=after, limit=37)
        seen += page.events
        after = page.after
        if not after:
            break
    matching = [row for row in small if row.event.data["item"]["data"]["n"] > 2]
    expected = sorted(matching, key=lambda row: (row.event.timestamp, row.event.action_id), reverse=True)
    assert [each.action_id for each in seen] == [row.event.action_id for row in expected]
    assert seen[0].values == [
        expected[0].event.data["author"]["id"],
        expected[0].event.data["item"]["data"].get("text"),
    ]
    with pytest.raises(BadInput, match="does not exist"):
        panels.stream(asked, [], after="x")


def reader(**limits: Any) -> Actor:
    return someone(INVESTIGATE, **limits)


def test_nobody_is_told_of_other_markets(small: list[lake.Row]) -> None:
    canary = event(9_999, {"text": "canary", "n": 7}, market="BR", author="secret-person")
    lake.write([canary])
    german = reader(markets=frozenset({"DE"}))
    asked = ask(german, everything())
    mine = [row for row in small if row.market == "DE"]
    series = panels.series(asked)
    assert (series.all_events, series.all_matched) == (len(mine), len(mine))
    [markets, authors] = panels.top(asked, ["market", "$.author.id"], limit=100)
    assert [each.value for each in markets.values] == ["DE"] and "secret-person" not in {
        each.value for each in authors.values
    }
    assert {each.market for each in panels.stream(asked, ["data"[:0] or "market"], limit=1_000).events} == {"DE"}
    assert panels.one(asked, canary.id) is None and panels.one(ask(ROOT, everything()), canary.id) is not None
    # A market in the query, and one limited to nothing, give nothing more.
    assert panels.series(ask(german, everything("$.item.market == 'BR'"))).all_matched == 0
    assert panels.series(ask(reader(markets=frozenset()), everything())).all_events == 0
    # The answer kept for one is not given to another.
    assert panels.series(ask(ROOT, everything())).all_events == 401


def test_no_permission_no_answer(small: list[lake.Row]) -> None:
    with pytest.raises(Forbidden):
        ask(someone(), everything())


def test_items_of_restricted_cases_are_not_listed(small: list[lake.Row]) -> None:
    from tests.support.floor import Floor

    floor = Floor()
    item, version = floor.item("something", id="m7")
    case = floor.report(item, version, reason="child-abuse")
    assert case.clearance
    assert panels.one(ask(reader(), everything()), f"evt_{7:026}") is None
    assert panels.series(ask(reader(), everything())).all_events == 399


def test_a_question_that_takes_too_long_is_stopped(small: list[lake.Row], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SECONDS", -1.0)
    monkeypatch.setattr(running, "PIECE", 20)
    with pytest.raises(running.TooSlow):
        panels.series(ask(ROOT, everything()))
    monkeypatch.setattr(matching, "BY_ROWS", 10)
    with pytest.raises(BadInput, match="event by event"):
        ask(ROOT, everything("$.item.data.odd == 1"))
    with pytest.raises(
        BadInput, match="event by event"
    ):  # numbers that outgrow 64 bits are known only when they are met
        panels.series(ask(ROOT, everything("$.item.data.n * 4611686018427387904 > 4")))


def test_an_answer_grows_from_the_newest_hour_backwards(small: list[lake.Row], monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question("$.item.data.n > 5", NOON + DAY, NOON + 2 * DAY)
    names = ["$.author.id", "$.item.data.tags"]
    asked = ask(ROOT, question)
    whole = panels.series(asked), panels.top(asked, names), panels.stream(asked, names, limit=40)
    assert {whole[0].back_to, whole[1][0].back_to, whole[2].back_to} == {None}
    running.forget()
    monkeypatch.setattr(running, "PIECE", 20)
    monkeypatch.setattr(panels, "LOOK", 20)
    times = []
    while (part := panels.series(ask(ROOT, question), patience=0)).back_to is not None:
        counted = [row for row in small if part.back_to <= row.event.timestamp < question.end]
        assert part.all_events == len(counted)
        assert part.all_matched == sum(row.event.data["item"]["data"]["n"] > 5 for row in counted)
        times.append(part.back_to)
    assert part == whole[0] and len(times) > 3 and times == sorted(set(times), reverse=True)
    steps = 0
    while (tops := panels.top(ask(ROOT, question), names, patience=0))[0].back_to is not None:
        steps += 1
        assert all(top.events <= last.events for top, last in zip(tops, whole[1], strict=True))
    assert tops == whole[1] and steps > 6  # the span before too
    found = 0
    while (page := panels.stream(ask(ROOT, question), names, limit=40, patience=0)).back_to is not None:
        assert page.events == whole[2].events[: len(page.events)] and page.after == ""
        found += 1
    assert page == whole[2] and found


def test_the_panels_ask_each_file_once(small: list[lake.Row], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ask(ROOT, everything("RegexMatch(pattern='casino', target=$.item.data.text)"))
    assert not asked.by_rows and panels.series(asked).all_matched
    monkeypatch.setattr(matching.Matcher, "_evaluated", None)
    assert panels.top(asked, ["market"])[0].events and panels.stream(asked, ["market"]).events


def test_an_empty_lake_answers_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: Any) -> None:
    fresh(monkeypatch, tmp_path)
    asked = ask(ROOT, everything())
    assert panels.series(asked).all_events == 0
    assert panels.top(asked, ["market"])[0].values == [] and panels.stream(asked, ["market"]).events == []


def test_bad_spans(small: list[lake.Row]) -> None:
    for question in (Question("", NOON, NOON), Question("", NOON, NOON + 500 * DAY)):
        with pytest.raises(BadInput):
            ask(ROOT, question)


def test_what_rules_read_is_kept_with_each_event(small: list[lake.Row]) -> None:
    found = panels.one(ask(ROOT, everything()), small[3].id)
    assert found is not None and found["data"] == msgspec.to_builtins(small[3].event.data)
