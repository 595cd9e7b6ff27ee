"""Spike cases are opened, go on, are investigated anew, and end: the only writers of spikes beside ``plans`` and ``attention``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from watchfloor.identity.domain import Actor, system
from watchfloor.insight import facts
from watchfloor.insight.spikes import stored
from watchfloor.insight.spikes.events import SpikeClosed, SpikeFound, SpikeInvestigated, SpikeSplit
from watchfloor.insight.spikes.investigate import investigate
from watchfloor.insight.spikes.models import Investigation, Spike
from watchfloor.insight.spikes.stored import Found
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer, writing

WATCHER = system("insight.spikes")
QUIET_HOURS = 24  # after so long without an unusual hour a spike without a plan is over
LIVE = (Spike.State.OPEN, Spike.State.PLANNED)
CALM = timedelta(days=60)


def open_case(
    w: Writer,
    found: Found,
    *,
    kind: str,
    why: str = "alarm",
    base: tuple[datetime, datetime] | None = None,
    out_of: str = "",
) -> Spike:
    """A spike with its first investigation."""
    real, expected = totals(found)
    row = w.create(
        Spike, metric=found.metric, kind=kind, where=found.where, starts_at=found.onset, last_at=found.end,
        base_from=base[0] if base else None, base_to=base[1] if base else None, found_at=clock.now(), found_by=w.actor,
        value=real, expected=expected, p=found.p,
    )  # fmt: skip
    said = {"metric": row.metric, "where": row.where}
    w.event(
        SpikeFound(
            **said,
            kind=kind,
            starts_at=found.onset.isoformat(timespec="seconds"),
            value=real,
            expected=expected,
            p=found.p,
        ),
        row,
    )
    if out_of:
        w.event(SpikeSplit(**said, out_of=out_of), row)
    add_version(w, row, found, why)
    return row


def add_version(w: Writer, row: Spike, found: Found, why: str) -> None:
    """Keep an investigation; the spike shows the newest."""
    body, digest = stored.write(found)
    real, expected = totals(found)
    best = found.candidates[0] if found.candidates and found.candidates[0].p >= found.none_p else None
    number = row.version + 1
    Investigation.objects.create(
        spike=row, version=number, at=clock.now(), why=why, leaf=facts.exported_leaf(), digest=digest, body=body
    )
    verdict = "data" if found.suspect else found.verdict
    w.update(
        row, version=number, verdict=verdict, cause=best.id if best else "", cause_p=best.p if best else found.none_p,
        value=real, expected=expected, p=found.p, last_at=max(row.last_at, found.end), starts_at=found.onset, where=found.where,
    )  # fmt: skip
    w.event(
        SpikeInvestigated(
            metric=row.metric, where=row.where, version=number, why=why, verdict=verdict, cause=row.cause, cause_p=row.cause_p,
            digest=digest,
        ),
        row,
    )  # fmt: skip


def totals(found: Found) -> tuple[float, float]:
    """What the spike is about: its first slice, or the whole."""
    return (found.slices[0].real, found.slices[0].expected) if found.slices else (found.real, found.expected)


def again(actor: Actor, row: Spike, why: str = "asked") -> Spike:
    """Investigate anew, with all that is known by now; the earlier versions stay."""
    hour = timedelta(hours=1)
    start = row.starts_at.replace(minute=0, second=0, microsecond=0)
    base = (row.base_from, row.base_to) if row.base_from and row.base_to else None
    fixed = row.where if base else None
    found = investigate(
        row.metric,
        start,
        max(row.last_at, start + hour),
        base=base,
        fixed=fixed,
        alarm=row.where,
        alarm_p=row.p,
        calm=calm_spans(row.pk),
    )
    with writing(actor) as w:
        row = locked(row.pk)
        add_version(w, row, found, why)
    return row


def ask(
    actor: Actor, metric: str, start: datetime, end: datetime, *, where: dict[str, str] | None = None,
    base: tuple[datetime, datetime] | None = None,
) -> Spike:  # fmt: skip
    """Investigate by hand: a window, and what to compare it with if not the same hours before."""
    from watchfloor.insight.spikes.domain.watched import WATCHED

    if metric not in WATCHED:
        raise BadInput(
            "not_watched", "That metric cannot be investigated.", where="metric", hint="One of: " + ", ".join(WATCHED)
        )
    if not timedelta(hours=1) <= end - start <= timedelta(days=28):
        raise BadInput("bad_window", "A window is an hour at least and four weeks at most.", where="to")
    if base is not None and (base[1] <= base[0] or base[1] > start):
        raise BadInput("bad_base", "What it is compared with lies before the window.", where="base_to")
    start = start.replace(minute=0, second=0, microsecond=0)
    if end > end.replace(minute=0, second=0, microsecond=0):
        end = end.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    known = {name: value for name, value in (where or {}).items() if name in WATCHED[metric].dims}
    found = investigate(metric, start, end, fixed=known or None, base=base, calm=calm_spans())
    with writing(actor) as w:
        return open_case(w, found, kind="spike" if found.real >= found.expected else "dip", why="asked", base=base)


def calm_spans(besides: UUID | None = None) -> list[tuple[datetime, datetime]]:
    """When there were spikes: nothing to compare others with."""
    rows = Spike.objects.filter(last_at__gte=clock.now() - CALM).exclude(
        state__in=(Spike.State.DISMISSED, Spike.State.JOINED)
    )
    if besides is not None:
        rows = rows.exclude(pk=besides)
    return [(start - timedelta(hours=1), end) for start, end in rows.values_list("starts_at", "last_at")]


def dismiss(actor: Actor, spike_id: UUID, why: str) -> Spike:
    """It is no spike, and why."""
    return _close(actor, spike_id, Spike.State.DISMISSED, why, "dismissed")


def reopen(actor: Actor, spike_id: UUID) -> Spike:
    """It was closed too early."""
    with writing(actor) as w:
        row = locked(spike_id)
        if row.state in LIVE:
            return row
        w.update(row, state=Spike.State.OPEN, joined_into=None, closed_by="", closed_at=None, why="", result={})
        w.event(SpikeClosed(metric=row.metric, where=row.where, how="reopened"), row)
    return row


def join(actor: Actor, spike_id: UUID, into_id: UUID) -> Spike:
    """It is the same as another one."""
    if spike_id == into_id:
        raise BadInput("same_spike", "A spike cannot be joined to itself.", where="into")
    with writing(actor) as w:
        row, into = locked(spike_id), locked(into_id)
        if into.state == Spike.State.JOINED:
            raise Conflict("joined_already", "That one was itself joined to another.")
        w.update(row, state=Spike.State.JOINED, joined_into=into.pk, closed_by=w.actor, closed_at=clock.now())
        w.event(SpikeClosed(metric=row.metric, where=row.where, how="joined"), row)
        w.update(into, starts_at=min(into.starts_at, row.starts_at), last_at=max(into.last_at, row.last_at))
        if w.has_changes:
            w.event(SpikeFound(metric=into.metric, where=into.where, kind=into.kind, starts_at=into.starts_at.isoformat(),
                               value=into.value, expected=into.expected, p=into.p), into)  # fmt: skip
    return row


def split(actor: Actor, row: Spike, where: dict[str, str]) -> Spike:
    """A part of it is a story of its own."""
    if not where:
        raise BadInput("no_part", "Say which part.", where="where")
    start = row.starts_at.replace(minute=0, second=0, microsecond=0)
    found = investigate(row.metric, start, row.last_at, fixed=where, calm=calm_spans(row.pk))
    with writing(actor) as w:
        return open_case(w, found, kind=row.kind, why="asked", out_of=str(row.pk))


def end_quiet(now: datetime) -> int:
    """Spikes without a plan that have been quiet for a day are over; what drifts is looked at once a day, and has three."""
    slow = Q(kind__in=("step", "trend"), last_at__gte=now - timedelta(hours=3 * QUIET_HOURS))
    rows = Spike.objects.filter(state=Spike.State.OPEN, last_at__lt=now - timedelta(hours=QUIET_HOURS)).exclude(slow)
    count = 0
    for spike_id in rows.filter(found_by=str(WATCHER)).values_list("pk", flat=True):
        _close(WATCHER, spike_id, Spike.State.OVER, "", "over")
        count += 1
    return count


def locked(spike_id: UUID) -> Spike:
    """The row, for writing."""
    row = Spike.objects.select_for_update().filter(pk=spike_id).first()
    if row is None:
        raise NotFound("unknown_spike", "There is no such spike.")
    return row


def _close(actor: Actor, spike_id: UUID, state: str, why: str, how: str) -> Spike:
    if how == "dismissed" and not why.strip():
        raise BadInput("no_reason", "Say why it is no spike: the watcher learns from it.", where="why")
    with writing(actor) as w:
        row = locked(spike_id)
        w.update(row, state=state, why=why.strip()[:2000], closed_by=w.actor, closed_at=clock.now())
        w.event(SpikeClosed(metric=row.metric, where=row.where, how=how), row)
    return row


def overlapping(metric: str, slices: Sequence[dict[str, str]], start: datetime, end: datetime) -> Spike | None:
    """A live spike of the same slice and time, which an alarm belongs to rather than to a new one."""
    rows = Spike.objects.filter(last_at__gte=start - timedelta(hours=6), starts_at__lt=end).exclude(
        state__in=(Spike.State.JOINED,)
    )
    for row in rows.order_by("-last_at"):
        if related(row.metric, metric) and any(compatible(row.where, each) for each in slices):
            return row
        if explains(row, metric) and any(shares(row.where, each) for each in slices):
            return row
    return None


FAMILY = {"incoming_total": "incoming", "incoming_manual": "incoming", "reports": "incoming"}


def related(one: str, other: str) -> bool:
    """Metrics that count the same thing."""
    return FAMILY.get(one, one) == FAMILY.get(other, other)


# What a stock grows by: who knows of the one knows of the other. Up, or down.
EXPLAIN = {"backlog": {"incoming_manual": True, "incoming_total": True, "solved_manual": False, "aht": True}}


def explains(row: Spike, metric: str) -> bool:
    """Whether a spike is of something the metric grows by, and moved that way."""
    return EXPLAIN.get(metric, {}).get(row.metric) == (row.value >= row.expected)


def shares(one: dict[str, str], other: dict[str, str]) -> bool:
    """Slices that lie in each other as far as can be told: compatible, and with a value in common or one of them everywhere."""
    return compatible(one, other) and (not one or not other or any(other.get(name) == one[name] for name in one))


def compatible(one: dict[str, str], other: dict[str, str]) -> bool:
    """Slices that share something: no dimension in which they differ. A queue that is one policy's says nothing against its market."""
    return all(other[name] == value for name, value in one.items() if name in other)
