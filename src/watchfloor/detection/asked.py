"""What the rules that may act ask for, checked against the floor: a rule that names an unknown policy or action costs only itself."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from watchfloor.detection import domain
from watchfloor.enforcement import queries as enforcement
from watchfloor.engines import sml
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel.errors import BadInput
from watchfloor.policy import queries as policies
from watchfloor.review import queries as review
from watchfloor.review.contracts import SignalIn


class Deed(msgspec.Struct, frozen=True):
    """An action of the catalogue that a rule takes."""

    rule: str
    policy: str
    action: str


class Asked:
    """Collects the effects of one screening.

    Attributes:
        signals, open_for, deeds, labels, verdicts: what is to be done.
        queues: the queue a rule asks for, by harm group; the first to ask has its way.
        problems: sentences about what cannot be done, by the rule that asked for it.
    """

    def __init__(self, item: Item, described: Mapping[str, str]) -> None:
        self._item, self.described = item, described
        self.signals: list[SignalIn] = []
        self.open_for: set[str] = set()
        self.queues: dict[str, str] = {}
        self.deeds: list[Deed] = []
        self.labels: list[tuple[sml.LabelEffect, str]] = []
        self.verdicts: list[str] = []
        self.problems: list[tuple[str, str]] = []

    def take(self, effect: sml.Effect, rules: list[str]) -> None:
        """One effect, caused by ``rules`` (those of its rules that may act)."""
        try:
            self._take(effect, rules[0], "; ".join(self.described.get(rule, rule) for rule in rules))
        except BadInput as error:
            self.problems.append((rules[0], error.message))

    def review(self, signal: SignalIn, who: str) -> None:
        """A finding of something beside the rules that opens a case."""
        try:
            policies.policy(signal.policy_key)
        except BadInput as error:  # the policy is gone since
            self.problems.append((who, error.message))
            return
        self.signals.append(signal)
        self.open_for.add(signal.policy_key)

    def _take(self, effect: sml.Effect, rule: str, words: str) -> None:
        source = f"rule:{rule}"
        match effect:
            case sml.SignalEffect():
                policies.policy(effect.policy)
                reason = effect.reason or words
                self.signals.append(
                    SignalIn(source=source, policy_key=effect.policy, score=effect.score, reason=reason)
                )
            case sml.ReviewEffect():
                policies.policy(effect.policy)
                grave = domain.severity(effect.severity)
                self.signals.append(SignalIn(source=source, policy_key=effect.policy, reason=words, severity=grave))
                self.open_for.add(effect.policy)
                if effect.queue:
                    self._ask_for_queue(effect.policy, effect.queue, rule)
            case sml.ActionEffect():
                self._take_deed(effect, rule)
                self.signals.append(SignalIn(source=source, policy_key=effect.policy, reason=words, score=1.0))
            case sml.LabelEffect():
                if effect.applies:
                    self.labels.append((effect, source))
            case sml.VerdictEffect():
                self.verdicts.append(effect.verdict)
            case _:
                raise BadInput("unknown_effect", f"Nothing here carries out the effect {effect.kind!r}.")

    def _ask_for_queue(self, policy: str, queue: str, rule: str) -> None:
        """The queue a rule names is taken where it may have the case; where not, routing decides and the rule's page says so."""
        if why := review.why_not_queue(queue, policy):
            self.problems.append((rule, why))
        else:
            self.queues.setdefault(policies.policy(policy).harm_group, queue)

    def _take_deed(self, effect: sml.ActionEffect, rule: str) -> None:
        policies.policy(effect.policy)
        enforcement.kind(effect.action)
        violation_of(effect.policy, self._item.market)
        if effect.entity is not None and not self._is_here(effect.entity):
            raise BadInput("other_entity", f"{effect.action} on {effect.entity} is not this item or its account.")
        self.deeds.append(Deed(rule, effect.policy, effect.action))

    def _is_here(self, entity: sml.Entity) -> bool:
        account = item_queries.account_of(self._item)
        here = [(each.type_key, each.external_id) for each in (self._item, account) if each is not None]
        return (entity.type.lower(), str(entity.id)) in here


def violation_of(policy: str, market: str) -> str:
    """An automatic decision rests on the policy's first violation type that holds in the market."""
    types = policies.violations(policy, market)
    if not types:
        raise BadInput("no_violation_type", f"The policy {policy} has no violation type to decide under.", where="rule")
    return types[0].key
