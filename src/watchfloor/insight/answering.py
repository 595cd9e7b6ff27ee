"""From questions to rows: of roll-ups where they fit, else of facts, and of several questions what roll-ups can say side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from watchfloor.insight import lake, persons
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.compile import Ask, Query, compile_metrics, timed
from watchfloor.insight.rollups import answer, opened
from watchfloor.insight.rollups.shapes import again_of, settled

Row = tuple[Any, ...]
Question = tuple[Sequence[Metric], Ask]


class _Read(msgspec.Struct, frozen=True):
    """One query of some metrics of a group; ``start`` and ``end`` only where it reads facts. ``again``: what is added to its counts."""

    metrics: Sequence[Metric]
    query: Query
    start: datetime | None = None
    end: datetime | None = None
    cells: bool = False
    sketched: bool = False
    again: Sequence[tuple[Metric, Query]] = ()


def rows(group: Sequence[Metric], ask: Ask, of: lake.State) -> list[Row]:
    """The rows of metrics that share a scan; the same ones whether roll-ups have them or facts."""
    ask = persons.narrowed(ask, group[0].source)
    reads = _reads(group, ask, of)
    if len(reads) == 1 and reads[0].metrics is group:
        return lake.answer(reads[0].query, reads[0].start, reads[0].end, of)
    width = len(ask.by) + timed(ask)
    parts: list[tuple[Sequence[Metric], Sequence[Row]]] = []
    for read in reads:
        found = lake.answer(read.query, read.start, read.end, of)
        if read.cells:
            found = answer.of_cells(read.metrics, width, found)
        for metric, query in read.again:
            place = width + _place(read.metrics, metric)
            found = answer.with_again(found, place, width, lake.answer(query, of=of))
        parts.extend(answer.by_metric(read.metrics, width, found) if read.sketched else [(read.metrics, found)])
    return answer.merged(group, width, parts)


def beforehand(asked: Iterable[Question], of: lake.State) -> None:
    """Read at once what roll-ups can say of several questions; ``rows`` of each finds it read."""
    if of.folder is None:
        return
    queries: list[Query] = []
    for group, ask in asked:
        for read in _reads(group, persons.narrowed(ask, group[0].source), of):
            if read.start is None:
                queries += [read.query, *(query for _, query in read.again)]
    lake.side_by_side(queries, of)


def _reads(group: Sequence[Metric], ask: Ask, of: lake.State) -> list[_Read]:
    if of.folder is None:
        return [_facts(group, ask)]
    if group[0].stock and (query := opened.stock_query(group, ask, of.folder)):
        return [_Read(group, query)]
    fits = {metric.key: answer.fit(metric, ask) for metric in group}
    reads: list[_Read] = []
    added = [metric for metric in group if fits[metric.key] and metric.kind != "quantile"]
    if added and (found := fits[added[0].key]):
        again = [(metric, _again(metric, ask)) for metric in added if metric.kind == "distinct"]
        reads.append(_Read(added, answer.cells_query(added, ask, found), cells=True, again=again))
    quantiles = [metric for metric in group if fits[metric.key] and metric.kind == "quantile"]
    if quantiles and (found := fits[quantiles[0].key]):
        reads.append(_Read(quantiles, answer.quantiles_query(quantiles, ask, found), sketched=True))
    left = [metric for metric in group if fits[metric.key] is None]
    if kept := [metric for metric in left if answer.kept(metric)]:
        reads.append(_Read(kept, msgspec.structs.replace(compile_metrics(kept, ask), relation="kept")))
    if left := [metric for metric in left if not answer.kept(metric)]:
        reads.append(_facts(left, ask))
    return reads


def _again(metric: Metric, ask: Ask) -> Query:
    return msgspec.structs.replace(compile_metrics([metric], ask), relation=again_of(metric.source))


def _facts(group: Sequence[Metric], ask: Ask) -> _Read:
    first = min([ask.start, *(ask.start - shift for shift in ask.shifts)])
    return _Read(group, compile_metrics(group, ask), first, ask.end)


def _place(metrics: Sequence[Metric], wanted: Metric) -> int:
    """Where a metric's numerator is in a row of its group (see ``compile``)."""
    before = metrics[: list(metrics).index(wanted)]
    return sum(1 + bool(settled(metric)[1]) for metric in before)
