"""One label on everything a query finds: first what it would do, then it, with a reason and a way back in one step."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from watchfloor.detection.events import LabelBatchApplied, LabelBatchUndone
from watchfloor.detection.investigate.asking import Asked, Question, ask
from watchfloor.detection.lakes import File
from watchfloor.detection.models_investigate import LabelBatch
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as item_queries
from watchfloor.items.actions import add_label, remove_label
from watchfloor.items.models import Item, ItemVersion, Label
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case

PERMISSION = "investigate.label"
MOST = 5_000
SAMPLE = 8
TARGETS = ("item", "author")
LABEL = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,127}")


class Shown(msgspec.Struct, frozen=True):
    """One item as the preview shows it."""

    item: Item
    text: str
    why: str = ""


class Preview(msgspec.Struct, frozen=True):
    """What a batch would do.

    Attributes:
        items: how many would get the label.
        already: of those found, how many have it.
        protected: verified accounts, their content, and what bears the label ``protected``: left out unless asked for.
        unknown: named by events, but not an item of the floor (or erased): cannot be labelled.
        token: names exactly this set of items; applying asks for it, so that nothing is labelled that was not shown.
    """

    events: int
    items: int
    already: int
    unknown: int
    protected: list[Shown]
    protected_count: int
    sample: list[Shown]
    token: str


class _Set(msgspec.Struct):
    events: int
    free: list[Item]
    guarded: list[tuple[Item, str]]
    already: int
    unknown: int

    def chosen(self, with_protected: bool) -> list[Item]:
        return [*self.free, *(item for item, _ in self.guarded)] if with_protected else self.free

    def token(self, label: str, target: str) -> str:
        names = sorted(str(item.pk) for item in self.chosen(True))
        return hashlib.sha256("\n".join([label, target, *names]).encode()).hexdigest()[:24]


def preview(actor: Actor, question: Question, *, label: str, target: str = "item") -> Preview:
    """Count and sample what would be labelled; nothing changes."""
    asked = ask(actor, question, PERMISSION)
    found = _found(asked, _label(label), _target(target))
    shown = _shown(found.free[:SAMPLE])
    guarded = _shown([item for item, _ in found.guarded[:SAMPLE]], {item.pk: why for item, why in found.guarded})
    return Preview(
        found.events,
        len(found.free),
        found.already,
        found.unknown,
        guarded,
        len(found.guarded),
        shown,
        found.token(label, target),
    )


def apply(
    actor: Actor,
    question: Question,
    *,
    label: str,
    target: str,
    why: str,
    token: str,
    days: int = 0,
    with_protected: bool = False,
) -> LabelBatch:
    """Put the label on what the preview showed.

    Args:
        token: the preview's; when the query finds something else by now, nothing is done.
        days: the labels end after so many days; 0: they stay.

    Raises:
        Conflict: the set is another one than that of the preview.
    """
    asked = ask(actor, question, PERMISSION)
    why = " ".join(why.split())
    if not why:
        raise BadInput("no_reason", "Say why: the label will be explained by it.", where="why")
    if not 0 <= days <= 3650:
        raise BadInput("bad_days", "A label lasts between 1 and 3,650 days, or 0 for good.", where="days")
    found = _found(asked, _label(label), _target(target))
    if found.token(label, target) != token:
        raise Conflict(
            "changed_meanwhile",
            "The query finds other items than the preview showed.",
            hint="Look at the preview again.",
        )
    items = found.chosen(with_protected)
    if not items:
        raise BadInput("nothing_to_do", "No item is left to be labelled.")
    now = clock.now()
    ends = now + timedelta(days=days) if days else None
    with transaction.atomic(), writing(actor, reason=why) as w:
        batch = w.create(
            LabelBatch, id=new_id(), label=label, query=asked.question.text, target=target, since=asked.question.start,
            until=asked.question.end, count=len(items), by=str(actor), at=now, why=why[:200],
        )  # fmt: skip
        w.event(LabelBatchApplied(label, target, len(items), len(found.guarded) if with_protected else 0), batch)
        for item in items:
            add_label(w, item, label, source=source_of(batch), expires_at=ends)
    return batch


def undo(actor: Actor, batch_id: UUID, why: str = "") -> int:
    """Take off the labels of a batch that are still on; how many."""
    if not actor.has(PERMISSION):
        raise Forbidden("no_permission", "Your roles do not include labelling in bulk.")
    with transaction.atomic(), writing(actor, reason=why or "undone") as w:
        batch = LabelBatch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None or not may_undo(actor, batch):
            raise NotFound("no_batch", "There is no such batch.")
        if batch.undone_at is not None:
            raise Conflict("undone_already", "This batch was undone already.")
        labels = list(Label.objects.filter(source=source_of(batch), removed_at__isnull=True))
        w.update(batch, undone_at=clock.now(), undone_by=str(actor))
        w.event(LabelBatchUndone(batch.label, len(labels)), batch)
        for label in labels:
            remove_label(w, label)
    return len(labels)


def may_undo(actor: Actor, batch: LabelBatch) -> bool:
    """Whose batch it is, and whoever may label in every market."""
    return (
        batch.by == str(actor)
        or actor.all_powerful
        or any(PERMISSION in scope.permissions and scope.markets is None for scope in actor.scopes)
    )


def recent(actor: Actor, limit: int = 8) -> list[LabelBatch]:
    """The newest batches that the actor could undo."""
    if not actor.has(PERMISSION):
        return []
    return [batch for batch in LabelBatch.objects.order_by("-at", "-pk")[: limit * 4] if may_undo(actor, batch)][:limit]


def source_of(batch: LabelBatch) -> str:
    """What the batch's labels name as their source: the person, and the batch."""
    return f"{batch.by}#{batch.pk}"


