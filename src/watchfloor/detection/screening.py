"""Screening: rules and models look at one item version and say what they see.

The way on is the review floor's: findings become signals on a case, a rule that asks for review opens one, a rule that is
allowed to act decides through the same door as a person, so that every automatic action has a decision to appeal against.
"""

from __future__ import annotations

from typing import Any

from watchfloor.detection import domain, models_in_force, ruleset
from watchfloor.detection.contracts import Screening
from watchfloor.engines import sml
from watchfloor.items import actions as items
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.contracts import DecisionIn, SignalIn


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
    key = f"{item.type_key}/{item.external_id}"
    acting: set[str] = set()
    shadow: list[str] = []
    described: dict[str, str] = {}
    for fired in outcome.fired if outcome else ():
        described[fired.name] = fired.description
        mode = in_force.modes.get(fired.name)
        if mode is not None and domain.acts(mode.state, mode.percent, fired.name, key):
            acting.add(fired.name)
        elif mode is not None and mode.state in {"shadow", "partial"}:
            shadow.append(fired.name)
    found = _Found(described)
    for effect in outcome.effects if outcome else ():
        if acting.intersection(effect.rules):
            found.take(effect, sorted(acting.intersection(effect.rules)))
    for verdict in models_in_force.look(item_queries.text_of(item.type_key, data)):
        found.signals.append(verdict.signal)
        if verdict.opens_case:
            found.open_for.add(verdict.signal.policy_key)
    cases, decisions = _hand_over(w, item, version, found, reach)
    _label(w, item, found)
    return Screening(
        fired=tuple(sorted(acting)),
        shadow=tuple(shadow),
        verdicts=tuple(outcome.verdicts) if outcome and acting else (),
        signals=len(found.signals),
        cases=tuple(case.pk for case in cases.values()),
        decisions=tuple(decisions),
        errors=tuple(error.message for error in outcome.errors) if outcome else (),
    )


def sml_event(item: Item, data: dict[str, Any], name: str, event: dict[str, Any] | None) -> sml.Event:
    """What rules read: ``$.item.data.*``, ``$.item.type``, ``$.author.id``, ``$.event.*``."""
    author = item_queries.account_of(item)
    return sml.Event(
        action_id=item.pk.int >> 74,
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


class _Found:
    """What the rules that may act have asked for."""

    def __init__(self, described: dict[str, str]) -> None:
        self.described = described
        self.signals: list[SignalIn] = []
        self.open_for: set[str] = set()
        self.actions: list[tuple[str, str, str]] = []  # rule, policy, action
        self.labels: list[tuple[sml.LabelEffect, str]] = []

    def take(self, effect: sml.Effect, rules: list[str]) -> None:
        words = "; ".join(self.described.get(rule, rule) for rule in rules)
        source = f"rule:{rules[0]}"
        if isinstance(effect, sml.SignalEffect):
            self.signals.append(
                SignalIn(source=source, policy_key=effect.policy, score=effect.score, reason=effect.reason or words)
            )
        elif isinstance(effect, sml.ReviewEffect):
            self.signals.append(
                SignalIn(
                    source=source, policy_key=effect.policy, reason=words, severity=domain.severity(effect.severity)
                )
            )
            self.open_for.add(effect.policy)
        elif isinstance(effect, sml.ActionEffect):
            self.signals.append(SignalIn(source=source, policy_key=effect.policy, reason=words, score=1.0))
            self.actions.append((rules[0], effect.policy, effect.action))
        elif isinstance(effect, sml.LabelEffect) and effect.applies:
            self.labels.append((effect, source))


def _hand_over(w: Writer, item: Item, version: str, found: _Found, reach: int) -> tuple[dict[str, Any], list[Any]]:
    by_policy: dict[str, list[SignalIn]] = {}
    for signal in found.signals:
        by_policy.setdefault(signal.policy_key, []).append(signal)
    must_decide = {policy for _, policy, _ in found.actions}
    cases: dict[str, Any] = {}
    for policy, signals in by_policy.items():
        case = review.receive_signals(
            w,
            item.pk,
            version,
            signals,
            channel="rule",
            open_case=policy in found.open_for or policy in must_decide,
            reach=reach,
            item=item,
        )
        if case is not None:
            cases[policy] = case
    decisions = []
    for rule, policy, action in found.actions:
        case = cases.get(policy)
        if case is None or case.state == "closed":
            continue
        decision = DecisionIn(
            verdict="violating",
            violation_key=_violation(policy),
            actions=(action,),
            rationale=found.described.get(rule, ""),
        )
        decisions.append(review.decide_by_rule(w, case, decision, rule=rule).pk)
    return cases, decisions


def _violation(policy: str) -> str:
    """An automatic decision rests on the policy's first violation type."""
    types = policies.violations(policy, "")
    if not types:
        raise BadInput("no_violation_type", f"The policy {policy} has no violation type to decide under.", where="rule")
    return str(types[0].key)


def _label(w: Writer, item: Item, found: _Found) -> None:
    now = clock.now()
    for effect, source in found.labels:
        target = item
        if (effect.entity.type.lower(), str(effect.entity.id)) != (item.type_key, item.external_id):
            other = item_queries.find(effect.entity.type.lower(), str(effect.entity.id))
            if other is None:
                continue
            target = other
        if effect.status == "removed":
            for label in target.labels.filter(value=effect.label, removed_at__isnull=True):
                items.remove_label(w, label)
        else:
            expires = now + effect.expires_after if effect.expires_after else None
            items.add_label(w, target, effect.label, source=source, expires_at=expires)
