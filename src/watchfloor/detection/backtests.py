"""Backtests: a rule's newest text over the past, asked for on its page, done by a worker, frozen as evidence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from watchfloor.detection import facts, judged, life, meaning, past, replayed, ruleset
from watchfloor.detection.contracts import BacktestFacts
from watchfloor.detection.floor_forecast import foretold
from watchfloor.detection.models import BacktestRun, Evidence, Rule
from watchfloor.engines.textmodels.metrics import wilson
from watchfloor.items import queries as item_queries
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound, WatchfloorError
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies

log = logging.getLogger(__name__)
MOST_DAYS = 90
SAMPLES = 20
STALE = timedelta(minutes=5)
Progress = Callable[[int, int], None]


def ask_backtest(actor: object, rule: str, days: int, *, why: str = "") -> BacktestRun:
    """Ask for a backtest of the newest text over the last ``days``; a worker does it. One of a rule runs at a time."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("bad_days", f"A backtest reads 1 to {MOST_DAYS} days.", where="days")
    row = Rule.objects.filter(name=rule).first()
    if row is None:
        raise NotFound("no_rule", f"There is no rule {rule[:60]!r}.")
    if BacktestRun.objects.filter(rule=rule, state__in=("waiting", "running")).exists():
        raise Conflict("running", f"A backtest of {rule} is on its way already.")
    return BacktestRun.objects.create(
        rule=rule, days=days, asked_by=str(actor), asked_at=clock.now(), why=why.strip()[:200], state="waiting"
    )


def run_backtest(actor: object, rule: str, days: int, *, why: str = "", progress: Progress | None = None) -> Evidence:
    """Do it now and keep what it found. A draft becomes *backtested* by it."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput("bad_days", f"A backtest reads 1 to {MOST_DAYS} days.", where="days")
    found, means = look_back(rule, days, progress or (lambda _done, _total: None))
    with writing(actor) as w:
        row = life.locked(rule)
        evidence = life.keep(w, row, Evidence.Kind.BACKTEST, means, words=why, data=msgspec.to_builtins(found))
        if row.state == Rule.State.DRAFT and found.events and means == row.meaning:
            reason = why or f"Backtest of {days} days: {found.hits:,} hits on {found.events:,} events"
            life.set_rule_state(w, rule, "backtested", why=reason)
    return evidence


def work() -> int:
    """Do the backtest that waits longest (or whose worker died); how many were done."""
    run = _claim()
    if run is None:
        return 0
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > 0.5:  # seconds between two notes
            last = time.monotonic()
            BacktestRun.objects.filter(pk=run.pk).update(done=done, total=total, seen_at=clock.now())

    try:
        evidence = run_backtest(run.asked_by, run.rule, run.days, why=run.why, progress=progress)
        BacktestRun.objects.filter(pk=run.pk).update(
            state="done", evidence_id=evidence.pk, done=evidence.data["events"]
        )
    except WatchfloorError as error:
        BacktestRun.objects.filter(pk=run.pk).update(state="failed", problem=error.message[:300])
    except Exception:
        log.exception("the backtest of %s failed", run.rule)
        BacktestRun.objects.filter(pk=run.pk).update(
            state="failed", problem="It failed unexpectedly; the log says more."
        )
    return 1


def _claim() -> BacktestRun | None:
    now = clock.now()
    waits = Q(state="waiting") | Q(state="running", seen_at__lt=now - STALE)
    with transaction.atomic():
        run = BacktestRun.objects.select_for_update(skip_locked=True).filter(waits).order_by("asked_at").first()
        if run is not None:
            run.state, run.seen_at = "running", now
            run.save(update_fields=["state", "seen_at"])
    return run


def look_back(rule: str, days: int, progress: Progress) -> tuple[BacktestFacts, str]:
    """What the newest text of a rule finds in the last ``days``, and the fingerprint of that text."""
    started = time.perf_counter()
    row = Rule.objects.filter(name=rule).first()
    sources = ruleset.sources()
    rules = ruleset.compile_sources(sources) if sources else None
    if row is None or rules is None or rule not in rules.rules:
        raise NotFound("no_rule", f"No file of the set has the rule {rule[:60]!r}.")
    end = clock.now()
    seen = past.between(end - timedelta(days=days), end)
    counts = replayed.replay(rules, rule, seen, progress)
    fact = facts.of_set(rules)[rule]
    policy = fact.policies[0] if fact.policies else row.policy_key
    known = item_queries.by_names({(hit.item_type, hit.item_id) for hit in counts.hits})
    items = {name: item.pk for name, item in known.items()}
    group = policies.policy(policy).harm_group if policy else ""
    verdicts = judged.verdicts(set(items.values()), group) if group else {}
    right = sum(verdicts.values())
    forecast = foretold(
        rule, fact, policy, counts.hits, items, seen, wilson(right, len(verdicts)) if verdicts else None
    )
    found = BacktestFacts(
        source=seen.kind, start=seen.start, end=seen.end, events=counts.events, hits=counts.total,
        hits_per_day=counts.total / days, items=len({(hit.item_type, hit.item_id) for hit in counts.hits}),
        series=sorted(counts.by_day.items()), overlap=counts.overlap, alone=counts.alone,
        protected=len(item_queries.guarded(known.values())), judged=len(verdicts), right=right,
        wrong_items=[pk for pk, violating in verdicts.items() if not violating][:SAMPLES],
        samples=_spread([items[key] for hit in counts.hits if (key := (hit.item_type, hit.item_id)) in items]),
        forecast=forecast, seconds=round(time.perf_counter() - started, 2), truncated=counts.total > len(counts.hits),
        undecided=counts.undecided, by_rows=counts.by_rows,
    )  # fmt: skip
    return found, meaning.of_set(rules)[rule]


def _spread(items: list[UUID]) -> list[UUID]:
    """Up to ``SAMPLES`` different items, evenly over the time."""
    once = list(dict.fromkeys(items))
    if len(once) <= SAMPLES:
        return once
    step = (len(once) - 1) / (SAMPLES - 1)
    return [once[round(place * step)] for place in range(SAMPLES)]
