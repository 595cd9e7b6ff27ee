"""Examples beside rules: events that must and must not fire them, as JSON lines in ``*.examples.jsonl``.

One example a line::

    {"name": "pharmacy spam", "event": {...}, "fires": ["Pharmacy"], "silent": ["Greeting"], "verdicts": ["reject"],
     "labels": ["User/u1: +spammer"], "features": {"LinkCount": 3}, "has": {"User/u1": ["trusted"]}}

``event`` is in the shape of events elsewhere; its ``timestamp`` is the clock. ``fires`` lists rules that must fire
(others may),
``only`` lists exactly those that fire, ``silent`` rules that must not. ``verdicts`` and ``labels`` are compared
whole, ``features``
for the names given. ``before`` lists events that came before, which counters have
counted: each an event, or ``{"event": {...}, "times": 20, "every": "3s"}``. ``has`` puts labels on entities
beforehand. Empty lines and lines that begin with ``//`` are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
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


def run_examples(rules: RuleSet, text: str) -> list[ExampleResult]:
    """Run every example of one file; a line that cannot be read is a failure of its own."""
    results = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        try:
            example = msgspec.json.decode(line, type=Example)
            event = event_from(example.event, default_id=number)
            failures = _failures(rules, example, event)
            name = example.name
        except (msgspec.MsgspecError, BadInput) as error:
            failures, name = (f"This line is no example: {error}",), ""
        results.append(ExampleResult(name or f"line {number}", number, failures))
    return results


def _failures(rules: RuleSet, example: Example, event: Event) -> tuple[str, ...]:
    counters = MemoryCounters()
    for earlier in _before(example.before):
        rules.fired(earlier, counters)
    outcome = rules.with_labels(_lookup(example.has)).evaluate(event, counters)
    fired = [rule.name for rule in outcome.fired]
    known = set(rules.rules)
    found = [
        f"There is no rule called {name}."
        for name in [*example.fires, *example.silent, *(example.only or [])]
        if name not in known
    ]
    for name in example.fires:
        if name in known and name not in fired:
            found.append(f"{name} did not fire. {rules.explain(event, name, counters).because}")
    found.extend(f"{name} fired." for name in example.silent if name in fired)
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
