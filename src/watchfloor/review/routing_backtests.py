"""Backtests of the routing draft: asked for on its page, done by a worker, kept as evidence of that very text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from watchfloor.engines import routing as engine
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound, WatchfloorError
from watchfloor.review import plan, queries, routing_history
from watchfloor.review.actions.routing_versions import check_table, draft_table, live_table
from watchfloor.review.domain.routing import asked
from watchfloor.review.domain.routing_changes import fingerprint
from watchfloor.review.models import Queue, RoutingBacktest

log = logging.getLogger(__name__)
MOST_DAYS = 90
STALE = timedelta(minutes=5)


def routing_backtest(
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    days: int,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> engine.RoutingBacktest:
    """What ``after`` would have done with the last ``days`` in place of ``before``."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("bad_days", f"A backtest reads 1 to {MOST_DAYS} days.", where="days")
    end = clock.now()
    frame = routing_history.read(end - timedelta(days=days), end, asked(before) | asked(after))
    targets = {row.key: float(row.target_minutes) for row in plan.current().queues.values() if row.target_minutes}
    return engine.backtest(frame, before, after, otherwise=plan.LAST_RESORT, targets=targets, progress=progress)


def ask_backtest(actor: Actor, days: int) -> RoutingBacktest:
    """Ask for a backtest of the draft as it is now; a worker does it. The same text is not worked on twice at once."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("bad_days", f"A backtest reads 1 to {MOST_DAYS} days.", where="days")
    draft, live = draft_table(), live_table()
    if draft is None:
        raise NotFound("no_draft", "There is no draft to test.")
    check_table(draft.rules)
    mark = fingerprint(draft.rules)
    if RoutingBacktest.objects.filter(fingerprint=mark, state__in=("waiting", "running")).exists():
        raise Conflict("running", "A backtest of this text is on its way already.")
    return RoutingBacktest.objects.create(
        number=draft.number, fingerprint=mark, against=live.number if live else None, days=days, asked_by=str(actor),
        asked_at=clock.now(), state="waiting", rules=draft.rules,
    )  # fmt: skip


def work() -> int:
    """Do the backtest that waits longest (or whose worker died); how many were done."""
    run = _claim()
    if run is None:
        return 0
    mine = RoutingBacktest.objects.filter(pk=run.pk)

    def progress(done: int, total: int) -> None:
        mine.update(done=done + 1, total=total + 1, seen_at=clock.now())

    try:
        live = live_table()
        found = routing_backtest(live.rules if live else [], run.rules, run.days, progress=progress)
        mine.update(state="done", found=msgspec.to_builtins(found), against=live.number if live else None)
    except WatchfloorError as error:
        mine.update(state="failed", problem=error.message[:300])
    except Exception:
        log.exception("the routing backtest failed")
        mine.update(state="failed", problem="It failed unexpectedly; the log says more.")
    return 1


def _claim() -> RoutingBacktest | None:
    now = clock.now()
    waits = Q(state="waiting") | Q(state="running", seen_at__lt=now - STALE)
    with transaction.atomic():
        run = RoutingBacktest.objects.select_for_update(skip_locked=True).filter(waits).order_by("asked_at").first()
        if run is not None:
            run.state, run.seen_at = "running", now
            run.save(update_fields=["state", "seen_at"])
    return run


def seen_by(actor: Actor, found: engine.RoutingBacktest) -> engine.RoutingBacktest:
    """What this actor may know of it: queues whose clearance they lack and cases they may not open are left out."""
    hidden = {
        row.key
        for row in Queue.objects.exclude(clearance="")
        if not actor.may("case.view", queue=row.key, clearance=row.clearance)
    }
    wanted = {UUID(case) for group in found.groups for case in group.samples} | {
        UUID(case) for case in found.no_rule_samples
    }
    visible = {str(pk) for pk in queries.visible_cases(actor).filter(pk__in=wanted).values_list("pk", flat=True)}
    groups = [
        msgspec.structs.replace(group, samples=[case for case in group.samples if case in visible])
        for group in found.groups
        if group.from_queue not in hidden and group.to_queue not in hidden
    ]
    series = [(day, {key: value for key, value in counts.items() if key not in hidden}) for day, counts in found.series]
    return msgspec.structs.replace(
        found, groups=groups, series=series, queues=[row for row in found.queues if row.queue not in hidden],
        no_rule_samples=[case for case in found.no_rule_samples if case in visible],
    )  # fmt: skip
