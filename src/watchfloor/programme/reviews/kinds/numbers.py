"""Blocks of numbers: tiles with a sentence each, a line over time, a table by a dimension, a fact that was frozen before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from django.utils.translation import gettext as _

from watchfloor.insight import catalogue
from watchfloor.insight.boards import wording
from watchfloor.kernel.words import N_
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.facts.contracts import Question
from watchfloor.programme.reviews import said
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block

DRIVER = "queue"  # what a change of a count is taken apart by, unless a block says otherwise
_COUNTS = frozenset({"count", "difference", "sum"})


def _questions(context: Context, block: Block) -> list[tuple[Question, str]]:
    found = []
    for key in block.spec.metrics:
        one = catalogue.metric(key)
        by = (block.spec.by or DRIVER) if one.kind in _COUNTS and "reviewer" not in (block.spec.by,) else ""
        found.append((_question(context, block, key, by=by), _title(key)))
    return found


@kind("number", N_("Numbers"), asks=_questions)
def number(context: Context, block: Block, read: Sequence[Read]) -> Block:
    """Up to six numbers, each in a sentence."""
    return msgspec.structs.replace(block, said=tuple(said.number(each, context.targets) for each in read))


def _course(context: Context, block: Block) -> list[tuple[Question, str]]:
    days = (context.end - context.start) / timedelta(days=1)
    interval = block.spec.interval or ("hour" if days <= 2 else "day" if days <= 100 else "week")
    return [
        (_question(context, block, key, interval=interval, by=DRIVER), _title(key)) for key in block.spec.metrics[:1]
    ]


@kind("chart", N_("Chart"), asks=_course)
def chart(context: Context, block: Block, read: Sequence[Read]) -> Block:
    """One number over time."""
    lines = [words for each in read for words in (said.number(each, context.targets), said.course(each)) if words]
    return msgspec.structs.replace(block, said=tuple(lines))


def _split(context: Context, block: Block) -> list[tuple[Question, str]]:
    by = block.spec.by or DRIVER
    return [
        (_question(context, block, key, by=by), _("%(number)s by %(dimension)s") % {
            "number": _title(key), "dimension": wording.dimension_words(by).lower(),
        })
        for key in block.spec.metrics
    ]  # fmt: skip


@kind("table", N_("Table"), asks=_split)
def table(_context: Context, block: Block, read: Sequence[Read]) -> Block:
    """Numbers by a dimension."""
    return msgspec.structs.replace(block, said=tuple(words for each in read[:2] if (words := said.table(each))))


@kind("fact", N_("Fact"))
def fact(_context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """A number that was frozen before; whoever may not see it sees that there is one."""
    return msgspec.structs.replace(block, facts=(block.spec.fact,) if block.spec.fact else ())


def _question(context: Context, block: Block, key: str, *, by: str = "", interval: str = "") -> Question:
    filters = context.filters(block)
    return Question(
        metric=key, start=context.start, end=context.end, filters=filters, by="" if by in filters else by, interval=interval,
        compare=block.spec.compare,
    )  # fmt: skip


def _title(key: str) -> str:
    return _(catalogue.metric(key).title)
