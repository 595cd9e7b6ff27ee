"""The only writer of imported history: sources, steps, rows that could not be read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction

from watchfloor.interop.events import HistoryForgot, HistoryImported, HistorySourceSaved
from watchfloor.interop.history import mapping as mappings
from watchfloor.interop.history.steps import Step, steps
from watchfloor.interop.models import HistoryReject, HistorySource, HistoryStep
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound, WatchfloorError
from watchfloor.ledger.writer import Writer, writing

KINDS: Final = ("file", "zendesk", "salesforce")
CHUNK: Final = 2_000
MOST_REJECTS: Final = 10_000  # kept of one source; beyond, they are counted
Rows = Iterable[tuple[str, Mapping[str, Any] | WatchfloorError]]


class Result(msgspec.Struct, kw_only=True):
    """What an import did. ``added``: steps that were not known yet."""

    source: str
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    added: int = 0
    cases: int = 0
    problems: list[str] = []


def save_source(w: Writer, *, name: str, kind: str, mapping: mappings.Mapping, **more: Any) -> HistorySource:
    """Write down how a source is read; a new name is a new source. ``more``: url, account, secret (sealed), on."""
    name = name.strip()
    if not name or len(name) > 60:
        raise BadInput("bad_name", "Write a name of 1 to 60 characters.", where="name")
    if kind not in KINDS:
        raise BadInput("unknown_kind", "Choose where it comes from.", where="kind", hint=", ".join(KINDS))
    stored = msgspec.to_builtins(mappings.check(mapping))
    row = HistorySource.objects.select_for_update().filter(name=name).first()
    if row is None:
        row = w.create(
            HistorySource, name=name, kind=kind, mapping=stored, made_by=w.actor, made_at=clock.now(), **more
        )
    elif row.kind != kind:
        raise BadInput("another_kind", f"{name} is of another kind already.", where="name", hint="Take another name.")
    else:
        w.update(row, mapping=stored, **more)
    w.event(HistorySourceSaved(kind=kind, enabled=row.on), row)
    return row


def mapping_of(source: HistorySource) -> mappings.Mapping:
    """How its rows are read."""
    return msgspec.convert(source.mapping, mappings.Mapping)


def take_in(
    actor: Any,
    source: HistorySource,
    rows: Rows,
    *,
    progress: Callable[[int], None] | None = None,
    cursor: str | None = None,
) -> Result:
    """Import rows, each with the name of its place; what cannot be read is put aside. The same rows again add nothing.

    ``cursor``: where to go on next time, kept with the last of these rows.
    """
    plan = mapping_of(source)
    result = Result(source=source.name)
    before = HistoryStep.objects.filter(source=source).count()
    seen: set[str] = set()
    for chunk in itertools.batched(rows, CHUNK) if hasattr(itertools, "batched") else _batched(rows, CHUNK):
        made: dict[tuple[str, str, int], Step] = {}
        bad: list[tuple[str, str, dict[str, str]]] = []
        for place, row in chunk:
            result.rows += 1
            try:
                if isinstance(row, WatchfloorError):
                    raise row
                snapshot = mappings.read(row, plan)
            except WatchfloorError as wrong:
                bad.append((place, wrong.message, {} if isinstance(row, WatchfloorError) else mappings.only(row, plan)))
                continue
            seen.add(snapshot.case)
            result.accepted += 1
            for step in steps(snapshot, plan.solved):
                made.setdefault((step.case, step.kind, step.number), step)
        _write(source, made.values(), bad)
        result.rejected += len(bad)
        result.problems += [f"{place}: {why}" for place, why, _ in bad[: max(0, 20 - len(result.problems))]]
        if progress is not None:
            progress(result.rows)
    result.cases = len(seen)
    result.added = HistoryStep.objects.filter(source=source).count() - before
    with writing(actor) as w:
        if cursor is not None:
            HistorySource.objects.filter(pk=source.pk).update(cursor=cursor)
        if result.added or result.rejected:
            w.event(
                HistoryImported(kind=source.kind, rows=result.rows, added=result.added, rejected=result.rejected),
                source,
            )
    return result


def forget(w: Writer, source_id: UUID) -> int:
    """Throw the imported steps of a source away; it can be imported again."""
    source = HistorySource.objects.select_for_update().filter(pk=source_id).first()
    if source is None:
        raise NotFound("no_source", "There is no such source.")
    gone = HistoryStep.objects.filter(source=source).delete()[0]
    HistoryReject.objects.filter(source=source).delete()
    HistorySource.objects.filter(pk=source.pk).update(cursor="", last_error="")
    w.event(HistoryForgot(steps=gone), source)
    return gone


def _write(source: HistorySource, made: Iterable[Step], bad: list[tuple[str, str, dict[str, str]]]) -> None:
    with transaction.atomic():
        HistoryStep.objects.bulk_create(
            [HistoryStep(source=source, **msgspec.structs.asdict(step)) for step in made],
            ignore_conflicts=True,
            batch_size=1_000,
        )
        if bad and HistoryReject.objects.filter(source=source).count() < MOST_REJECTS:
            now = clock.now()
            HistoryReject.objects.bulk_create(
                [HistoryReject(source=source, at=now, place=place[:120], why=why[:300], row=row) for place, why, row in bad],
                ignore_conflicts=True, batch_size=1_000,
            )  # fmt: skip


def _batched(rows: Rows, size: int) -> Iterable[tuple[Any, ...]]:
    waiting = iter(rows)
    while chunk := tuple(itertools.islice(waiting, size)):
        yield chunk
