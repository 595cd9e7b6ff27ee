"""What a number should be (targets) and what was remarked at a moment (notes): set and taken away by people, read by every panel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.insight import catalogue
from watchfloor.insight.boards.events import MomentNoted, TargetEnded, TargetSet
from watchfloor.insight.boards.keeping import EDITS, SEES
from watchfloor.insight.boards.models import Annotation, Target
from watchfloor.insight.own_metrics.keeping import titles
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.ledger.writer import writing


def targets(actor: Actor) -> QuerySet[Target]:
    """All targets that count or will, by metric; none for who may not see numbers."""
    rows = Target.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=clock.now().date()))
    return rows.order_by("metric", "begins_on") if actor.has(SEES) else rows.none()


def set_target(actor: Actor, metric: str, value: float, scope: Mapping[str, str], begins_on: date) -> Target:
    """What a metric should be within a scope from a day on, in the metric's unit (a share is 0 to 1, a time milliseconds).

    An earlier target of the same metric and scope counts until the day before.
    """
    _may(actor)
    catalogue.metric(metric)
    for name in scope:
        if name not in titles():
            raise BadInput(
                "unknown_dimension", f"{name[:40]!r} is no dimension.", where="scope", hint=", ".join(titles())
            )
    if not math.isfinite(value):
        raise BadInput("bad_target", "A target is a number.", where="value")
    with writing(actor) as w:
        same = Target.objects.filter(
            metric=metric, scope=dict(scope), begins_on=begins_on, ended_on__isnull=True
        ).first()
        if same is not None:
            row = w.update(same, value=value, set_by=str(actor), set_at=clock.now())
        else:
            row = w.create(
                Target,
                metric=metric,
                scope=dict(scope),
                value=value,
                begins_on=begins_on,
                set_by=str(actor),
                set_at=clock.now(),
            )
        w.event(TargetSet(metric=metric, target=value, scope=dict(scope)), row)
    return row


def end_target(actor: Actor, target_id: UUID) -> Target:
    """It no longer counts from today on; what was drawn of the days before stays."""
    _may(actor)
    row = targets(actor).filter(pk=target_id).first()
    if row is None:
        raise NotFound("no_target", "There is no such target.")
    with writing(actor) as w:
        w.update(row, ended_on=clock.now().date())
        w.event(TargetEnded(metric=row.metric), row)
    return row


def target_for(rows: Sequence[Target], metric: str, where: Mapping[str, str], on: date) -> Target | None:
    """The target that counts on a day for what is looked at: of those whose scope holds there the narrowest, then the newest."""
    fitting = [
        row
        for row in rows
        if row.metric == metric
        and row.begins_on <= on
        and (row.ended_on is None or on < row.ended_on)
        and all(where.get(name) == value for name, value in row.scope.items())
    ]
    return max(fitting, key=lambda row: (len(row.scope), row.begins_on, row.set_at), default=None)


def note_moment(actor: Actor, at: datetime, text: str, scope: Mapping[str, str]) -> Annotation:
    """A remark at a moment, for what lies within the scope."""
    _may(actor)
    words = " ".join(text.split())
    if not words or len(words) > 200:
        raise BadInput("bad_text", "A note has 1 to 200 characters.", where="text")
    for name in scope:
        if name not in titles():
            raise BadInput(
                "unknown_dimension", f"{name[:40]!r} is no dimension.", where="scope", hint=", ".join(titles())
            )
    with writing(actor) as w:
        row = w.create(Annotation, at=at, text=words, scope=dict(scope), made_by=str(actor), made_at=clock.now())
        w.event(MomentNoted(scope=dict(scope)), row)
    return row


def remove_note(actor: Actor, note_id: UUID) -> None:
    """Take a remark away."""
    _may(actor)
    row = Annotation.objects.filter(pk=note_id, archived_at__isnull=True).first()
    if row is None:
        raise NotFound("no_note", "There is no such note.")
    with writing(actor) as w:
        w.update(row, archived_at=clock.now())
        w.event(MomentNoted(scope=row.scope, gone=True), row)


def notes(start: datetime, end: datetime, where: Mapping[str, str]) -> list[Annotation]:
    """Remarks within a span that concern what is looked at: no filter contradicts their scope. Oldest first."""
    rows = Annotation.objects.filter(at__gte=start, at__lt=end, archived_at__isnull=True).order_by("at", "pk")
    return [row for row in rows if all(where.get(name, value) == value for name, value in row.scope.items())]


def _may(actor: Actor) -> None:
    if not actor.has(EDITS):
        raise Forbidden("no_permission", "Your roles do not include targets and notes.", hint="It needs board.edit.")
