"""Headings and text: what people bring."""

from __future__ import annotations

from collections.abc import Sequence

from watchfloor.kernel.words import N_
from watchfloor.programme.facts.actions import Read
from watchfloor.programme.reviews.blocks import Context, kind
from watchfloor.programme.reviews.domain.document import Block


@kind("heading", N_("Heading"))
def heading(_context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """A title between blocks."""
    return block


@kind("text", N_("Text"))
def text(_context: Context, block: Block, _read: Sequence[Read]) -> Block:
    """People's own words."""
    return block
