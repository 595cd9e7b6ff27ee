"""A review as data: blocks in reading order, each with what it looks at, what the rules said of it, and what people wrote beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput, NotFound

MOST_BLOCKS: Final = 60
MOST_METRICS: Final = 6
LONGEST_TITLE: Final = 160
LONGEST_TEXT: Final = 6_000


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a block looks at. ``fact``: id of one that was frozen before (kind fact)."""

    metrics: tuple[str, ...] = ()
    by: str = ""
    interval: str = ""
    filters: dict[str, str] = {}
    compare: str = ""
    fact: str = ""
    about: str = ""  # ``launch:…``: what a block of decisions, actions or risks is about


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a block lists: a spike, an incident, an action, a question.

    ``needs``: the permission without which a reader sees ``instead`` and no link; empty: none beyond the review's own. ``market`` and
    ``severity`` are what that permission is asked for.
    """

    title: str
    state: str = ""
    tone: str = ""
    lines: tuple[str, ...] = ()
    url: str = ""
    needs: str = ""
    instead: str = ""
    market: str | None = None
    severity: int = 0


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One block. ``said`` and ``entries`` are as they were at the moment of composing; ``facts`` name the numbers; ``text`` is people's."""

    id: str
    kind: str
    title: str = ""
    spec: Spec = Spec()
    said: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    text: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a review that a version keeps."""

    blocks: tuple[Block, ...] = ()


def check(document: Document, kinds: Mapping[str, object]) -> Document:
    """The document itself, when it is within bounds and its kinds are known.

    Raises:
        BadInput: with the place of what is wrong.
    """
    if len(document.blocks) > MOST_BLOCKS:
        raise BadInput("too_many_blocks", f"A review has at most {MOST_BLOCKS} blocks.", where="blocks")
    seen: set[str] = set()
    for number, block in enumerate(document.blocks):
        where = f"blocks[{number}]"
        if block.kind not in kinds:
            raise BadInput(
                "unknown_kind",
                f"{block.kind[:40]!r} is no kind of block.",
                where=f"{where}.kind",
                hint=", ".join(kinds),
            )
        if not block.id.isalnum() or len(block.id) > 20 or block.id in seen:
            raise BadInput("bad_block_id", "Each block has an id of its own, letters and digits.", where=f"{where}.id")
        if len(block.title) > LONGEST_TITLE:
            raise BadInput("too_long", f"A title has at most {LONGEST_TITLE} characters.", where=f"{where}.title")
        if len(block.text) > LONGEST_TEXT:
            raise BadInput("too_long", f"A text has at most {LONGEST_TEXT:,} characters.", where=f"{where}.text")
        if len(block.spec.metrics) > MOST_METRICS:
            raise BadInput("bad_metrics", f"Choose at most {MOST_METRICS} metrics.", where=f"{where}.spec.metrics")
        seen.add(block.id)
    return document


def place_of(document: Document, block_id: str) -> int:
    """Where a block stands.

    Raises:
        NotFound: somebody took it out meanwhile.
    """
    for place, block in enumerate(document.blocks):
        if block.id == block_id:
            return place
    raise NotFound("no_block", "There is no such block in this review.")


def add(document: Document, block: Block, at: int | None = None) -> Document:
    """With one more block, last unless a place is named."""
    blocks = list(document.blocks)
    blocks.insert(len(blocks) if at is None else at, block)
    return Document(blocks=tuple(blocks))


def change(document: Document, block: Block) -> Document:
    """With the block of this id in its new form."""
    place = place_of(document, block.id)
    return Document(blocks=(*document.blocks[:place], block, *document.blocks[place + 1 :]))


def remove(document: Document, block_id: str) -> Document:
    """Without the block."""
    place = place_of(document, block_id)
    return Document(blocks=(*document.blocks[:place], *document.blocks[place + 1 :]))


def move(document: Document, block_id: str, to: int) -> Document:
    """The block at another place (0 is first; beyond the end is last)."""
    place = place_of(document, block_id)
    blocks = list(document.blocks)
    block = blocks.pop(place)
    blocks.insert(max(0, min(to, len(blocks))), block)
    return Document(blocks=tuple(blocks))


def free_id(document: Document) -> str:
    """An id no block has."""
    taken = {block.id for block in document.blocks}
    number = len(taken) + 1
    while f"b{number}" in taken:
        number += 1
    return f"b{number}"


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Documents in the order they were made; ``at`` is on screen. What was undone can be redone until the next edit."""

    documents: tuple[Document, ...]
    at: int = 0

    @property
    def now(self) -> Document:
        """The document on screen."""
        return self.documents[self.at]

    def then(self, document: Document, most: int = 40) -> History:
        """After one more edit; what had been undone is forgotten."""
        if document == self.now:
            return self
        kept = (*self.documents[: self.at + 1], document)[-most:]
        return History(documents=kept, at=len(kept) - 1)

    def back(self) -> History:
        """One edit taken back."""
        return History(documents=self.documents, at=max(0, self.at - 1))

    def forth(self) -> History:
        """One put on again."""
        return History(documents=self.documents, at=min(len(self.documents) - 1, self.at + 1))
