"""Tests of a rule: events on which it must fire or must stay silent, kept beside it and run against any of its texts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from watchfloor.detection.events import RuleExampleChanged
from watchfloor.detection.models import Rule, RuleExample
from watchfloor.engines import sml
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

MOST = 500  # tests of one rule: they run whenever it takes a step


class Result(msgspec.Struct, frozen=True):
    """One test and how it came out; ``failure`` is empty where it passed."""

    id: UUID
    name: str
    fires: bool
    event: dict[str, Any]
    failure: str
    added_by: str


def add_example(w: Writer, rule: str, event: dict[str, Any], *, fires: bool, name: str = "") -> RuleExample:
    """Keep an event (Osprey's shape, or its data alone) as a test; the same one again changes nothing."""
    if not Rule.objects.filter(name=rule).exists():
        raise NotFound("no_rule", f"There is no rule {rule[:60]!r}.")
    sml.event_from(event)
    kept = RuleExample.objects.filter(rule=rule, removed_at__isnull=True)
    for row in kept:
        if msgspec.json.decode(row.event) == event:
            if row.fires != fires:
                raise Conflict("other_way", f"The test {row.name!r} wants the opposite of this event.", where="event")
            return row
    if len(kept) >= MOST:
        raise BadInput("too_many", f"A rule has at most {MOST} tests.", where="event")
    title = name.strip()[:120] or _title(event) or ("must fire" if fires else "must stay silent")
    row = w.create(
        RuleExample,
        rule=rule,
        name=title,
        fires=fires,
        event=msgspec.json.encode(event).decode(),
        added_by=w.actor,
        added_at=clock.now(),
    )
    w.event(RuleExampleChanged(rule=rule, fires=fires), row)
    return row


def remove_example(w: Writer, example_id: UUID) -> None:
    """Take a test out; the ledger keeps that it was there."""
    row = RuleExample.objects.filter(pk=example_id, removed_at__isnull=True).first()
    if row is None:
        raise NotFound("no_example", "There is no such test.")
    w.update(row, removed_at=clock.now())
    w.event(RuleExampleChanged(rule=row.rule, fires=row.fires, removed=True), row)


def run(rule: str, rules: sml.RuleSet | None) -> list[Result]:
    """Every test of a rule against a compiled set, in the order they were added."""
    results = []
    for number, row in enumerate(
        RuleExample.objects.filter(rule=rule, removed_at__isnull=True).order_by("added_at", "pk")
    ):
        failure = _failure(rule, rules, row, number)
        event = msgspec.json.decode(row.event)
        results.append(Result(row.pk, row.name, row.fires, event, failure, row.added_by))
    return results


def _failure(rule: str, rules: sml.RuleSet | None, row: RuleExample, number: int) -> str:
    if rules is None or rule not in rules.rules:
        return "The rule is not in the set."
    try:
        event = sml.event_from(msgspec.json.decode(row.event), default_id=number)
    except BadInput as error:
        return error.message
    # Labels are the floor's of the moment; a test must not change its answer with them.
    rules = rules.with_labels(None)
    if (rule in rules.fired(event)) == row.fires:
        return ""
    because = rules.explain(event, rule).because
    return f"It did not fire. {because}" if row.fires else f"It fired. {because}"


def _title(event: dict[str, Any]) -> str:
    """The beginning of the longest text in it."""
    found: list[str] = []
    todo: list[Any] = [event]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            todo.extend(value.values())
    longest = " ".join(max(found, key=len, default="").split())
    return longest if len(longest) <= 60 else longest[:59] + "…"
