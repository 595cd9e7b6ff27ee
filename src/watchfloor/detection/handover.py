"""From findings to the floor: signals join or open cases, deeds become decisions, labels are put on and taken off."""

from __future__ import annotations

from uuid import UUID

from watchfloor.detection import due_labels
from watchfloor.detection.asked import Asked, Deed, violation_of
from watchfloor.detection.hold import holding
from watchfloor.detection.modelling import vetoes
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.contracts import DecisionIn, SignalIn
from watchfloor.review.models import Case, Decision


class Handover:
    """One item version's findings on their way; ``cases`` and ``decisions`` fill as they go."""

    def __init__(self, w: Writer, item: Item, version: str, asked: Asked, reach: int) -> None:
        self.w, self.item, self.version, self.asked, self.reach = w, item, version, asked, reach
        self.cases: dict[UUID, Case] = {}
        self.decisions: list[UUID] = []

    def run(self) -> None:
        """Hand everything over, in the writer's transaction."""
        by_group: dict[str, list[SignalIn]] = {}
        for signal in self.asked.signals:
            by_group.setdefault(_group(signal.policy_key), []).append(signal)
        deeds = self._deeds()
        for group in sorted(by_group):
            opens = any(_group(policy) == group for policy in self.asked.open_for)
            if not self._decided(by_group[group], deeds.get(group, [])):
                self._receive(by_group[group], opens=opens or group in deeds, make_job=True)
        self._label()

    def _deeds(self) -> dict[str, list[Deed]]:
        """Deeds by harm group; none where a person has found this very version clean: a rule does not overrule people."""
        if not self.asked.deeds:
            return {}
        cleared = set(
            Decision.objects.filter(
                case__item=self.item, item_version=self.version, verdict=Decision.Verdict.CLEAN,
                origin__in=("human", "appeal"), superseded_at__isnull=True,
            ).values_list("case__harm_group", flat=True)
        )  # fmt: skip
        found: dict[str, list[Deed]] = {}
        for deed in self.asked.deeds:
            if (group := _group(deed.policy)) not in cleared:
                found.setdefault(group, []).append(deed)
        return found

    def _decided(self, signals: list[SignalIn], deeds: list[Deed]) -> bool:
        """Whether the signals were handed over together with an automatic decision. What fails is left to a person."""
        if not deeds or holding() is not None:  # held: the case is opened, and people decide
            return False
        guard = vetoes.guard_of(deeds[0].policy, self.item.language)
        try:
            with self.w.attempt():
                case = self._receive(signals, opens=True, make_job=guard is not None)
                if guard is not None and case is not None and case.state == Case.State.OPEN:
                    vetoes.hold(guard, case, self._finding(deeds), deeds[0].rule)
                elif case is not None and case.state == Case.State.OPEN:
                    self._decide(case, deeds)
        except WatchfloorError as error:
            self.asked.problems.append((deeds[0].rule, error.message))
            return False
        return True

    def _decide(self, case: Case, deeds: list[Deed]) -> None:
        decision = review.decide_by_rule(self.w, case, self._finding(deeds), rule=deeds[0].rule)
        self.decisions.append(decision.pk)

    def _finding(self, deeds: list[Deed]) -> DecisionIn:
        """One decision for all that is done to the item, under the first deed's policy."""
        first = deeds[0]
        rationale = "; ".join(dict.fromkeys(self.asked.described.get(deed.rule, deed.rule) for deed in deeds))
        return DecisionIn(
            verdict="violating", violation_key=violation_of(first.policy, self.item.market), rationale=rationale,
            actions=tuple(dict.fromkeys(deed.action for deed in deeds)),
        )  # fmt: skip

    def _receive(self, signals: list[SignalIn], *, opens: bool, make_job: bool) -> Case | None:
        case = review.receive_signals(
            self.w, self.item.pk, self.version, signals, channel="rule", open_case=opens, reach=self.reach,
            make_job=make_job, item=self.item, queue=self.asked.queues.get(_group(signals[0].policy_key), ""),
        )  # fmt: skip
        if case is not None:
            self.cases[case.pk] = case
        return case

    def _label(self) -> None:
        for effect, source in self.asked.labels:
            if effect.delay_action_by is not None and effect.delay_action_by.total_seconds() > 0:
                due_labels.ask(effect, source.removeprefix("rule:"))
                continue
            target = self._entity(effect.entity.type.lower(), str(effect.entity.id))
            if target is None:
                self.asked.problems.append(
                    (source.removeprefix("rule:"), f"No item {effect.entity} is known to put a label on.")
                )
                continue
            due_labels.put(self.w, target, effect.label, effect.status, source, effect.expires_after)

    def _entity(self, type_key: str, external_id: str) -> Item | None:
        if (type_key, external_id) == (self.item.type_key, self.item.external_id):
            return self.item
        return item_queries.find(type_key, external_id)


def _group(policy: str) -> str:
    return policies.policy(policy).harm_group
