"""Readers of facts: who may see one, what it said, and what it would say now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.urls import reverse

from watchfloor.identity.domain import Actor
from watchfloor.insight import queries
from watchfloor.insight.boards.answers import rows_url as rows_address
from watchfloor.insight.boards.models import SqlQuestion
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound
from watchfloor.programme.facts import definition, reading, rights, sql
from watchfloor.programme.facts.contracts import Again, Answer, Question, Reason
from watchfloor.programme.facts.models import Fact

PREFIX = "fact"


def fact(actor: Actor, fact_id: UUID) -> Fact:
    """One fact, whether or not its number is open to the actor (ask ``may_see``).

    Raises:
        NotFound: there is none.
    """
    del actor  # that there is one is no secret within Programme; what it says is
    row = Fact.objects.filter(pk=fact_id).first()
    if row is None:
        raise NotFound("unknown_fact", "There is no such fact.")
    return row


def may_see(actor: Actor, row: Fact) -> bool:
    """Whether the actor could read all that the fact counts."""
    return rights.open_to(actor, rights.read(row.rights), question_of(row).filters)


def about(actor: Actor, name: str) -> list[Fact]:
    """The facts that something rests on and that are open to the actor, the oldest first."""
    return [row for row in Fact.objects.filter(about=name).order_by("read_at", "pk") if may_see(actor, row)]


def by_ids(wanted: Sequence[UUID]) -> dict[UUID, Fact]:
    """Several at once."""
    return {row.pk: row for row in Fact.objects.filter(pk__in=list(wanted))}


def question_of(row: Fact) -> Question:
    """What was asked."""
    return msgspec.convert(row.question, Question)


def answer_of(row: Fact) -> Answer:
    """What was answered then."""
    return msgspec.convert(row.answer, Answer)


def url(row: Fact) -> str:
    """The fact's own page."""
    return reverse("programme-fact", args=[ids.encode(PREFIX, row.pk)])


def rows_url(row: Fact) -> str:
    """The rows behind the number, with the rights of whoever opens them; ``""`` of a SQL question."""
    asked = question_of(row)
    return rows_address(asked.metric, asked.start, asked.end, asked.filters) if asked.metric else ""


def metric_url(row: Fact) -> str:
    """The metric's page over the same span; ``""`` of a SQL question."""
    asked = question_of(row)
    return rows_address(asked.metric, asked.start, asked.end, asked.filters, "insight-metric") if asked.metric else ""


def again(actor: Actor, row: Fact) -> Again:
    """The same question now, with the rights it was read with, and why the answer moved.

    Raises:
        Forbidden: the number is not open to the actor.
    """
    if not may_see(actor, row):
        raise Forbidden("not_open", "This number counts more than you may see.", hint="Ask whoever froze it.")
    asked, then = question_of(row), answer_of(row)
    reader = rights.reader(rights.read(row.rights))
    try:
        defined = _defined(asked)
        now = reading.answers(reader, [asked])[0] if asked.sql is None else _sql(row, asked)
    except (BadInput, NotFound):
        return Again(then=then, now=None, drift=None, why=(Reason("gone"),))
    drift = None if then.value is None or now.value is None else now.value - then.value
    moved = drift != 0 if drift is not None else then.lines != now.lines
    return Again(then=then, now=now, drift=drift, why=_why(row, asked, then, now, defined) if moved else ())


def _defined(asked: Question) -> definition.Defined:
    return definition.of_metric(asked.metric) if asked.sql is None else sql.defined(_kept(asked))


def _kept(asked: Question) -> SqlQuestion:
    found = SqlQuestion.objects.filter(pk=asked.sql).first()
    if found is None:
        raise NotFound("no_question", "There is no such kept question.")
    return found


def _sql(row: Fact, asked: Question) -> Answer:
    reader = rights.reader(rights.read(row.rights))
    return sql.answer(reader, _kept(asked), asked)


def _why(row: Fact, asked: Question, then: Answer, now: Answer, defined: definition.Defined) -> tuple[Reason, ...]:
    found = []
    if defined.digest != row.digest:
        found.append(Reason("redefined"))
    if definition.of_groups(asked) != row.groups:
        found.append(Reason("regrouped"))
    if asked.sql is not None:  # it looks back from now, and other days lie there
        return (*found, Reason("moved"))
    if row.read_at < asked.end:
        found.append(Reason("open"))
    reader = rights.reader(rights.read(row.rights))
    late = queries.later(reader, reading.span_of(asked), row.leaf)
    if late and row.read_at >= asked.end:
        found.append(Reason("late", late))
    if then.rows is not None and now.rows is not None and now.rows < then.rows and not found:
        found.append(Reason("erased", then.rows - now.rows))
    return tuple(found) or (Reason("other"),)
