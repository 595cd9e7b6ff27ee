"""The newest base of the floor: asked for, made by a worker once a day or on demand, read by every page."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound, WatchfloorError
from watchfloor.kernel.remembered import Remembered, RememberedBy
from watchfloor.staffing import gathering
from watchfloor.staffing.domain.base import Base
from watchfloor.staffing.models import BaseRow

log = logging.getLogger(__name__)
DAILY = timedelta(hours=24)
KEEP = 60  # bases that no what-if stands on


def ask() -> BaseRow:
    """A new base is wanted; one that is already wanted counts."""
    waiting = BaseRow.objects.filter(made_at__isnull=True, problem="").first()
    return waiting or BaseRow.objects.create(asked_at=clock.now())


def make(row: BaseRow | None = None) -> BaseRow:
    """Make it now. What stands in its way is kept as a sentence, not raised."""
    row = row or BaseRow(asked_at=clock.now())
    try:
        row.document = msgspec.to_builtins(gathering.gather())
        row.made_at = clock.now()
    except WatchfloorError as error:
        row.problem = f"{error.message} {error.hint}".strip()[:300]
    row.save()
    newest.forget()
    return row


def work() -> int:
    """Make what was asked for, or the day's; how many were made."""
    with transaction.atomic():
        row = (
            BaseRow.objects.select_for_update(skip_locked=True)
            .filter(made_at__isnull=True, problem="")
            .order_by("asked_at")
            .first()
        )
        if row is None:
            last = BaseRow.objects.order_by("-asked_at").values_list("asked_at", flat=True).first()
            if last is not None and clock.now() - last < DAILY:
                return 0
        make(row)
    _drop_old()
    return 1


def _drop_old() -> None:
    from watchfloor.staffing.models import WhatIf

    kept = set(WhatIf.objects.values_list("base_id", flat=True))
    old = BaseRow.objects.exclude(pk__in=kept).order_by("-asked_at").values_list("pk", flat=True)[KEEP:]
    BaseRow.objects.filter(pk__in=list(old)).delete()


class Newest(msgspec.Struct, frozen=True):
    """The newest base with its id, and what stood in the way of a newer one; ``wanted``: a worker has one to make."""

    id: UUID | None
    base: Base | None
    problem: str
    wanted: bool


def _read() -> Newest:
    row = BaseRow.objects.filter(made_at__isnull=False).order_by("-made_at").first()
    last = BaseRow.objects.defer("document").order_by("-asked_at").first()
    wanted = BaseRow.objects.filter(made_at__isnull=True, problem="").exists()
    return Newest(
        None if row is None else row.pk, None if row is None else msgspec.convert(row.document, Base),
        "" if last is None else last.problem, wanted,
    )  # fmt: skip


newest = Remembered(_read)


def _one(pk: UUID) -> Base:
    row = BaseRow.objects.filter(pk=pk, made_at__isnull=False).first()
    if row is None:
        raise NotFound("no_base", "What this was computed from is not kept any more.", hint="Run it again.")
    return msgspec.convert(row.document, Base)


one = RememberedBy(_one, seconds=60)
