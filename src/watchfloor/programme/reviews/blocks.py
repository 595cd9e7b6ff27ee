"""Kinds of blocks: what each asks of the lake, and how it fills itself from the answers. Further parts of Programme add theirs.

@kind("number", N_("Numbers"), asks=questions)
def fill(context, block, read): ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards.models import Target
from watchfloor.kernel.errors import BadInput
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.facts.contracts import Question
from watchfloor.programme.reviews.domain.document import Block


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a block is filled for. ``reader`` sees what the composer sees but nothing restricted; ``vendor``: only that vendor's work."""

    reader: Actor
    start: datetime
    end: datetime
    zone: ZoneInfo
    vendor: str = ""
    about: str = ""
    targets: Sequence[Target] = ()

    def filters(self, block: Block) -> dict[str, str]:
        """The block's filters within the review's."""
        return {**block.spec.filters, **({"vendor": self.vendor} if self.vendor else {})}


Asks = Callable[[Context, Block], list[tuple[Question, str]]]  # each with the title its fact gets
Fill = Callable[[Context, Block, Sequence[Read]], Block]


class Kind(NamedTuple):
    """One kind: its name for people, its questions, and how it fills itself."""

    title: str
    asks: Asks
    fill: Fill


def _nothing(_context: Context, _block: Block) -> list[tuple[Question, str]]:
    return []


_KINDS: dict[str, Kind] = {}


def kind(name: str, title: str, asks: Asks = _nothing) -> Callable[[Fill], Fill]:
    """Register a kind of block; the decorated function fills one."""

    def register(fill: Fill) -> Fill:
        _KINDS[name] = Kind(title, asks, fill)
        return fill

    return register


def kinds() -> dict[str, Kind]:
    """All kinds by name, in the order they were registered."""
    return dict(_KINDS)


def one(name: str) -> Kind:
    """A kind.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in _KINDS:
        raise BadInput("unknown_kind", f"{name[:40]!r} is no kind of block.", where="kind", hint=", ".join(_KINDS))
    return _KINDS[name]
