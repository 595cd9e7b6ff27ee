"""What we say of a text that another system asks about: rules, banks and models as they are in force; nothing is written.

A rule that would reject it, act on it or open a case for the policy is certain, and so is a known text of one of the policy's banks. A
model gives a score and is never certain by itself: its precision was measured on what people decide, which is what was reported, and
there most is violating; what any website asks about is another crowd, of which the same score promises nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import msgspec

from watchfloor.detection import models_in_force
from watchfloor.detection.banks import lookup
from watchfloor.detection.banks.models import Bank
from watchfloor.detection.contracts import Question
from watchfloor.detection.verdict import Judge
from watchfloor.kernel.errors import BadInput, NotFound

REJECTS = frozenset({"reject", "block"})
ITEM = "comment"


class Finding(msgspec.Struct, frozen=True):
    """What speaks against a text under one policy. ``score`` is 1 where it is certain; ``by`` names rule, bank or model."""

    policy: str
    score: float
    by: str
    why: str = ""
    certain: bool = False
    rejects: bool = False


JUDGE = Judge()
"""The rules in force, kept fresh by a thread of its own from the first question on; one in each process."""


def findings(text: str, *, author: str = "", data: Mapping[str, str] | None = None) -> list[Finding]:
    """Everything that speaks against a text, the strongest first."""
    found = [*_of_rules(text, author, data or {}), *_of_banks(text), *_of_models(text)]
    return sorted(found, key=lambda each: (-each.certain, -each.score, each.policy, each.by))


def _of_rules(text: str, author: str, data: Mapping[str, str]) -> list[Finding]:
    question = Question(
        name="content_checked", item_type=ITEM, item_id=str(uuid.uuid4()), data={**data, "text": text},
        author_id=author, event=dict(data),
    )  # fmt: skip
    try:
        said = JUDGE.ask(question)
    except BadInput:  # this floor has no comments: then no rule speaks of them
        return []
    if said.held_until is not None:  # automatic actions are held, and this is one
        return []
    rejects = bool(REJECTS.intersection(said.verdicts))
    why = {each.rule: each.reason for each in said.fired}
    found = {}
    for effect in said.effects:
        policy = getattr(effect, "policy", "")
        rule = effect.rules[0] if effect.rules else ""
        if policy and getattr(effect, "kind", "") != "signal":
            found[policy, rule] = Finding(policy, 1.0, f"rule:{rule}", why.get(rule, ""), certain=True, rejects=rejects)
        elif policy:
            score = float(getattr(effect, "score", 0.0) or 0.0)
            found.setdefault((policy, rule), Finding(policy, score, f"rule:{rule}", why.get(rule, ""), rejects=rejects))
    if rejects and not found:  # a rule that only says no
        found["", ""] = Finding("", 1.0, "rules", "; ".join(why.values()), certain=True, rejects=True)
    return list(found.values())


def _of_banks(text: str) -> list[Finding]:
    try:
        near = lookup.look_up("text", text)
    except BadInput:  # too short to be known, or too long
        return []
    if not near or any(each.negative for each in near):
        return []
    # What a restricted bank holds is nothing the outside may find out by asking.
    policies = dict(
        Bank.objects.filter(pk__in={each.bank_id for each in near}, clearance="").values_list("pk", "policy_key")
    )
    return [
        Finding(policies[each.bank_id], 1.0 - each.distance, f"bank:{each.bank}", certain=each.distance == 0)
        for each in near
        if policies.get(each.bank_id)
    ]


def _of_models(text: str) -> list[Finding]:
    found = []
    for policy in models_in_force.at_work():
        try:
            score = models_in_force.score(policy, text)
        except NotFound:
            continue
        found.append(Finding(policy, score, f"model:{policy}"))
    return found
