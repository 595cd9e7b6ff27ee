"""Screening: rules and models look at one item version and say what they see.

The way on is the review floor's: findings become signals on a case, a rule that asks for review opens one, a rule that is
allowed to act decides through the same door as a person, so that every automatic action has a decision to appeal against.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec

from watchfloor.detection import beside, domain, hits, models_in_force, ruleset
from watchfloor.detection.asked import Asked
from watchfloor.detection.contracts import Screening
from watchfloor.detection.handover import Handover
from watchfloor.detection.modelling import drawing
from watchfloor.engines import sml
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.platform.tracing import traced
from watchfloor.policy import queries as policies
from watchfloor.review.contracts import SignalIn

log = logging.getLogger(__name__)
WAITING = "+"  # after a rule's name, in counts: the text that waits, running beside the one in force
REPORTED = "item_reported"  # screening for a report: nothing happened to the item
SEED = 2**53 - 1  # the random functions' seed must be exact in JSON


@traced("detection.screen")
def screen(
    w: Writer,
    item: Item,
    version: str,
    data: dict[str, Any],
    *,
    name: str = "item_seen",
    event: dict[str, Any] | None = None,
    reach: int = 0,
    at: datetime | None = None,
) -> Screening:
    """Run the rules in force and the live models over one version of an item.

    Args:
        data: the version's data; ``event``: the platform event's own fields, if one brought it.
        name: what happened (``message_posted``, ``item_reported``).
        at: when it happened, for counters and all else that asks for the time; now, if not told. Never in the future.
    """
    in_force = ruleset.current()
    readings = in_force.readings(sml_event(item, data, name, event, at))
    fired = fired_of(in_force, readings, f"{item.type_key}/{item.external_id}")
    asked = Asked(item, fired.described)
    for effect, rules in effects_of(in_force, readings, fired.acting):
        asked.take(effect, rules)
    text = item_queries.text_of(item.type_key, data)
    said, found = models_in_force.assess(text, item.language)
    for verdict in found:
        asked.signals.append(verdict.signal)
        if verdict.opens_case:
            asked.open_for.add(verdict.signal.policy_key)
    drawn = _draw(item, said, asked) if text and name != REPORTED else []
    if name != REPORTED:
        _restricted(asked, beside.Happening(item=item, name=name, data=data, event=event or {}, at=_moment(at)))
    handover = Handover(w, item, version, asked, reach)
    handover.run()
    drawing.keep(w, item, version, drawn, handover.cases)
    for rule, problem in asked.problems:
        log.warning("the rule %s could not do what it asks for: %s", rule, problem)
    failed = fired.failed | {rule for rule, _ in asked.problems}
    counted = (*fired.shadow, *(name + WAITING for name in fired.waiting))
    hits.note(item.pk, version, clock.now(), acted=sorted(fired.acting), shadow=counted, errors=sorted(failed))
    return Screening(
        fired=tuple(sorted(fired.acting)),
        shadow=fired.shadow,
        verdicts=tuple(asked.verdicts),
        signals=len(asked.signals),
        cases=tuple(handover.cases),
        decisions=tuple(handover.decisions),
        errors=(
            *dict.fromkeys(error.message for outcome, _ in readings for error in outcome.errors),
            *(text for _, text in asked.problems),
        ),
    )


def _draw(item: Item, said: list[drawing.Said], asked: Asked) -> list[drawing.Taken]:
    """For which models this item, which nobody reported, goes into review; their own word is then kept from the reviewer."""
    drawn = drawing.consider(item, said, {policies.policy(deed.policy).harm_group for deed in asked.deeds})
    for each in drawn:
        if each.stratum != "opened":
            asked.signals = [row for row in asked.signals if row.source != f"model:{each.policy}"]
            asked.signals.append(drawing.signal(each))
            asked.open_for.add(each.policy)
    return drawn


def _restricted(asked: Asked, what: beside.Happening) -> None:
    """It is out already: what was to be held for review is reviewed now; of the rest only the hit is kept."""
    for held in beside.after(what):
        if held.verdict and held.effect == "review":
            source = f"restriction:{held.key}"
            asked.review(SignalIn(source=source, policy_key=held.policy, reason=held.reason), source)


def sml_event(
    item: Item, data: dict[str, Any], name: str, event: dict[str, Any] | None, at: datetime | None = None
) -> sml.Event:
    """What rules read: ``$.item.data.*``, ``$.item.type``, ``$.author.id``, ``$.event.*``."""
    author = item_queries.account_of(item)
    return sml.Event(
        action_id=number_of(item),
        action_name=name,
        timestamp=_moment(at),
        data={
            "item": {
                "type": item.type_key,
                "id": item.external_id,
                "market": item.market,
                "language": item.language,
                "data": data,
            },
            "author": {"type": author.type_key, "id": author.external_id} if author else {},
            "event": event or {},
        },
    )


def _moment(at: datetime | None) -> datetime:
    now = clock.now()
    return now if at is None else min(at.astimezone(UTC), now)


def number_of(item: Item) -> int:
    """The number of an item's events, made of its name: before it is stored, after, and when its first storing was rolled back."""
    name = f"{item.type_key}\x1f{item.external_id}".encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest()) & SEED


class Fired(msgspec.Struct):
    """The rules of one event, by what their states let them do; ``waiting``: rules whose waiting text fired."""

    acting: set[str] = msgspec.field(default_factory=set)
    shadow: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    failed: set[str] = msgspec.field(default_factory=set)
    described: dict[str, str] = msgspec.field(default_factory=dict)


def _speaks(in_force: ruleset.InForce, only: frozenset[str] | None, rule: str) -> bool:
    """Whether this reading is the one a rule goes by."""
    return rule not in in_force.pinned if only is None else rule in only


def effects_of(
    in_force: ruleset.InForce, readings: list[tuple[sml.Outcome, frozenset[str] | None]], acting: set[str]
) -> Iterator[tuple[sml.Effect, list[str]]]:
    """What is asked for, each with those of its rules that may act and go by the text it stands in."""
    for outcome, only in readings:
        for effect in outcome.effects:
            if rules := sorted(rule for rule in acting.intersection(effect.rules) if _speaks(in_force, only, rule)):
                yield effect, rules


def fired_of(
    in_force: ruleset.InForce, readings: list[tuple[sml.Outcome, frozenset[str] | None]], item_key: str
) -> Fired:
    """Which of the rules that fired may act on this item, which only count, and which could not be decided."""
    found = Fired()
    shadow: list[str] = []
    for outcome, only in readings:
        for fired in outcome.fired:
            mode = in_force.modes.get(fired.name)
            if not _speaks(in_force, only, fired.name):
                if only is None and mode is not None:
                    found.waiting += (fired.name,)
                continue
            found.described[fired.name] = fired.description
            if mode is None:
                continue
            if domain.acts(mode.state, mode.percent, fired.name, item_key):
                found.acting.add(fired.name)
            elif mode.state in domain.COUNTING:
                shadow.append(fired.name)
        if outcome.errors:  # a value that was missing where it may be is no error
            for entry in outcome.audit:
                for name in entry.rules_failed:
                    mode = in_force.modes.get(name)
                    if mode is not None and mode.state in domain.COUNTING and _speaks(in_force, only, name):
                        found.failed.add(name)
    found.shadow = tuple(shadow)
    return found
