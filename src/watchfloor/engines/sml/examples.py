"""Examples beside rules: events that must and must not fire them, with the clock they happen at.

As TOML, in ``tests/NAME.toml``, the pleasant way::

    [[example]]
    name = "pharmacy spam"
    action = "create_post"
    at = 2026-03-01T12:00:00Z                 # the clock; this event's time
    data.user.id = "u1"
    data.text = "cheap viagra"
    fires = ["Pharmacy"]                      # must fire; others may
    silent = ["Greeting"]                     # must not fire
    verdicts = ["reject"]
    labels = ["User/u1: +spammer"]

``only`` lists exactly the rules that fire. ``verdicts`` and ``labels`` are compared whole, ``features`` for the names
given. ``has`` puts labels on entities beforehand: ``has = { "User/u1" = ["trusted"] }``. ``before`` lists events that
happened earlier, in order, for rules that count: ``before = [{ at = 2026-03-01T11:59:00Z, data.user.id = "u1" }]``, with
``times = 20, every = "3s"`` for many alike (in JSON lines ``{"event": {...}, "times": 20, "every": "3s"}``); each example
begins with empty counters. In JSON lines, empty lines and lines that begin with ``//`` are passed over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from watchfloor.engines.sml.counters import MemoryCounters
from watchfloor.engines.sml.counters.spec import span_of
from watchfloor.engines.sml.events import event_from
from watchfloor.engines.sml.function import LabelState
from watchfloor.engines.sml.outcome import Entity, Event, LabelEffect, Outcome
from watchfloor.engines.sml.ruleset import RuleSet
from watchfloor.kernel.errors import BadInput


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One example as written."""

    event: dict[str, Any]
    name: str = ""
    fires: list[str] = []
    silent: list[str] = []
    only: list[str] | None = None
    verdicts: list[str] | None = None
    labels: list[str] | None = None
    features: dict[str, Any] = {}
    has: dict[str, list[str]] = {}
    before: list[dict[str, Any]] = []


class ExampleResult(msgspec.Struct, frozen=True):
    """What came of one example: ``failures`` says in sentences what was not as expected; empty means passed."""

    name: str
    line: int
    failures: tuple[str, ...]


def example_files(folder: Path) -> list[Path]:
    """The files of examples beside the rules in a folder."""
    return sorted(
        {*folder.rglob("*.examples.jsonl"), *folder.glob("tests/**/*.toml"), *folder.glob("tests/**/*.jsonl")}
    )


def run_examples(rules: RuleSet, text: str, *, toml: bool = False) -> list[ExampleResult]:
    """Run every example of one file; what cannot be read is a failure of its own.

    Args:
        rules: with the lists they ask.
        toml: whether the text is TOML; JSON lines otherwise.
    """
    results = []
    for number, raw in _toml(text) if toml else _json_lines(text):
        name = ""
        try:
            if isinstance(raw, str):
                raise BadInput("bad_example", raw)
            example = msgspec.convert(raw, Example)
            name = example.name
            failures = _failures(rules, example, event_from(example.event, default_id=number))
        except (msgspec.MsgspecError, BadInput) as error:
            failures = (f"This {'table' if toml else 'line'} is no example: {error}",)
        place = f"example {number}" if toml else f"line {number}"
        results.append(ExampleResult(name or place, number, failures))
    return results


