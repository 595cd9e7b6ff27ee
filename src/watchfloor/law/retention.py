"""Retention: what is older than its rule allows and not on hold goes, in small pieces, each with an event that proves it.

A kind is a function that, told the moment before which things are due, says what is due and (unless it is a preview) takes it away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet

from watchfloor.detection import lakes
from watchfloor.enforcement.models import Attempt, Notice
from watchfloor.identity.domain import Actor, system
from watchfloor.intake.models import Spooled
from watchfloor.items import holds
from watchfloor.items.media import actions as media_actions
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.models import Item, ItemKey, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.law import documents, keeping
from watchfloor.law.domain.retention import Rule
from watchfloor.law.erasing import rows
from watchfloor.law.events import RetentionRan, RowsErased
from watchfloor.law.models import Request, RetentionRun
from watchfloor.ledger.models import Outbox, Projected
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform import config
from watchfloor.review.models import Appeal, Case, Note, Report

ACTOR = system("retention")
PIECE: Final = 500


class Done(msgspec.Struct, frozen=True):
    """How many are due (or were taken away), the digest over them, and how many a hold keeps."""

    count: int
    digest: str = ""
    held: int = 0


def run(actor: Actor = ACTOR, *, preview: bool) -> RetentionRun | None:
    """Apply the rules in force (or say what they would do); None where there are no rules in force."""
    number, rules = documents.rules()
    if not number:
        return None
    found: dict[str, Done] = {}
    for rule in rules:
        if rule.on:
            found[rule.kind] = _apply(rule, preview=preview)
    counts = {kind: done.count for kind, done in found.items() if done.count}
    held = {kind: done.held for kind, done in found.items() if done.held}
    digests = {kind: done.digest for kind, done in found.items() if done.digest and done.count}
    with writing(actor) as w:
        row = w.create(
            RetentionRun,
            at=clock.now(),
            by=w.actor,
            number=number,
            preview=preview,
            counts=counts,
            digests=digests,
            held=held,
        )
        w.event(RetentionRan(number=number, preview=preview, counts=counts, digests=digests, held=held), row)
    return row


def _apply(rule: Rule, *, preview: bool) -> Done:
    before = clock.now() - timedelta(days=rule.days)
    work = KINDS[rule.kind]
    if preview:
        with writing(ACTOR) as w:
            return work(w, before, True)
    digests: list[str] = []
    total = held = 0
    while True:
        with writing(ACTOR) as w:
            done = work(w, before, False)
        held = max(held, done.held)
        total += done.count
        if not done.count:
            return Done(total, rows.digest(digests) if digests else "", held)
        digests.append(done.digest)


def _pick(free: QuerySet[Any], item: str) -> list[Any]:
    """Keys of up to ``PIECE`` rows that nobody holds; ``item`` is the way from a row to its item.

    Most of what is held the filters leave out; parts above may hold more (a report to an authority), and are asked here.
    """
    after: Any = None
    while True:
        rest = free if after is None else free.filter(pk__gt=after)
        some = list(rest.order_by("pk").values_list("pk", item)[:PIECE])
        held = holds.which({each for _, each in some if each is not None})
        keys = [key for key, each in some if each not in held]
        if keys or not some:
            return keys
        after = some[-1][0]


def _settled() -> Q:
    """Items without open work, whose last case closed before; used as ``item`` of what hangs on them."""
    return Q(~Exists(Case.objects.filter(item=OuterRef("item")).exclude(state="closed")))


def _content(w: Writer, before: datetime, preview: bool) -> Done:
    due = ItemVersion.objects.filter(_settled(), seen_at__lt=before, erased_at__isnull=True).exclude(
        Exists(Case.objects.filter(item=OuterRef("item"), closed_at__gte=before))
    )
    held = Item.objects.filter(keeping.held_items()).values("pk")
    kept, free = due.filter(item__in=held), due.exclude(item__in=held)
    if preview:
        return Done(free.count(), held=kept.count())
    hashes = [str(key) for key in _pick(free, "item")]
    items = list(ItemVersion.objects.filter(hash__in=hashes).values_list("item", flat=True))
    ItemVersion.objects.filter(hash__in=hashes).update(data={}, erased_at=clock.now())
    ItemKey.objects.filter(item__in=items).delete()
    return Done(len(hashes), rows.digest(hashes), kept.count())


def _media(w: Writer, before: datetime, preview: bool) -> Done:
    newer = ItemVersion.objects.filter(
        hash__in=MediaLink.objects.filter(media=OuterRef(OuterRef("pk"))).values("item_version"), erased_at__isnull=True
    )
    due = Media.objects.filter(~Exists(newer), noted_at__lt=before, key__isnull=False).exclude(state=Media.State.GONE)
    if preview:
        return Done(due.count())
    found = []
    for row in due.order_by("pk").iterator():
        try:
            with w.attempt():
                media_actions.erase(w, row, why="retention")
        except Conflict:  # held as evidence
            continue
        found.append(str(row.pk))
        if len(found) == 50:
            break
    return Done(len(found), rows.digest(found) if found else "")


def _emptied(
    model: type[Projected], due: Callable[[datetime], Q], item: str
) -> Callable[[Writer, datetime, bool], Done]:
    """A kind whose rows are emptied and whose seals go. ``item`` is the way from a row to its item."""

    def work(w: Writer, before: datetime, preview: bool) -> Done:
        found = model._default_manager.filter(due(before), Q(seal__isnull=False))
        held = Item.objects.filter(keeping.held_items()).values("pk")
        kept = found.filter(**{f"{item}__in": held}) if item else found.none()
        free = found.exclude(**{f"{item}__in": held}) if item else found
        if preview:
            return Done(free.count(), held=kept.count())
        keys = _pick(free, item) if item else list(free.order_by("pk").values_list("pk", flat=True)[:PIECE])
        taken = list(model._default_manager.select_for_update().filter(pk__in=keys).order_by("pk"))
        for row in taken:
            w.update(row, seal=None, **{name: rows.blank(getattr(row, name)) for name in sorted(row.private)})
            w.wrote(row, *sorted(row.private))
        if taken:
            digest = rows.digest(str(row.pk) for row in taken)
            w.event(
                RowsErased(table=str(model._meta.db_table), rows=len(taken), digest=digest), ("erased", taken[0].pk)
            )
            return Done(len(taken), digest, kept.count())
        return Done(0, held=kept.count())

    return work


def _spool(w: Writer, before: datetime, preview: bool) -> Done:
    due = Spooled.objects.filter(
        received_at__lt=before,
        body__isnull=False,
        state__in=[Spooled.State.DONE, Spooled.State.DISCARDED, Spooled.State.QUARANTINED],
    ).exclude(
        Exists(
            Report.objects.filter(pk=OuterRef("pk"), item__in=Item.objects.filter(keeping.held_items()).values("pk"))
        )
    )
    if preview:
        return Done(due.count())
    ids = list(due.order_by("id").values_list("pk", flat=True)[:PIECE])
    Spooled.objects.filter(pk__in=ids).update(body=None, error="")
    return Done(len(ids), rows.digest(map(str, ids)))


def _deliveries(w: Writer, before: datetime, preview: bool) -> Done:
    due = Outbox.objects.filter(state__in=["confirmed", "dead"], created_at__lt=before).exclude(payload={})
    if preview:
        return Done(due.count())
    ids = list(due.order_by("id").values_list("pk", flat=True)[:PIECE])
    Attempt.objects.filter(outbox_id__in=ids).delete()
    Outbox.objects.filter(pk__in=ids).update(payload={}, last_error="")
    return Done(len(ids), rows.digest(map(str, ids)))


def _sessions(w: Writer, before: datetime, preview: bool) -> Done:
    due = Session.objects.filter(expire_date__lt=before)
    if preview:
        return Done(due.count())
    keys = list(due.values_list("pk", flat=True)[:PIECE])
    Session.objects.filter(pk__in=keys).delete()
    return Done(len(keys), rows.digest(rows.digest([key]) for key in keys) if keys else "")


def _events(w: Writer, before: datetime, preview: bool) -> Done:
    """Whole hours of the lake; none of it while anything at all is held, for an hour holds everybody's."""
    found = [where for hour, where in lakes.hours() if hour < before]
    if keeping.in_force().exists():
        return Done(0, held=len(found))
    if not preview:
        for where in found:
            shutil.rmtree(where, ignore_errors=True)
    return Done(len(found), rows.digest(f"{where.parent.name}/{where.name}" for where in found) if found else "")


