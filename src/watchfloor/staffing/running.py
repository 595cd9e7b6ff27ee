"""Work that takes longer than a page may: a what-if simulated, a roster solved. Claimed by a worker, with progress to look at."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from watchfloor.engines.staffing.simulation import (
    Floor,
    Outcome,
    Price,
    Scenario,
    Totals,
    build,
    difference,
    outcome,
    prices,
    reference,
    replications,
)
from watchfloor.kernel import clock
from watchfloor.kernel.errors import MissingExtra, WatchfloorError
from watchfloor.staffing import bases
from watchfloor.staffing.domain import whatif
from watchfloor.staffing.models import Run, WhatIf

log = logging.getLogger(__name__)
STALE = timedelta(minutes=3)
COMPILED, PLAIN = 40, 5  # replications with the compiled simulation, and without it
PRICED = 8  # queues whose shadow price is computed, those with most late items first
Step = Callable[[], None]


class Found(msgspec.Struct, frozen=True):
    """What a what-if came to. ``compiled``: by the quick simulation; else by the plain one, with fewer replications."""

    base: Outcome
    other: Outcome
    turned: Outcome
    prices: list[Price]
    compiled: bool
    seconds: float


def ask(kind: str, subject: UUID, by: str) -> Run:
    """Ask for it; one that still waits counts."""
    waiting = Run.objects.filter(kind=kind, subject=subject, state=Run.State.WAITING).first()
    return waiting or Run.objects.create(kind=kind, subject=subject, asked_by=by, asked_at=clock.now())


def latest(kind: str, subject: UUID) -> Run | None:
    """The newest run about it."""
    return Run.objects.filter(kind=kind, subject=subject).order_by("-asked_at").first()


def found(run: Run | None) -> Found | None:
    """What it came to, once it is done."""
    return None if run is None or run.found is None else msgspec.convert(run.found, Found)


def work() -> int:
    """Do what waits longest (or whose worker died); how many were done."""
    run = _claim()
    if run is None:
        return 0
    do(run)
    return 1


def do(run: Run) -> None:
    """Do one run. Errors for people become its problem."""
    last = 0.0

    def step() -> None:
        nonlocal last
        run.done += 1
        if time.monotonic() - last > 0.5:
            last = time.monotonic()
            Run.objects.filter(pk=run.pk).update(done=run.done, total=run.total, seen_at=clock.now())

    try:
        result = _DO[run.kind](run, step)
        Run.objects.filter(pk=run.pk).update(state=Run.State.DONE, found=result, done=run.done, total=run.done)
    except WatchfloorError as error:
        problem = f"{error.message} {error.hint}".strip()[:300]
        Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, problem=problem)
    except Exception:
        log.exception("run %s failed", run.pk)
        Run.objects.filter(pk=run.pk).update(
            state=Run.State.FAILED, problem="It failed unexpectedly; the log says more."
        )


def _claim() -> Run | None:
    now = clock.now()
    waits = Q(state=Run.State.WAITING) | Q(state=Run.State.RUNNING, seen_at__lt=now - STALE)
    with transaction.atomic():
        run = Run.objects.select_for_update(skip_locked=True).filter(waits).order_by("asked_at").first()
        if run is not None:
            run.state, run.seen_at = Run.State.RUNNING, now
            run.save(update_fields=["state", "seen_at"])
    return run


def _whatif(run: Run, step: Step) -> Any:
    row = WhatIf.objects.get(pk=run.subject)
    base = bases.one(row.base_id)
    other = whatif.applied(base.scenario, msgspec.convert(row.fields, whatif.Fields))
    run.total = 2 * COMPILED
    return msgspec.to_builtins(simulated(base.scenario, other, step))


def simulated(scenario: Scenario, other: Scenario, step: Step = lambda: None) -> Found:
    """Both floors with the same luck; shadow prices where the compiled simulation is there."""
    began = time.perf_counter()
    one, two = build(scenario), build(other)
    try:
        ones, twos, compiled = replications(one, COMPILED, step=step), replications(two, COMPILED, step=step), True
    except MissingExtra:
        ones, twos, compiled = _plainly(one, step), _plainly(two, step), False
    told = outcome(two, twos)
    dear = []
    if compiled:
        late = sorted(told.queues, key=lambda each: -each.late.value)
        wanted = {each.name for each in late[:PRICED] if each.late.value > 0}
        if wanted:
            dear = [each for each in prices(other, twos[:20], step=step, only=wanted) if each.queue in wanted]
    return Found(
        outcome(one, ones), told, difference(one, ones, two, twos), dear, compiled, time.perf_counter() - began
    )


def _plainly(floor: Floor, step: Step) -> list[Totals]:
    runs = []
    for number in range(PLAIN):
        runs.append(reference.run(floor, number))
        step()
    return runs


def _roster(run: Run, step: Step) -> Any:
    from watchfloor.staffing import rostering

    return rostering.solve(run.subject, run.asked_by)


_DO: dict[str, Callable[[Run, Step], Any]] = {"whatif": _whatif, "roster": _roster}