def items_of(actor: Actor, question: Question, *, target: str = "item") -> list[Item]:
    """The items of the floor that a question's events name (or their authors), without those of restricted cases."""
    return _known(list(_names(ask(actor, question), _target(target))))


def _found(asked: Asked, label: str, target: str) -> _Set:
    names = _names(asked, target)
    items = _known(list(names))
    labelled = item_queries.with_label([item.pk for item in items], label)
    guards = item_queries.guarded(items)
    free = [item for item in items if item.pk not in labelled and item.pk not in guards]
    guarded = [(item, guards[item.pk]) for item in items if item.pk not in labelled and item.pk in guards]
    return _Set(sum(names.values()), free, guarded, len(labelled), len(names) - len(items))


def _names(asked: Asked, target: str) -> dict[tuple[str, str], int]:
    """What the events name, with how many of them do."""
    import polars as pl

    who = [pl.col("item_type"), pl.col("item_id")]
    if target == "author":
        if "$.author.id" not in asked.schema:
            raise BadInput("no_authors", "The events of this span name no authors.", where="target")
        who = [
            pl.col("$.author.type" if "$.author.type" in asked.schema else "item_type").alias("item_type"),
            pl.col("$.author.id").alias("item_id"),
        ]

    def count(files: list[File]) -> pl.DataFrame:
        return asked.read(files, who).drop_nulls().group_by("item_type", "item_id").len()

    names: dict[tuple[str, str], int] = {}
    for piece in asked.pieces(count):
        for kind, name, events in piece.iter_rows():
            names[(kind, name)] = names.get((kind, name), 0) + events
        if len(names) > MOST:
            raise BadInput(
                "too_many_items",
                f"The query finds more than {MOST:,} items.",
                hint="Ask about a shorter span, or narrow the query.",
            )
    return names


def _known(names: Sequence[tuple[str, str]]) -> list[Item]:
    """The items of these names, without those of restricted cases."""
    found = item_queries.by_names(names).values()
    hidden = set(
        Case.objects.filter(item__in=[row.pk for row in found]).exclude(clearance="").values_list("item", flat=True)
    )
    return sorted(
        (row for row in found if row.pk not in hidden), key=lambda row: (row.first_seen_at, row.pk), reverse=True
    )


def _shown(items: list[Item], why: dict[UUID, str] | None = None) -> list[Shown]:
    texts = dict(
        ItemVersion.objects.filter(
            hash__in=[item.current_version for item in items], erased_at__isnull=True
        ).values_list("hash", "data")
    )
    return [
        Shown(
            item,
            item_queries.text_of(item.type_key, texts.get(item.current_version, {}))[:160],
            (why or {}).get(item.pk, ""),
        )
        for item in items
    ]


def _label(label: str) -> str:
    if not LABEL.fullmatch(label):
        raise BadInput(
            "bad_label",
            f"{label[:60]!r} is no label.",
            where="label",
            hint="Small letters, digits and _ . : - ; like `spam-wave`.",
        )
    if label == item_queries.PROTECTED:
        raise BadInput("bad_label", "What is protected is decided one by one.", where="label")
    return label


def _target(target: str) -> str:
    if target not in TARGETS:
        raise BadInput(
            "bad_target", "A label goes on the item or on its author.", where="target", hint="item or author"
        )
    return target
