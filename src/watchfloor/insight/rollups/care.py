"""Keeps the roll-ups up with the facts, without taking more of the machine than they are worth.

Only a lake too big to be held in memory is rolled up (``lake.HOT_ROWS``): a smaller one is read as it is, exactly and fast. A new
generation is begun when the last one took at most a tenth of the time that has passed since: the bigger the lake, the rarer.
"""

from __future__ import annotations

import shutil
import time
from datetime import UTC, timedelta
from typing import Any

from django.db import connection
from django.db.models import Sum

from watchfloor.insight import facts
from watchfloor.insight.models import FactFile, Generation
from watchfloor.insight.rollups import build, generations
from watchfloor.insight.rollups.shapes import digest
from watchfloor.kernel import clock

SHARE = 10  # the time between two generations is so many times what one takes
KEEP_REPLACED = timedelta(minutes=15)
_LOCK = 7_340_011  # advisory: one builder for all processes


def keep_up() -> int:
    """Make the next generation when it is due; returns how many were made. Then remove what nobody reads any more."""
    from watchfloor.insight import lake

    sweep()
    rows: int = FactFile.objects.filter(replaced_at__isnull=True).aggregate(n=Sum("rows"))["n"] or 0
    if rows <= lake.HOT_ROWS:
        return 0
    last = generations.current()
    if last is not None:
        due = last.made_at + timedelta(milliseconds=last.took_ms * SHARE)
        if last.leaf >= facts.exported_leaf() or clock.now() < due:
            return 0
    return 1 if make() else 0


def make(*, again: bool = False, progress: build.Progress = build.quiet) -> Generation | None:
    """A generation of all that is exported: from the last one, or from all facts (``again``). None while another makes one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
    try:
        return _make(again, progress)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _make(again: bool, progress: build.Progress) -> Generation:
    last = None if again else generations.current()
    leaf, began = facts.exported_leaf(), time.monotonic()
    parts = [
        build.FactPart(str(facts.folder() / path), hour.astimezone(UTC).replace(tzinfo=None), rows)
        for path, hour, rows in FactFile.objects.filter(replaced_at__isnull=True).values_list("path", "hour", "rows")
    ]
    number = (Generation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    path = f"g-{leaf:012d}-{number}"
    target = generations.folder() / path
    shutil.rmtree(target, ignore_errors=True)  # of one that was killed
    if last is None or not (generations.folder() / last.path).is_dir():
        built = build.from_all(parts, leaf, target, progress)
    else:
        built = build.from_before(generations.folder() / last.path, parts, last.leaf, leaf, target, progress)
    told: dict[str, Any] = {"late_hours": len(built.late)}
    if built.late:
        told["late_from"] = built.late[0].replace(tzinfo=UTC)
    row = Generation.objects.create(
        leaf=leaf, shape=digest(), path=path, made_at=clock.now(), took_ms=int((time.monotonic() - began) * 1000),
        rows=built.rows, size=built.size, **told,
    )  # fmt: skip
    Generation.objects.filter(replaced_at__isnull=True).exclude(pk=row.pk).update(replaced_at=clock.now())
    return row


def sweep() -> int:
    """Remove generations that no reader can still hold."""
    dead = list(Generation.objects.filter(replaced_at__lt=clock.now() - KEEP_REPLACED))
    for row in dead:
        shutil.rmtree(generations.folder() / row.path, ignore_errors=True)
    Generation.objects.filter(pk__in=[row.pk for row in dead]).delete()
    return len(dead)