def _files(folder: str) -> Callable[[Writer, datetime, bool], Done]:
    def work(w: Writer, before: datetime, preview: bool) -> Done:
        root = config.home() / folder
        found = (
            [path for path in sorted(root.rglob("*")) if path.is_file() and _old(path, before)] if root.exists() else []
        )
        if not preview:
            for path in found:
                path.unlink()
        return Done(len(found), rows.digest(path.name for path in found) if found else "")

    return work


def _old(path: Path, before: datetime) -> bool:
    return os.stat(path).st_mtime < before.timestamp()


KINDS: Final[dict[str, Callable[[Writer, datetime, bool], Done]]] = {
    "content": _content,
    "media": _media,
    "reports": _emptied(Report, lambda before: Q(case__state="closed", case__closed_at__lt=before, received_at__lt=before), "item"),
    "appeals": _emptied(Appeal, lambda before: Q(decided_at__lt=before), "case__item"),
    "notices": _emptied(Notice, lambda before: Q(created_at__lt=before), "item"),
    "notes": _emptied(Note, lambda before: Q(case__state="closed", case__closed_at__lt=before, at__lt=before), "case__item"),
    "requests": _emptied(Request, lambda before: Q(answered_at__lt=before), ""),
    "spool": _spool, "deliveries": _deliveries, "events": _events, "logs": _files("log"), "exports": _files("exports"),
    "sessions": _sessions,
}  # fmt: skip
