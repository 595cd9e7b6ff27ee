"""Labels that rules put on and take off, at once or, with ``delay_action_by``, when their time has come.

A delayed change waits as a row and is done once, by whichever worker locks it first. The rule must still act by then: pausing a
rule also stops what it has asked for and not done.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from watchfloor.detection import domain
from watchfloor.detection.models import DueLabel, Rule
from watchfloor.engines import sml
from watchfloor.items import actions as items
from watchfloor.items import queries as item_queries
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.writer import Writer, writing

log = logging.getLogger(__name__)


def ask(effect: sml.LabelEffect, rule: str) -> None:
    """Note a delayed change. The same one that waits already keeps its time."""
    assert effect.delay_action_by is not None
    now = clock.now()
    expires = effect.expires_after.total_seconds() if effect.expires_after else None
    row = DueLabel(
        rule=rule, item_type=effect.entity.type.lower(), external_id=str(effect.entity.id), label=effect.label,
        status=effect.status, expires_after_s=expires, asked_at=now, due_at=now + effect.delay_action_by,
    )  # fmt: skip
    DueLabel.objects.bulk_create([row], ignore_conflicts=True)


def put(w: Writer, target: Item, label: str, status: str, source: str, expires_after: timedelta | None) -> None:
    """Put a label on an item, or take it off."""
    standing = list(target.labels.filter(value=label, removed_at__isnull=True))
    if status == "removed":
        for each in standing:
            items.remove_label(w, each)
        return
    expires = clock.now() + expires_after if expires_after else None
    if expires is None and any(row.source == source and row.expires_at is None for row in standing):
        return  # it is there for good already
    items.add_label(w, target, label, source=source, expires_at=expires)


def put_due(limit: int = 100) -> int:
    """Do what is due, each in a transaction of its own; how many were done or dropped."""
    done = 0
    while done < limit and _next():
        done += 1
    return done


def _next() -> bool:
    with transaction.atomic():
        row = (
            DueLabel.objects.select_for_update(skip_locked=True)
            .filter(done_at__isnull=True, due_at__lte=clock.now())
            .order_by("due_at", "pk")
            .first()
        )
        if row is None:
            return False
        row.outcome = _do(row)
        row.done_at = clock.now()
        row.save(update_fields=["outcome", "done_at"])
        if row.outcome != "done":
            log.warning("the rule %s asked for the label %s: %s", row.rule, row.label, row.outcome)
    return True


def _do(row: DueLabel) -> str:
    state = Rule.objects.filter(name=row.rule).values_list("state", flat=True).first()
    if state not in domain.ACTING:
        return f"dropped: the rule is {state or 'gone'}"
    target = item_queries.find(row.item_type, row.external_id)
    if target is None:
        return "dropped: no such item is known"
    after = timedelta(seconds=row.expires_after_s) if row.expires_after_s is not None else None
    with writing(f"rule:{row.rule}", reason=f"asked for at {row.asked_at:%Y-%m-%d %H:%M:%S} UTC") as w:
        put(w, target, row.label, row.status, f"rule:{row.rule}", after)
    return "done"
