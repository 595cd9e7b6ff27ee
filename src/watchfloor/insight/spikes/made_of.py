"""What a movement is made of: rate and mix, hours of work, what came and what left, and the numbers that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl

from watchfloor.engines.metrics import chain as engine_chain
from watchfloor.engines.metrics import decompose
from watchfloor.insight import catalogue
from watchfloor.insight.spikes import table
from watchfloor.insight.spikes.domain import looking
from watchfloor.insight.spikes.domain.watched import Watched
from watchfloor.insight.spikes.domain.watching import WEEK
from watchfloor.insight.spikes.stored import Beside, FlowFound, LinkFound, MixFound, PartFound, Query

BESIDE = ("incoming_manual", "solved_manual", "aht", "overturn_rate", "automation_share", "backlog")


def mix(watched: Watched, leafs: pl.DataFrame, where: Mapping[str, str]) -> MixFound | None:
    """For a ratio: rate against mix, by the dimension of the slice whose values explain most (else the first that varies)."""
    if not watched.ratio:
        return None
    names = [name for name in watched.dims if name in where] or looking.varying(leafs, watched.dims)
    if not names or float(leafs["real_d"].sum()) <= 0 or float(leafs["base_d"].sum()) <= 0:
        return None
    found = [
        (
            name,
            decompose(
                leafs, before_num="base_n", before_den="base_d", after_num="real_n", after_den="real_d", by=[name]
            ),
        )
        for name in names
    ]
    name, best = max(found, key=lambda pair: max((abs(part.rate + part.mix) for part in pair[1].parts), default=0.0))
    parts = [PartFound(value=part.where[name], rate=part.rate, mix=part.mix) for part in best.parts]
    return MixFound(
        metric=watched.key, dimension=name, before=best.before, after=best.after, rate=best.rate, rate_low=best.rate_low,
        rate_high=best.rate_high, mix=best.mix, simpson=best.simpson, closes=best.closes, parts=parts,
    )  # fmt: skip


def chain(where: Mapping[str, str], start: datetime, end: datetime, shifts: Sequence[timedelta]) -> list[LinkFound]:
    """Hours of work that came in = cases that came in x the part of them that people get x minutes each, now against before."""
    inside = {name: value for name, value in where.items() if name not in ("vendor", "queue")}
    keys = ("incoming_total", "incoming_manual", "aht")
    back = list(shifts) or [WEEK]
    now = table.parts(keys, start, end, inside)
    before = [table.parts(keys, start - shift, end - shift, inside) for shift in back]
    values: dict[str, tuple[float, float]] = {}
    came = (sum(each["incoming_total"][0] or 0 for each in before) / len(back), now["incoming_total"][0] or 0)
    manual = (sum(each["incoming_manual"][0] or 0 for each in before) / len(back), now["incoming_manual"][0] or 0)
    below = sum(each["aht"][1] or 0 for each in before)
    aht = (sum(each["aht"][0] or 0 for each in before) / below if below else 0.0, _ratio(now["aht"]) or 0.0)
    if 0 in (*came, *manual, *aht):
        return []
    values = {
        "came": came,
        "manual": (manual[0] / came[0], manual[1] / came[1]),
        "aht": (aht[0] / 3.6e6, aht[1] / 3.6e6),
    }
    parts = engine_chain([values])
    return [LinkFound(key=key, before=pair[0], after=pair[1], hours=parts[key]) for key, pair in values.items()]


def beside(
    where: Mapping[str, str],
    start: datetime,
    end: datetime,
    shifts: Sequence[timedelta],
    stretch: tuple[datetime, datetime] | None,
) -> list[Beside]:
    """Volume, time and quality of the same slice side by side: less time with more overturned decisions is no win."""
    now = table.parts(BESIDE, start, end, where)
    if stretch:
        spans = [(stretch[0].replace(tzinfo=UTC), stretch[1].replace(tzinfo=UTC))]
    else:
        spans = [(start - shift, end - shift) for shift in shifts]
    before = [table.parts(BESIDE, since, until, where) for since, until in spans]
    scale = sum(((until - since) / (end - start) for since, until in spans), 0.0) or 1.0
    found = []
    for key in BESIDE:
        top = sum(each[key][0] or 0 for each in before)
        if now[key][1] is None:  # a count; of a stock the spans' lengths say nothing
            value: float | None = now[key][0]
            was: float | None = top / (len(spans) if catalogue.metric(key).stock else scale)
        else:
            below = sum(each[key][1] or 0 for each in before)
            value, was = _ratio(now[key]), top / below if below else None
        found.append(
            Beside(
                metric=key, value=value, before=was, query=Query(metric=key, start=start, end=end, where=dict(where))
            )
        )
    return found


def flows(
    watched: Watched, where: Mapping[str, str], began: datetime, until: datetime, shifts: Sequence[timedelta]
) -> list[FlowFound]:
    """Of a stock: what was there when it began, what came and what left since, each against what is usual; their gaps are its gap."""
    if not watched.stock or not shifts:
        return []
    start, end = began.replace(tzinfo=UTC), until.replace(tzinfo=UTC)
    now, *before = table.flows(watched, where, [(start, end), *((start - shift, end - shift) for shift in shifts)])
    usual = [sum(each[at] for each in before) / len(before) for at in range(3)]
    return [FlowFound(key=key, now=now[at], usual=usual[at]) for at, key in enumerate(("before", "came", "left"))]


def _ratio(parts: tuple[float | None, float | None]) -> float | None:
    return (parts[0] or 0.0) / parts[1] if parts[1] else None
