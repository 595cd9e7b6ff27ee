"""Facts are frozen: read first, then kept. The only writer of facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight import facts as lake
from watchfloor.insight import queries
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer
from watchfloor.programme.facts import definition, reading, rights, sql
from watchfloor.programme.facts.contracts import Answer, Question
from watchfloor.programme.facts.definition import Defined
from watchfloor.programme.facts.events import FactFrozen
from watchfloor.programme.facts.models import Fact
from watchfloor.programme.facts.rights import Reach

LONGEST_TITLE = 200


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is not kept yet, with all that a fact says of it."""

    question: Question
    answer: Answer
    defined: Defined
    reach: list[Reach]
    at: datetime
    leaf: int
    rolled_up_at: datetime | None


def read(actor: Actor, questions: Sequence[Question]) -> list[Read]:
    """Answers with the actor's rights, restricted work left out; those over one span are read together.

    Raises:
        Forbidden: they may see no numbers.
        BadInput: a question that cannot be asked.
    """
    leaf, fresh, now = lake.exported_leaf(), queries.fresh(), clock.now()
    plain = rights.reaches(actor)
    whole = rights.reader(plain)
    numbers = iter(reading.answers(whole, [each for each in questions if each.sql is None]))
    found = []
    for each in questions:
        if each.sql is None:
            answer, defined, reach = next(numbers), definition.of_metric(each.metric), plain
        else:
            reading.check(each)
            reach = rights.reaches(actor, rights.SQL)
            row = sql.kept(actor, each)
            answer, defined = sql.answer(rights.reader(reach), row, each), sql.defined(row)
        found.append(
            Read(
                question=each,
                answer=answer,
                defined=defined,
                reach=reach,
                at=now,
                leaf=leaf,
                rolled_up_at=fresh.rolled_up_at,
            )
        )
    return found


def keep(w: Writer, actor: Actor, made: Read, title: str = "", about: str = "") -> Fact:
    """Keep what was read.

    Args:
        title: as people call it; the metric's own name without one.
        about: what rests on it: ``launch:…``, ``review:…``.
    """
    title = " ".join(title.split()) or made.defined.title
    if len(title) > LONGEST_TITLE:
        raise BadInput("too_long", f"A title has at most {LONGEST_TITLE} characters.", where="title")
    row = w.create(
        Fact, title=title, about=about, metric=made.question.metric, question=msgspec.to_builtins(made.question),
        answer=msgspec.to_builtins(made.answer), unit=made.defined.unit, direction=made.defined.direction,
        formula=made.defined.formula, version=made.defined.version, digest=made.defined.digest,
        groups=definition.of_groups(made.question), rights=msgspec.to_builtins(made.reach), read_by=str(actor), read_at=made.at,
        leaf=made.leaf, rolled_up_at=made.rolled_up_at,
    )  # fmt: skip
    cells = len(made.answer.table) + len(made.answer.series) + len(made.answer.lines)
    w.event(FactFrozen(metric=row.metric, about=about, cells=cells), row)
    return row


def freeze(w: Writer, actor: Actor, question: Question, title: str = "", about: str = "") -> Fact:
    """Ask and keep the answer: the value with its interval, what it is compared with, the moment, the definition, the rights.

    Raises:
        Forbidden: the actor may see no numbers.
        BadInput: a question that cannot be asked, or would speak of single persons.
    """
    return freeze_many(w, actor, [(question, title)], about=about)[0]


def freeze_many(w: Writer, actor: Actor, asked: Sequence[tuple[Question, str]], about: str = "") -> list[Fact]:
    """Several at one moment, read together."""
    made = read(actor, [question for question, _title in asked])
    return [keep(w, actor, each, title, about) for each, (_question, title) in zip(made, asked, strict=True)]
