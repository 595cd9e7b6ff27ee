"""Kept SQL questions as facts: their answer as text, by the same process and walls as the page of SQL has."""

from __future__ import annotations

import hashlib
import math
import re
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards.models import SqlQuestion
from watchfloor.insight.boards.sql import runs
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.programme.facts.contracts import Answer, Question
from watchfloor.programme.facts.definition import Defined

MOST_LINES, MOST_COLUMNS, LONGEST_CELL = 100, 12, 200
_PERSONS = re.compile(r"(?<![a-z0-9_])(reviewer|team|tenure)(?![a-z0-9_])", re.IGNORECASE)


def kept(actor: Actor, question: Question) -> SqlQuestion:
    """The kept question; one's own or one that is shared.

    Raises:
        NotFound: there is none.
        BadInput: it speaks of people.
    """
    mine = Q(owner=str(actor)) | Q(shared=True)
    row = SqlQuestion.objects.filter(mine, pk=question.sql, archived_at__isnull=True).exclude(name="").first()
    if row is None:
        raise NotFound("no_question", "There is no such kept question.")
    if _PERSONS.search(row.text):
        raise BadInput("single_persons", "A fact is not about people, and this question names them.", where="sql")
    return row


def defined(row: SqlQuestion) -> Defined:
    """What it is by definition: its text."""
    return Defined(row.name, "number", "neutral", _("A kept SQL question: %(name)s") % {"name": row.name}, 0,
                   hashlib.sha256(row.text.encode()).hexdigest())  # fmt: skip


def answer(reader: Actor, row: SqlQuestion, question: Question) -> Answer:
    """Asked now, as many days back as the question's span has.

    Raises:
        BadInput: it cannot be answered.
    """
    days = max(1, min(runs.LONGEST_DAYS, math.ceil((question.end - question.start) / timedelta(days=1))))
    run = runs.start(reader, row.text, days)
    found = runs.wait(reader, run, runs.SECONDS + 5).answer
    if found is None:
        runs.cancel(reader, run)
        raise BadInput("too_slow", f"It took more than {runs.SECONDS} s and was stopped.", where="sql")
    if found.error:
        raise BadInput(found.code or "bad_sql", found.error, where="sql")
    value = None
    if len(found.rows) == 1 and len(found.columns) == 1 and isinstance(found.rows[0][0], (int, float)):
        value = float(found.rows[0][0])
    lines = tuple(
        tuple("" if cell is None else str(cell)[:LONGEST_CELL] for cell in line[:MOST_COLUMNS])
        for line in found.rows[:MOST_LINES]
    )
    return Answer(
        value=value, rows=found.read, columns=tuple(name for name, _kind in found.columns[:MOST_COLUMNS]), lines=lines
    )
