"""What happened to a case, newest first, a page at a time: a case of ten thousand reports opens as fast as one of three."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec
from django.db.models import Count, Q, QuerySet

from watchfloor.ledger.models import Event
from watchfloor.review.domain import marks
from watchfloor.review.models import Case, Note
from watchfloor.review.models_bench import Inquiry
from watchfloor.review.models_special import Mark
from watchfloor.review.queries import words
from watchfloor.review.queries.timeline import Entry, names_of_actors

LATEST = 60
FEW_REPORTS = 20  # more than that are told by their own tab, and would push everything else out
ALSO = {
    "strike": "action",
    "case": "job",
    "decision_path": "decision",
    "inquiry": "note",
    "mark": "note",
    "statement": "notice",
    "dispute": "appeal",
    "media": "job",
    "page": "escalation",
    "call": "escalation",
    "clock": "job",
    "hold": "note",
    "submission": "notice",
    "tip": "action",
    "cluster": "job",
    "edge_case": "note",
}  # fmt: skip - told with
GROUPS = ("report", "signal", "job", "decision", "action", "notice", "appeal", "escalation", "note")


class Page(msgspec.Struct, frozen=True):
    """Entries, newest first; ``next`` is the ordinal to go on before, None at the beginning of the case."""

    entries: tuple[Entry, ...]
    next: int | None


def page(case: Case, *, show: str = "", before: int | None = None, limit: int = 100) -> Page:
    """A stretch of the case's history. ``show``: one of ``GROUPS``. The caller has asked whether the case may be seen."""
    rows = Event.objects.filter(case_id=case.pk)
    if show:
        rows = rows.filter(_of_group(show))
    if before is not None:
        rows = rows.filter(ordinal__lt=before)
    found = list(rows.order_by("-ordinal")[: limit + 1])
    return Page(entries(found[:limit]), found[limit - 1].ordinal if len(found) > limit else None)


def latest(case: Case, limit: int = LATEST) -> tuple[Entry, ...]:
    """The newest entries for the workbench; of very many reports only the newest few."""
    rows = Event.objects.filter(case_id=case.pk)
    if case.report_count <= FEW_REPORTS:
        return entries(list(rows.order_by("-ordinal")[:limit]))
    other = list(rows.exclude(type="report.received").order_by("-ordinal")[: limit - FEW_REPORTS])
    reports = list(rows.filter(type="report.received").order_by("-ordinal")[:FEW_REPORTS])
    return entries(sorted([*other, *reports], key=lambda event: -event.ordinal))


def groups(case: Case) -> list[str]:
    """The groups this case has anything of, in their order."""
    kinds = Event.objects.filter(case_id=case.pk).values_list("type").annotate(count=Count("pk"))
    there = {group_of(kind.partition(".")[0]) for kind, _count in kinds}
    return [name for name in GROUPS if name in there]


def group_of(name: str) -> str:
    """The group a kind of event is shown with."""
    return ALSO.get(name, name)


def entries(events: Sequence[Event]) -> tuple[Entry, ...]:
    """Events as people read them, with the texts that the ledger does not hold."""
    names = names_of_actors({event.actor for event in events})
    texts = _texts({event.subject for event in events})
    return tuple(
        Entry(
            at=event.at, type=event.type, group=event.type.partition(".")[0], who=names.get(event.actor, ""),
            what=words.of(event.type, event.data), why=event.reason, event=event.pk, subject=event.subject,
            text=texts.get((event.subject, event.type), texts.get((event.subject, ""), "")),
        )
        for event in events
    )  # fmt: skip


def _of_group(show: str) -> Q:
    found = Q(type__startswith=f"{show}.")
    for name, group in ALSO.items():
        if group == show:
            found |= Q(type__startswith=f"{name}.")
    return found


def _texts(subjects: Collection[str]) -> dict[tuple[str, str], str]:
    by_kind: dict[str, list[UUID]] = {}
    for subject in subjects:
        kind, _, pk = subject.partition(":")
        if kind in ("note", "inquiry", "mark"):
            by_kind.setdefault(kind, []).append(UUID(pk))
    found: dict[tuple[str, str], str] = {}
    for pk, text in _rows(Note, by_kind.get("note", [])).values_list("pk", "text"):
        found[f"note:{pk}", ""] = text
    for pk, asked, answered in _rows(Inquiry, by_kind.get("inquiry", [])).values_list("pk", "text", "answer"):
        found[f"inquiry:{pk}", "inquiry.asked"] = asked
        found[f"inquiry:{pk}", "inquiry.answered"] = answered
    for pk, at_ms, note in _rows(Mark, by_kind.get("mark", [])).values_list("pk", "at_ms", "note"):
        found[f"mark:{pk}", ""] = f"{marks.write(at_ms)} {note}".strip()
    return found


def _rows(model: type[Note | Inquiry | Mark], keys: list[UUID]) -> QuerySet[Note | Inquiry | Mark]:
    return model._default_manager.filter(pk__in=keys)
