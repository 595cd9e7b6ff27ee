"""Screening: rules and models look at one item version and say what they see.

The way on is the review floor's: findings become signals on a case, a rule that asks for review opens one, a rule that is
allowed to act decides through the same door as a person, so that every automatic action has a decision to appeal against.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from watchfloor.detection import domain, hits, models_in_force, ruleset
from watchfloor.detection.asked import Asked
from watchfloor.detection.contracts import Screening
from watchfloor.detection.handover import Handover
from watchfloor.engines import sml
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer

log = logging.getLogger(__name__)
SEED = 2**53 - 1  # the random functions' seed must be exact in JSON


def screen(
    w: Writer,
    item: Item,
    version: str,
    data: dict[str, Any],
    *,
    name: str = "item_seen",
    event: dict[str, Any] | None = None,
    reach: int = 0,
) -> Screening:
    """Run the rules in force and the live models over one version of an item.

    Args:
        data: the version's data; ``event``: the platform event's own fields, if one brought it.
        name: what happened (``message_posted``, ``item_reported``).
    """
    in_force = ruleset.current()
    outcome = in_force.rules.evaluate(sml_event(item, data, name, event)) if in_force.rules is not None else None
    fired = fired_of(in_force, outcome, f"{item.type_key}/{item.external_id}")
    asked = Asked(item, fired.described)
    for effect in outcome.effects if outcome else ():
        if rules := sorted(fired.acting.intersection(effect.rules)):
            asked.take(effect, rules)
    for verdict in models_in_force.look(item_queries.text_of(item.type_key, data)):
        asked.signals.append(verdict.signal)
        if verdict.opens_case:
            asked.open_for.add(verdict.signal.policy_key)
    handover = Handover(w, item, version, asked, reach)
    handover.run()
    for rule, problem in asked.problems:
        log.warning("the rule %s could not do what it asks for: %s", rule, problem)
    failed = fired.failed | {rule for rule, _ in asked.problems}
    hits.note(item.pk, version, clock.now(), acted=sorted(fired.acting), shadow=fired.shadow, errors=sorted(failed))
    return Screening(
        fired=tuple(sorted(fired.acting)),
        shadow=fired.shadow,
        verdicts=tuple(asked.verdicts),
        signals=len(asked.signals),
        cases=tuple(handover.cases),
        decisions=tuple(handover.decisions),
        errors=(
            *(error.message for error in (outcome.errors if outcome else ())),
            *(text for _, text in asked.problems),
        ),
    )


def sml_event(item: Item, data: dict[str, Any], name: str, event: dict[str, Any] | None) -> sml.Event:
    """What rules read: ``$.item.data.*``, ``$.item.type``, ``$.author.id``, ``$.event.*``."""
    author = item_queries.account_of(item)
    return sml.Event(
        action_id=item.pk.int & SEED,
        action_name=name,
        timestamp=clock.now(),
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


class Fired(msgspec.Struct):
    """The rules of one outcome, by what their states let them do."""

    acting: set[str]
    shadow: tuple[str, ...]
    failed: set[str]
    described: dict[str, str]


def fired_of(in_force: ruleset.InForce, outcome: sml.Outcome | None, item_key: str) -> Fired:
    """Which of the rules that fired may act on this item, which only count, and which could not be decided."""
    acting: set[str] = set()
    shadow: list[str] = []
    described: dict[str, str] = {}
    failed: set[str] = set()
    if outcome is None:
        return Fired(acting, (), failed, described)
    for fired in outcome.fired:
        described[fired.name] = fired.description
        mode = in_force.modes.get(fired.name)
        if mode is None:
            continue
        if domain.acts(mode.state, mode.percent, fired.name, item_key):
            acting.add(fired.name)
        elif mode.state in domain.COUNTING:
            shadow.append(fired.name)
    if outcome.errors:  # a value that was missing where it may be is no error
        for entry in outcome.audit:
            for name in entry.rules_failed:
                mode = in_force.modes.get(name)
                if mode is not None and mode.state in domain.COUNTING:
                    failed.add(name)
    return Fired(acting, tuple(shadow), failed, described)
