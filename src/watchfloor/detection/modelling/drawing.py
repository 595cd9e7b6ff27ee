"""Items that nobody reported are drawn for review by chance, so that what a model would do to them is known before it does it.

It also is how a model begins: where reports are few or one-sided, the sample brings decisions on what is ordinary.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from uuid import UUID

import msgspec
from django.conf import settings

from watchfloor.detection.modelling import counted, measuring, plans
from watchfloor.detection.modelling.domain import chances
from watchfloor.detection.modelling.events import ItemDrawn
from watchfloor.detection.modelling.models import Draw
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies
from watchfloor.review.contracts import SignalIn
from watchfloor.review.models import Case

SOURCE = "sample:"


class Said(msgspec.Struct, frozen=True):
    """What a live model says of a text: its score, and whether it would open a case."""

    policy: str
    version: int
    score: float
    opens: bool = False


class Taken(msgspec.Struct, frozen=True):
    """An item that is drawn for a policy's model."""

    policy: str
    stratum: str
    chance: float
    said: Said | None


def consider(item: Item, said: Sequence[Said], decided: Iterable[str]) -> list[Taken]:
    """Count what the models say of an unreported item, and say for which policies it is drawn.

    Args:
        decided: harm groups in which a rule decides at once: people will not see these.
    """
    today = clock.now().date()
    by_policy: Mapping[str, Said | None] = {
        **dict.fromkeys(policy for policy, _ in plans.plans()), **{each.policy: each for each in said},
    }  # fmt: skip
    taken = []
    for policy, each in by_policy.items():
        counted.note(policy, item.language, each.score if each else None, today)
        if each is not None and each.opens:
            taken.append(Taken(policy, Draw.Stratum.OPENED, 1.0, each))
            continue
        plan = plans.plan_of(policy, item.language)
        if plan is None:
            continue
        given = plans.chances_of(plan, measuring.open_at(policy, item.language))
        score = each.score if each else None
        stratum = chances.drawn(_key(settings.SECRET_KEY), policy, str(item.pk), score, given)
        if stratum and plans.spent(plan) < chances.HARD * plan.per_day:
            taken.append(Taken(policy, stratum, given.of(score), each))
    if not taken:
        return []
    gone = {*decided, *Case.objects.filter(item=item).values_list("harm_group", flat=True)}
    return [each for each in taken if policies.policy(each.policy).harm_group not in gone]


def signal(taken: Taken) -> SignalIn:
    """What a reviewer sees of it: not the score, which would lean on their judgement."""
    name = policies.policy(taken.policy).name
    reason = f"Drawn at random to measure the model for {name}. Nobody reported it."
    return SignalIn(source=f"{SOURCE}{taken.policy}", policy_key=taken.policy, reason=reason)


def keep(w: Writer, item: Item, version: str, taken: Iterable[Taken], cases: Mapping[UUID, Case]) -> None:
    """Write down what was drawn, once its case is there."""
    by_group = {case.harm_group: case for case in cases.values()}
    for each in taken:
        case = by_group.get(policies.policy(each.policy).harm_group)
        if case is None:
            continue
        row = w.create(
            Draw, policy_key=each.policy, language=item.language, item=item, item_version=version, case=case,
            stratum=each.stratum, chance=each.chance, score=each.said.score if each.said else None,
            model_version=each.said.version if each.said else None, at=clock.now(),
        )  # fmt: skip
        event = ItemDrawn(
            policy=each.policy, language=item.language, stratum=str(each.stratum), chance=round(each.chance, 6),
            version=row.model_version,
        )  # fmt: skip
        w.event(event, row, case_id=case.pk)


@cache
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"watchfloor.models.sample", hashlib.sha256).digest()
