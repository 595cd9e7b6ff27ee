"""Models learn from each decision, and unlearn it when it falls.

One classifier per policy. Every decision is first predicted, then learned, so that its figures are honest: precision and
recall are those on decisions the model had not seen. A model opens cases by itself only above the score at which its
measured precision reaches the target. Once a person has chosen an older version, or none, later ones are learned but not
put to work until the newest is chosen again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import connection, transaction

from watchfloor.detection import models_in_force
from watchfloor.detection.events import ModelTrained
from watchfloor.detection.models import TextModel
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.engines.textmodels.metrics import Threshold, threshold_for_precision
from watchfloor.items import queries as items
from watchfloor.items.models import ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review.models import Decision

TARGET_PRECISION = 0.95
SIGNAL_AT = 0.5
REMEMBERED = 2000  # predictions kept for measuring
BATCH = 2000
KEPT = 20  # versions, the one at work aside
MADE, FELL = "decision.made", "decision.superseded"

Measured = tuple[float, bool, str]  # what the model said, what the person found, the decision (its last 12 characters)


class Change(msgspec.Struct, frozen=True):
    """One thing to learn or to forget, as the ledger tells it."""

    leaf: int
    type: str
    decision: str


def train(policy_keys: Iterable[str] | None = None, *, at_least: int = 50) -> int:
    """Let each policy's model learn the decisions made since its last version; how many were learned or unlearned.

    A policy with fewer than ``at_least`` new decisions of people waits, so that versions do not pile up.
    """
    keys = [row.key for row in policies.all_policies()] if policy_keys is None else list(policy_keys)
    return sum(_train(key, at_least) for key in keys)


def _train(policy: str, at_least: int) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:  # one trainer per policy, whichever process it runs in
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 19))", [policy])
            if not cursor.fetchone()[0]:
                return 0
        last = TextModel.objects.filter(policy_key=policy).order_by("-version").first()
        known = _known(last)
        changes = _changes(policy, last.next_leaf if last and known else 0)
        if len(changes) < at_least:
            return 0
        model = known or OnlineClassifier()
        scored: list[Measured] = [_measured(row) for row in last.report.get("scored", [])] if last and known else []
        learned, unlearned, scored = _learn(model, changes, scored)
        scored = scored[-REMEMBERED:]
        choice = None
        if model.ready:
            choice = threshold_for_precision(
                [(score, label) for score, label, _ in scored], TARGET_PRECISION, sure=True
            )
        row = TextModel.objects.create(
            policy_key=policy, version=(last.version if last else 0) + 1, blob=model.to_bytes(),
            learned=sum(model.labels), next_leaf=changes[-1].leaf + 1,
            report=_report(model, scored, choice), made_at=clock.now(),
        )  # fmt: skip
        if model.ready and (last is None or last.live or not last.report.get("ready", last.live)):
            TextModel.objects.filter(policy_key=policy, live=True).update(live=False)
            TextModel.objects.filter(pk=row.pk).update(live=True)
        _prune(policy)
        with writing("system:training") as w:
            w.event(
                ModelTrained(
                    policy=policy, version=row.version, learned=learned, unlearned=unlearned,
                    precision=choice.precision.value if choice else None,
                    recall=choice.recall.value if choice else None,
                ),
                ("text_model", policy),
            )  # fmt: skip
    models_in_force.forget()
    return learned + unlearned


def _known(last: TextModel | None) -> OnlineClassifier | None:
    """What the last version knows; None if there is none, or if another version of the program wrote it: all is then learned again."""
    if last is None:
        return None
    try:
        return OnlineClassifier.from_bytes(bytes(last.blob))
    except BadInput as error:
        if error.code != "model_version":
            raise
        return None


def _changes(policy: str, next_leaf: int) -> list[Change]:
    """Decisions of people made or fallen since, in the order of the log. Rules teach nothing: models would learn the rules."""
    rows = (
        Event.objects.filter(type__in=(MADE, FELL), data__policy=policy, leaf__number__gte=next_leaf)
        .exclude(data__decider__startswith="rule:")
        .order_by("leaf__number")
        .values_list("leaf__number", "type", "subject")[:BATCH]
    )
    return [Change(leaf, kind, subject.partition(":")[2]) for leaf, kind, subject in rows]


def _learn(model: OnlineClassifier, changes: list[Change], scored: list[Measured]) -> tuple[int, int, list[Measured]]:
    wanted = {change.decision for change in changes}
    decisions = {str(row.pk): row for row in Decision.objects.filter(pk__in=wanted).select_related("case__item")}
    hashes = {row.item_version for row in decisions.values()}
    data = dict(ItemVersion.objects.filter(hash__in=hashes, erased_at__isnull=True).values_list("hash", "data"))
    learned = unlearned = 0
    for change in changes:
        row = decisions.get(change.decision)
        if row is None or row.verdict not in {Decision.Verdict.VIOLATING, Decision.Verdict.CLEAN}:
            continue
        text = items.text_of(row.case.item.type_key, data.get(row.item_version, {}))
        if not text:
            continue
        label = row.verdict == Decision.Verdict.VIOLATING
        if change.type == MADE:
            scored.append((round(model.learn(text, label), 4), label, change.decision[-12:]))
            learned += 1
            continue
        try:
            model.unlearn(text, label)
        except NotFound:
            continue  # it was made before there was a model, or never learned
        scored = [each for each in scored if each[2] != change.decision[-12:]]
        unlearned += 1
    return learned, unlearned, scored


def _report(model: OnlineClassifier, scored: list[Measured], choice: Threshold | None) -> dict[str, Any]:
    """What a version's page shows; intervals are (value, low, high)."""
    return {
        "scored": scored,
        "labels": list(model.labels),
        "ready": model.ready,
        "signal_at": SIGNAL_AT,
        "open_at": choice.threshold if choice else None,
        "precision": list(choice.precision) if choice else None,
        "recall": list(choice.recall) if choice else None,
        "above": choice.above if choice else 0,
        "target": TARGET_PRECISION,
    }


def _measured(row: list[Any]) -> Measured:
    return float(row[0]), bool(row[1]), str(row[2]) if len(row) > 2 else ""


def _prune(policy: str) -> None:
    old = TextModel.objects.filter(policy_key=policy).order_by("-version").values_list("pk", flat=True)[KEPT:]
    TextModel.objects.filter(pk__in=list(old), live=False).delete()
