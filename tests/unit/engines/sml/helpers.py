"""Shorthand for tests: rule text in, features out."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent
from typing import Any

from watchfloor.engines import sml

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(
    data: dict[str, Any] | None = None, *, name: str = "create_post", number: int = 1, **fields: Any
) -> sml.Event:
    return sml.Event(number, name, NOON, data or {}, **fields)


def compiled(text: str | dict[str, str], **options: Any) -> sml.RuleSet:
    sources = {"main.sml": text} if isinstance(text, str) else text
    return sml.compile_rules({path: dedent(source) for path, source in sources.items()}, **options)


def outcome(
    text: str | dict[str, str], data: dict[str, Any] | None = None, *, labels: Any = None, **options: Any
) -> sml.Outcome:
    """What the rules give; both back ends are run, and must agree."""
    rules = compiled(text, labels=labels)
    happened = event(data, **options)
    fast, plain = rules.evaluate(happened), rules.interpret(happened)
    assert {**_fields(fast), "errors": ()} == {**_fields(plain), "errors": ()}
    assert rules.fired(happened) == tuple(rule.name for rule in fast.fired)
    return fast


def _fields(result: sml.Outcome) -> dict[str, Any]:
    return {name: getattr(result, name) for name in result.__struct_fields__}


def features(text: str | dict[str, str], data: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    return outcome(text, data, **options).features


def problems(text: str | dict[str, str], **options: Any) -> tuple[sml.Problem, ...]:
    """The problems of rules that must be refused."""
    try:
        compiled(text, **options)
    except sml.RuleErrors as errors:
        return errors.problems
    raise AssertionError("these rules were accepted")
