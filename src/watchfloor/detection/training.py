"""Models learn from each decision, and unlearn it when it falls.

One classifier per policy. Every decision is first predicted, then learned, so that its figures are honest: precision and
recall are those on decisions the model had not seen. A model opens cases by itself only above the score at which its
measured precision reaches the target.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from watchfloor.detection import models_in_force
from watchfloor.detection.events import ModelTrained
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.engines.textmodels.metrics import threshold_for_precision
from watchfloor.items import queries as items
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Decision

TARGET_PRECISION = 0.95
REMEMBERED = 2000  # predictions kept for measuring
BATCH = 2000


def train(policy_keys: Iterable[str] | None = None, *, at_least: int = 50) -> int:
    """Let each policy's model learn the decisions made since its last version; how many decisions were learned.

    A policy with fewer than ``at_least`` new decisions waits, so that versions do not pile up.
    """
    keys = (
        list(policy_keys)
        if policy_keys is not None
        else list(Decision.objects.values_list("policy_key", flat=True).distinct())
    )
    return sum(_train(key, at_least) for key in keys)


def _train(policy: str, at_least: int) -> int:
    with transaction.atomic():
        last = TextModel.objects.select_for_update().filter(policy_key=policy).order_by("-version").first()
        model = OnlineClassifier.from_bytes(bytes(last.blob)) if last else OnlineClassifier()
        position = last.last_ordinal if last else 0
        scored: list[tuple[float, bool]] = [tuple(pair) for pair in last.report.get("scored", [])] if last else []
        events = list(
            Event.objects.filter(type="decision.made", ordinal__gt=position, data__policy=policy, leaf__isnull=False)
            .order_by("ordinal")
            .values_list("ordinal", "subject")[:BATCH]
        )
        if len(events) < at_least:
            return 0
        learned, unlearned = _learn(model, [subject.partition(":")[2] for _, subject in events], scored)
        scored = scored[-REMEMBERED:]
        choice = threshold_for_precision(scored, TARGET_PRECISION, sure=True) if model.ready else None
        report = {
            "scored": scored,
            "labels": list(model.labels),
            "signal_at": 0.5,
            "open_at": choice.threshold if choice else None,
            "precision": TARGET_PRECISION if choice else None,
            "recall": choice.recall.value if choice else None,
        }
        version = (last.version if last else 0) + 1
        TextModel.objects.filter(policy_key=policy, live=True).update(live=False)
        row = TextModel.objects.create(
            policy_key=policy, version=version, blob=model.to_bytes(), learned=(last.learned if last else 0) + learned,
            last_ordinal=events[-1][0], report=report, live=model.ready, made_at=clock.now(),
        )  # fmt: skip
        with writing("system:training") as w:
            w.event(
                ModelTrained(
                    policy=policy, version=version, learned=learned, unlearned=unlearned,
                    precision=TARGET_PRECISION if choice else None, recall=choice.recall.value if choice else None,
                ),
                ("text_model", str(row.pk)),
            )  # fmt: skip
    models_in_force.forget()
    return learned


def _learn(model: OnlineClassifier, decision_ids: list[str], scored: list[tuple[float, bool]]) -> tuple[int, int]:
    decisions = {
        str(row.pk): row
        for row in Decision.objects.filter(pk__in=decision_ids).select_related("supersedes", "case__item")
    }
    versions = {row.item_version for row in decisions.values()}
    versions |= {row.supersedes.item_version for row in decisions.values() if row.supersedes}
    data = dict(ItemVersion.objects.filter(hash__in=versions, erased_at__isnull=True).values_list("hash", "data"))
    learned = unlearned = 0
    for key in decision_ids:
        row = decisions.get(key)
        if row is None or row.origin == "rule":  # a model that learns from rules learns the rules
            continue
        type_key = row.case.item.type_key
        fallen = row.supersedes
        if (
            fallen is not None
            and fallen.origin != "rule"
            and fallen.verdict in {"violating", "clean"}
            and fallen.item_version in data
        ):
            model.unlearn(items.text_of(type_key, data[fallen.item_version]), fallen.verdict == "violating")
            unlearned += 1
        text = items.text_of(type_key, data.get(row.item_version, {}))
        if row.verdict in {"violating", "clean"} and text:
            label = row.verdict == "violating"
            scored.append((round(model.learn(text, label), 4), label))
            learned += 1
    return learned, unlearned
