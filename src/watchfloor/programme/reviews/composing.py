"""Blocks filled at one moment: all questions of a review are read together, then each block says what its numbers are."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards import marking
from watchfloor.kernel.errors import BadInput
from watchfloor.programme.facts import actions as facts
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.facts.contracts import Question
from watchfloor.programme.reviews import access, blocks
from watchfloor.programme.reviews.blocks import Context
from watchfloor.programme.reviews.domain.document import Block
from watchfloor.programme.reviews.models import Review


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A block with what was read for it, which is kept as facts beside it; ``titles`` name them."""

    block: Block
    read: Sequence[Read] = ()
    titles: Sequence[str] = ()


def fill(context: Context, wanted: Sequence[Block]) -> list[Filled]:
    """Each block as it is now. Kinds whose part of Programme is not installed are left out.

    Raises:
        BadInput: a block asks for something that cannot be asked, with the block's place.
    """
    known = blocks.kinds()
    kept = [block for block in wanted if block.kind in known]
    asked: list[tuple[int, Question, str]] = []
    for place, block in enumerate(kept):
        asked += [(place, question, title) for question, title in known[block.kind].asks(context, block)]
    read = facts.read(context.reader, [question for _place, question, _title in asked])
    found = []
    for place, block in enumerate(kept):
        mine = [(made, title) for made, (where, _question, title) in zip(read, asked, strict=True) if where == place]
        answers = [made for made, _title in mine]
        filled = known[block.kind].fill(context, block, answers)
        found.append(Filled(block=filled, read=answers, titles=[title for _made, title in mine]))
    return found


def context_of(actor: Actor, row: Review) -> Context:
    """What the blocks of a review are filled for."""
    if row.ends_at <= row.starts_at:
        raise BadInput("empty_span", "The span ends before it starts.", where="end")
    reader = access.reader(actor)
    return Context(
        reader=reader, start=row.starts_at, end=row.ends_at, zone=ZoneInfo(row.zone), vendor=row.vendor_key, about=row.about,
        targets=list(marking.targets(reader)),
    )  # fmt: skip
