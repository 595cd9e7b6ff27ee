"""Columns must agree with rows and with the plain interpreter on any rules and any events, wherever they claim to be exact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.test_sml_back_ends import boolean, data, integer, rule_sets, text

from watchfloor.engines import sml
from watchfloor.engines.sml.columns import UNTYPED
from watchfloor.engines.sml.columns.replay import Runner

_START = datetime(2026, 3, 1, tzinfo=UTC)
_RELAXED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def _compiled(sources: dict[str, str]) -> sml.RuleSet | None:
    try:
        return sml.compile_rules(sources)
    except sml.RuleErrors:
        return None  # the generator writes some constants that cannot be worked out


def _events(records: list[Any]) -> list[sml.Event]:
    """Events as they come out of storage: through JSON once."""
    frame = sml.flatten(
        sml.Event(number, "create_post", _START + timedelta(hours=number), record)
        for number, record in enumerate(records)
    )
    return [
        sml.event_from({"action_id": number, "action_name": name, "timestamp": when.isoformat(), "data": _json(text_)})
        for number, name, when, text_ in frame.select("action_id", "action_name", "timestamp", "data").iter_rows()
    ]


def _json(text_: str) -> Any:
    import msgspec

    return msgspec.json.decode(text_)


def check_agreement(rules: sml.RuleSet, events: list[sml.Event]) -> tuple[int, int]:
    """Every value on columns, where it says it is sure, equals the row engine's. How many were compared, and left out."""
    frame = sml.flatten(events)
    columns = sml.compile_columns(rules, sml.schema_of(frame))
    names = {**{f"f {name}": expr for name, expr in columns.features.items()}, **columns.fired}
    doubts = {f"u {name}": expr for name, expr in columns.unsure.items()}
    made = frame.select("action_id", **names, **doubts).to_dicts()
    compared = left_out = 0
    for event, row, untyped in zip(events, made, frame[UNTYPED].to_list(), strict=True):
        whole, plain = rules.evaluate(event).features, rules.interpret(event).features
        for name in (*columns.fired, *columns.features):
            if row.get(f"u {name}") or _touches(untyped, columns.paths[name]):
                left_out += 1
                continue
            compared += 1
            if name in columns.fired:
                assert row[name] is whole.get(name, False), name
            if name in columns.features:
                assert row[f"f {name}"] == whole.get(name) == plain.get(name), name
    return compared, left_out


def _touches(untyped: list[str] | None, paths: frozenset[str]) -> bool:
    return any(one.startswith(other) or other.startswith(one) for one in untyped or () for other in paths)


@settings(max_examples=80, deadline=None, suppress_health_check=_RELAXED)
@given(rule_sets(), st.lists(data, min_size=1, max_size=6))
def test_columns_equal_rows_and_interpreter(sources: dict[str, str], records: list[Any]) -> None:
    rules = _compiled(sources)
    if rules is not None:
        check_agreement(rules, _events(records))


@settings(max_examples=25, deadline=None, suppress_health_check=_RELAXED)
@given(rule_sets(), st.lists(data, min_size=1, max_size=8), st.integers(1, 7))
def test_counts_do_not_depend_on_the_way(sources: dict[str, str], records: list[Any], cut: int) -> None:
    rules = _compiled(sources)
    if rules is None:
        return
    events = _events(records)
    by_rows = Runner(rules, columns=False).run(sml.flatten(events).lazy())
    whole = Runner(rules).run(sml.flatten(events).lazy())
    in_two = Runner(rules).run(sml.flatten(events[cut:]).lazy())
    in_two.add(Runner(rules).run(sml.flatten(events[:cut]).lazy()))
    expected = _numbers(by_rows.finished(0.0))
    assert _numbers(whole.finished(0.0)) == expected
    assert _numbers(in_two.finished(0.0)) == expected


def _numbers(result: sml.Backtest) -> dict[str, Any]:
    return {name: getattr(result, name) for name in result.__struct_fields__ if name not in ("seconds", "by_rows")}


@settings(max_examples=25, deadline=None, suppress_health_check=_RELAXED)
@given(boolean, text, integer)
def test_most_of_the_language_runs_on_columns(condition: str, words: str, number: str) -> None:
    """Not a matter of luck: on well-typed events only what is named in the docs needs rows."""
    fields = {
        "s1": "a viagra", "s2": "b", "i1": 3, "i2": 4, "f1": 1.5, "b1": True, "b2": False, "l1": ["a"], "o1": "7",
        "o2": 9, "e1": "a",
    }  # fmt: skip
    declared = rule_prelude()
    sources = {"main.sml": f"{declared}T = {words}\nN = {number}\nR = Rule(when_all=[{condition}], description='r')"}
    rules = _compiled(sources)
    if rules is None or "Any1" in condition:
        return
    events = _events([{"n": fields}, {"n": {**fields, "f1": 2.25, "s1": "É"}}])
    columns = sml.compile_columns(rules, sml.schema_of(sml.flatten(events)))
    heavy = ("**", "<<", ">>", "//", "%", "*")
    if not any(op in source for op in heavy for source in (condition, words, number)):
        assert columns.by_rows == {}, columns.by_rows


def rule_prelude() -> str:
    """The declarations that the generated expressions use."""
    from tests.property.test_sml_back_ends import _DECLARED

    return _DECLARED


def test_a_planted_fault_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison above can fail: a columns back end that gets one operator wrong is caught."""
    from watchfloor.engines.sml.columns import expressions, operators

    def wrong(op: str, left: Any, right: Any) -> Any:
        return operators.ordered({"<": "<="}.get(op, op), left, right)

    class Wrong:
        def __getattr__(self, name: str) -> Any:
            return wrong if name == "ordered" else getattr(operators, name)

    rules = _compiled({"main.sml": "I: int = JsonData(path='$.i')\nR = Rule(when_all=[I < 3], description='r')"})
    assert rules is not None
    events = _events([{"i": 2}, {"i": 3}])
    assert check_agreement(rules, events) == (6, 0)
    monkeypatch.setattr(expressions, "operators", Wrong())
    with pytest.raises(AssertionError):
        check_agreement(rules, events)
