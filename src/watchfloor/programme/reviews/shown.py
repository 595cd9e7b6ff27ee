"""A review as it is drawn, on a page and in every file alike: numbers from their facts, charts, tables, lists, people's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards import wording
from watchfloor.insight.boards.answers import Answer as Picture
from watchfloor.insight.boards.answers import Dot, Line
from watchfloor.insight.boards.domain.document import Panel
from watchfloor.programme.facts import definition, words
from watchfloor.programme.facts import queries as facts
from watchfloor.programme.facts.contracts import Answer, Question
from watchfloor.programme.facts.models import Fact
from watchfloor.programme.reviews import access
from watchfloor.programme.reviews.domain import markdown
from watchfloor.programme.reviews.domain.document import Block, Document, Entry
from watchfloor.programme.reviews.models import Review

_MOMENT = timedelta(seconds=1)


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """One number with the way to its fact (none for readers outside the house)."""

    title: str
    value: str
    interval: str
    change: str
    url: str
    formula: str


class Row(msgspec.Struct, frozen=True):
    """One row of a table: its name and cells."""

    name: str
    cells: tuple[str, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One block, drawn. ``definitions``: (title, formula), for notes and for who asks."""

    id: str
    kind: str
    title: str
    said: tuple[str, ...] = ()
    text: tuple[markdown.Line, ...] = ()
    numbers: tuple[Number, ...] = ()
    picture: Picture | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    more: int = 0
    entries: tuple[Entry, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it has nothing but its title."""
        return (
            not (self.said or self.text or self.numbers or self.picture or self.rows or self.entries)
            and self.kind != "heading"
        )


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The whole review."""

    title: str
    span: str
    source: str
    language: str
    number: int
    parts: tuple[Part, ...]


ROWS = 15


def of(
    actor: Actor, row: Review, document: Document, *, title: str = "", number: int = 0, empty: bool = False
) -> Shown:
    """The review in its own language and zone. Numbers of single facts are shown to whom they are open.

    Args:
        empty: blocks that have nothing to say are shown, too (to whoever writes it).
    """
    outside = access.is_outside(actor, row)
    with translation.override(row.language), timezone.override(ZoneInfo(row.zone)):
        known = facts.by_ids([UUID(name) for block in document.blocks for name in block.facts if _is_id(name)])
        parts = [part(actor, row, block, known, outside=outside) for block in document.blocks]
        taken = max((fact.read_at for fact in known.values()), default=row.made_at)
        return Shown(
            title=title or row.title, span=span_words(row.starts_at, row.ends_at), language=row.language, number=number or row.version,
            source=source_words(row, taken), parts=tuple(each for each in parts if empty or not each.empty),
        )  # fmt: skip


def part(actor: Actor, row: Review, block: Block, known: Mapping[UUID, Fact], *, outside: bool = False) -> Part:
    """One block, drawn."""
    mine = [known[UUID(name)] for name in block.facts if _is_id(name) and UUID(name) in known]
    if block.kind == "fact":
        mine = [fact for fact in mine if facts.may_see(actor, fact)]
    answers = [(fact, facts.answer_of(fact)) for fact in mine]
    entries = access.entries(actor, row, block)
    plain = Part(
        id=block.id, kind=block.kind, title=block.title, said=block.said, text=markdown.parse(block.text), entries=entries,
        definitions=tuple((fact.title, fact.formula) for fact in mine),
    )  # fmt: skip
    if block.kind in ("number", "fact"):
        return msgspec.structs.replace(plain, numbers=tuple(_number(fact, said, outside) for fact, said in answers))
    if block.kind == "chart" and answers:
        return msgspec.structs.replace(plain, picture=picture(*answers[0]))
    if block.kind == "table" and answers:
        columns, rows = _table(answers)
        return msgspec.structs.replace(plain, columns=columns, rows=rows[:ROWS], more=max(0, len(rows) - ROWS))
    return plain


def span_words(start: datetime, end: datetime) -> str:
    """``2 – 8 November 2026`` in the zone in force."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    if (end - start).total_seconds() > 1 and last.hour == last.minute == 0:
        last = timezone.localtime(end) - _MOMENT
    if first.date() == last.date():
        return date_format(first, "l, j F Y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {date_format(last, 'j F Y')}"
    return f"{date_format(first, 'j F Y')} – {date_format(last, 'j F Y')}"


def source_words(row: Review, taken: datetime) -> str:
    """Of what, by whose clock, and when it was counted."""
    what = (
        _("Vendor %(name)s") % {"name": row.vendor_key}
        if row.vendor_key
        else _("The whole floor, without restricted work")
    )
    return _("Watchfloor · %(what)s · days by %(zone)s · counted %(moment)s") % {
        "what": what, "zone": row.zone, "moment": wording.moment_words(taken),
    }  # fmt: skip


def picture(fact: Fact, answer: Answer) -> Picture | None:
    """A line as boards draw it."""
    if not answer.series:
        return None
    asked = facts.question_of(fact)
    dots = [Dot(point.at, point.value, None, None, "") for point in answer.series]
    line = Line(name=fact.title, metric=fact.metric, dots=dots, before=list(answer.before_series))
    return Picture(
        panel=Panel(id="chart", form="line", metrics=(fact.metric,)), title=fact.title, sentence="", unit=fact.unit,
        start=asked.start, end=asked.end, interval=asked.interval, filters=asked.filters, base=answer.base,
        definitions=[(fact.title, fact.formula, "")], counted_at=fact.read_at, lines=[line],
    )  # fmt: skip


def _number(fact: Fact, answer: Answer, outside: bool) -> Number:
    return Number(
        title=fact.title, value=words.value_words(fact.unit, answer), interval=words.interval_words(fact.unit, answer),
        change=words.beside_words(fact.unit, answer), url="" if outside else facts.url(fact), formula=fact.formula,
    )  # fmt: skip


def _table(answers: Sequence[tuple[Fact, Answer]]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Tables of several numbers by one dimension side by side, in the order of the first."""
    asked: Question = facts.question_of(answers[0][0])
    names = list(dict.fromkeys(cell.names for _fact, answer in answers for cell in answer.table))
    by_name = [{cell.names: cell for cell in answer.table} for _fact, answer in answers]
    hidden = _("fewer than five people")
    rows = []
    for name in names:
        cells = []
        for (fact, _answer), found in zip(answers, by_name, strict=True):
            cell = found.get(name)
            if cell is not None and cell.hidden:
                cells.append(hidden)
                continue
            said = wording.value_words(fact.unit, cell.value if cell else None)
            before = cell.before if cell is not None and fact.unit == "count" else None
            cells.append(said if before is None else _("%(value)s (%(before)s before)") % {
                "value": said, "before": wording.value_words(fact.unit, before),
            })  # fmt: skip
        rows.append(Row(", ".join(name), tuple(cells)))
    titles = tuple(definition.of_title(fact.metric) or fact.title for fact, _answer in answers)
    return (wording.dimension_words(asked.by) if asked.by else "", *titles), tuple(rows)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