def _json_lines(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("//"):
            try:
                yield number, msgspec.json.decode(line)
            except (msgspec.MsgspecError, RecursionError) as error:
                yield number, str(error)


def _toml(text: str) -> Iterator[tuple[int, Any]]:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        yield 1, f"the file is not TOML: {error}"
        return
    examples = document.pop("example", [])
    if document or not isinstance(examples, list):
        yield 1, "a file of examples holds only tables called [[example]]"
        return
    for number, raw in enumerate(examples, start=1):
        yield number, _from_toml(raw, number)


def _from_toml(raw: dict[str, Any], number: int) -> dict[str, Any]:
    """An example as in JSON: ``action``, ``at`` and ``data`` make the event."""
    plain: dict[str, Any] = _plain(raw)
    plain["event"] = _event_of(plain, number)
    earlier = plain.get("before", [])
    if isinstance(earlier, list):
        inherited = {"action": plain["event"]["action_name"], "at": plain["event"].get("timestamp")}
        plain["before"] = [
            _earlier({**inherited, **entry}, -place) if isinstance(entry, dict) else entry
            for place, entry in enumerate(earlier, start=1)
        ]
    return plain


def _earlier(fields: dict[str, Any], number: int) -> dict[str, Any]:
    """An event that came before, or many alike."""
    repeated: dict[str, Any] = {name: fields.pop(name) for name in ("times", "every") if name in fields}
    event = _event_of(fields, number)
    return {"event": event} | repeated if repeated else event


def _event_of(fields: dict[str, Any], number: int) -> dict[str, Any]:
    made = {
        "action_id": fields.pop("id", number),
        "action_name": fields.pop("action", "event"),
        "data": fields.pop("data", {}),
    }
    at, secret = fields.pop("at", None), fields.pop("secret", None)
    return {
        **made,
        **({"timestamp": at} if at is not None else {}),
        **({"secret": secret} if secret is not None else {}),
    }


def _plain(value: Any) -> Any:
    """TOML's values as JSON's: moments as texts."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime | date) else value


def _failures(rules: RuleSet, example: Example, event: Event) -> tuple[str, ...]:
    asked = rules.with_labels(_lookup(example.has))
    store = MemoryCounters()
    for earlier in _before(example.before):
        asked.fired(earlier, store)
    missed = {name: asked.explain(event, name, store) for name in example.fires if name in rules.rules}
    outcome = asked.evaluate(event, store)
    fired = [rule.name for rule in outcome.fired]
    known = set(rules.rules)
    found = [
        f"There is no rule called {name}."
        for name in [*example.fires, *example.silent, *(example.only or [])]
        if name not in known
    ]
    for name in example.fires:
        if name in known and name not in fired:
            found.append(f"{name} did not fire. {missed[name].because}")
    for name in example.silent:
        if name in fired:
            met = "; ".join(condition.words for condition in asked.explain(event, name, store).conditions)
            found.append(f"{name} fired: {met}.")
    if example.only is not None and sorted(example.only) != sorted(fired):
        found.append(f"Fired: {_listed(fired)}; expected exactly {_listed(example.only)}.")
    if example.verdicts is not None and sorted(example.verdicts) != sorted(outcome.verdicts):
        found.append(f"Verdicts: {_listed(outcome.verdicts)}; expected {_listed(example.verdicts)}.")
    labels = _labels(outcome)
    if example.labels is not None and sorted(example.labels) != labels:
        found.append(f"Labels: {_listed(labels)}; expected {_listed(example.labels)}.")
    for name, expected in example.features.items():
        got = outcome.features.get(name)
        if name not in outcome.features:
            found.append(f"There is no feature {name}.")
        elif got != expected:
            found.append(f"{name} is {got!r}; expected {expected!r}.")
    return tuple(found)


def _before(events: list[dict[str, Any]]) -> Iterator[Event]:
    """The events that came before, each with a number of its own."""
    number = 0
    for each in events:
        many = "times" in each and "event" in each
        event = event_from(each["event"] if many else each)
        if many and not (isinstance(each["times"], int) and 0 < each["times"] <= 10_000):
            raise BadInput("bad_example", "`times` is a whole number from 1 to 10,000.", where="before.times")
        try:
            pause = timedelta(microseconds=span_of(str(each.get("every", "1s"))))
        except ValueError as error:
            raise BadInput("bad_example", f"{error}.", where="before.every", hint="Write '3s' or '10m'.") from None
        for turn in range(each["times"] if many else 1):
            number -= 1
            yield msgspec.structs.replace(event, action_id=number, timestamp=event.timestamp + turn * pause)


def _labels(outcome: Outcome) -> list[str]:
    return sorted(label_words(effect) for effect in outcome.labels)


def label_words(effect: LabelEffect) -> str:
    """``User/u1: +spammer``"""
    return f"{effect.entity}: {'+' if effect.status == 'added' else '-'}{effect.label}"


def _lookup(has: Mapping[str, list[str]]) -> Any:
    def labels(entity: Entity) -> Mapping[str, LabelState]:
        return {label: LabelState() for label in has.get(str(entity), ())}

    return labels


def _listed(names: Any) -> str:
    return ", ".join(names) or "none"
