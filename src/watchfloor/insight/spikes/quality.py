"""Before a cause is looked for: is it the data? Late, doubled, unknown, silent, new under another name, or another shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from watchfloor.insight import lake
from watchfloor.insight.compile import Query
from watchfloor.insight.flatten import naive
from watchfloor.insight.spikes.domain.watched import Watched
from watchfloor.insight.spikes.stored import Check
from watchfloor.insight.spikes.table import OPEN_FACTS
from watchfloor.ledger.models import Event

LATE_MS = 3_600_000
JUMP = 0.2  # a share that rose by so much
SOURCES = ("app", "channel", "surface")
USUAL = 20.0  # of a source that fell silent, so many were expected at least


def checks(
    watched: Watched,
    table: pl.DataFrame,
    where: Mapping[str, str],
    start: datetime,
    end: datetime,
    shifts: Sequence[timedelta],
) -> list[Check]:
    """All looks, the bad ones first. ``table`` is the finest one (``real``/``expected``, or numerators and denominators)."""
    real, expected = ("real", "expected") if "real" in table.columns else ("real_d", "base_d")
    found = [
        late(where, start, end, shifts), doubled(where, start, end), *unknown(watched, table, real, expected),
        *new_names(watched, table, real, expected), *silent(start, end, shifts), schema(start, end),
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each.bad, -each.share))


def late(where: Mapping[str, str], start: datetime, end: datetime, shifts: Sequence[timedelta]) -> Check:
    """Reports that were an hour or more on their way: a backlog that was let in looks like a spike."""
    now: list[tuple[Any, ...]] = []
    before: list[tuple[Any, ...]] = []
    for into, since, until in [(now, start, end), *((before, start - shift, end - shift) for shift in shifts)]:
        into.append(_one(
            f"SELECT count(*) FILTER (WHERE wait_ms > {LATE_MS}), count(*) FROM {{relation}} AS r WHERE type = 'report.received'",
            where, since, until,
        ))  # fmt: skip
    share, was = _share(now), _share(before)
    return Check(key="late", bad=share > was + JUMP, now=share, before=was, share=max(0.0, share - was))


def doubled(where: Mapping[str, str], start: datetime, end: datetime) -> Check:
    """One thing counted more than once: rows over distinct cases among what came in."""
    rows, cases = _one(
        "SELECT count(*), count(DISTINCT case_id) FROM {relation} AS r WHERE type = 'job.ready' AND cause = 'new'",
        where,
        start,
        end,
    )
    share = (rows - cases) / rows if rows else 0.0
    return Check(key="doubled", bad=share > 0.1, now=share, share=share)


def unknown(watched: Watched, table: pl.DataFrame, real: str, expected: str) -> list[Check]:
    """A dimension whose values went missing."""
    found = []
    for name in watched.dims:
        now, was = (_part(table, name, "(none)", column) for column in (real, expected))
        if now > was + JUMP:
            found.append(Check(key="unknown", bad=True, now=now, before=was, dimension=name, share=now - was))
    return found or [Check(key="unknown", bad=False)]


def new_names(watched: Watched, table: pl.DataFrame, real: str, expected: str) -> list[Check]:
    """A value never seen before that takes the place of one that fell silent: the same thing under another name."""
    found = []
    for name in watched.dims:
        sums = table.group_by(name).agg(pl.col(real, expected).sum())
        total = float(sums[real].sum()) or 1.0
        gone = float(sums.filter(pl.col(real) == 0)[expected].sum())
        for value, count, before in (
            sums.filter((pl.col(expected) == 0) & (pl.col(real) > 0)).select(name, real, expected).iter_rows()
        ):
            share = count / total
            if share >= JUMP and gone >= 0.5 * count:
                found.append(
                    Check(key="new", bad=True, now=share, before=before, dimension=name, value=value, share=share)
                )
    return found


def silent(start: datetime, end: datetime, shifts: Sequence[timedelta]) -> list[Check]:
    """A source that used to send and sends nothing."""
    found = []
    for name in SOURCES:
        now = _by(name, [(start, end)])
        before = {
            value: count / max(len(shifts), 1)
            for value, count in _by(name, [(start - s, end - s) for s in shifts]).items()
        }
        whole = sum(before.values()) or 1.0
        for value, usual in before.items():
            if usual >= USUAL and not now.get(value):
                found.append(
                    Check(
                        key="silent", bad=True, now=0.0, before=usual, dimension=name, value=value, share=usual / whole
                    )
                )
    return found or [Check(key="silent", bad=False)]


def schema(start: datetime, end: datetime) -> Check:
    """An item type was changed in the day before: fields may have moved. It is said, and explains nothing by itself."""
    count = Event.objects.filter(type="item_type.saved", at__gte=start - timedelta(hours=24), at__lt=end).exclude(
        actor__in=("system:init", "system:first-run")
    ).count()  # fmt: skip
    return Check(key="schema", bad=count > 0, now=float(count))


def _one(sql: str, where: Mapping[str, str], start: datetime, end: datetime) -> tuple[Any, ...]:
    names = sorted(where)
    tests = "".join(
        f" AND coalesce({name}::VARCHAR, '(none)') = $w{place}" for place, name in enumerate(names) if name != "queue"
    )
    values: dict[str, Any] = {f"w{place}": where[name] for place, name in enumerate(names) if name != "queue"}
    text = f"{sql} AND {OPEN_FACTS} AND moment >= $start AND moment < $end{tests}"
    query = Query(text, {**values, "start": naive(start), "end": naive(end)}, "facts")
    return lake.answer(query, naive(start), naive(end))[0]


def _by(name: str, spans: Sequence[tuple[datetime, datetime]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for start, end in spans:
        sql = (
            f"SELECT {name}, count(*) FROM {{relation}} AS r WHERE type = 'report.received' AND {name} IS NOT NULL "
            f"AND {OPEN_FACTS} AND moment >= $start AND moment < $end GROUP BY 1"
        )
        for value, count in lake.answer(
            Query(sql, {"start": naive(start), "end": naive(end)}, "facts"), naive(start), naive(end)
        ):
            found[value] = found.get(value, 0.0) + count
    return found


def _share(pairs: Sequence[tuple[Any, ...]]) -> float:
    below = sum(pair[1] for pair in pairs)
    return sum(pair[0] for pair in pairs) / below if below else 0.0


def _part(table: pl.DataFrame, name: str, value: str, column: str) -> float:
    whole = float(table[column].sum())
    return float(table.filter(pl.col(name) == value)[column].sum()) / whole if whole else 0.0
