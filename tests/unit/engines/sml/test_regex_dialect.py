"""Patterns outside the dialect run, and their author is told; in columns and in one pass they give the same answers."""

from __future__ import annotations

from datetime import UTC, datetime

from watchfloor.engines import sml
from watchfloor.engines.sml.patterns import compile_pattern
from watchfloor.engines.sml.scan import scanner

_RULES = """
Text: str = JsonData(path='$.text')
Plain = Rule(when_all=[RegexMatch(target=Text, pattern=r'\\bbuy\\b', case_insensitive=True)], description='p')
Looking = Rule(when_all=[RegexMatch(target=Text, pattern=r'(?<!not )buy')], description='l')
"""


def _event(text: str) -> sml.Event:
    return sml.Event(1, "post", datetime(2026, 3, 1, tzinfo=UTC), {"text": text})


def test_a_look_around_runs_with_a_warning() -> None:
    rules = sml.compile_rules({"main.sml": _RULES})
    (warning,) = rules.warnings
    assert (warning.code, warning.line) == ("regex_dialect", 4)
    assert rules.fired(_event("I buy")) == ("Plain", "Looking")
    assert rules.fired(_event("not buy")) == ("Plain",)


def test_columns_and_rows_agree_on_it() -> None:
    rules = sml.compile_rules({"main.sml": _RULES})
    events = [_event(text) for text in ("I buy", "not buy", "BUY ſo", "buyé", "")]
    frame = sml.flatten(events)
    columns = sml.compile_columns(rules, sml.schema_of(frame))
    found = frame.select("action_id", **columns.fired).to_dicts()
    for event, row in zip(events, found, strict=True):
        assert tuple(name for name in rules.rules if row[name]) == rules.fired(event)


def test_very_many_patterns_in_one_pass() -> None:
    patterns = [compile_pattern(rf"word{number}\b", True) for number in range(200)]
    scan = scanner(patterns)
    assert scan("a WORD7 and word199") == 1 << 7 | 1 << 199
    assert scan("é Word70, word7x") == 1 << 70
    assert scan("nothing") == 0


def test_only_the_beginning_of_an_endless_text_is_looked_at() -> None:
    scan = scanner([compile_pattern("end", False)])
    assert scan("x" * 99_997 + "end") == 1
    assert scan("x" * 99_998 + "end") == 0
