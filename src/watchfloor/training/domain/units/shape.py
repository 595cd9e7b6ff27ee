"""What a training unit consists of, once it is read: frozen, with the line each part stands on."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec

# In the order of the products. The names are what a heading says in English, or its ``{#name}`` in any language.
SECTIONS = ("aim", "explanation", "examples", "edge-cases", "activities", "questions")


class Span(msgspec.Struct, frozen=True):
    """A run of letters in one look. ``look``: "" | strong | em | code | link (then with ``target``)."""

    text: str
    look: str = ""
    target: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph, a list or a quotation. ``kind``: p | ul | ol | quote. A paragraph and a quotation have one item a paragraph."""

    kind: str
    items: tuple[tuple[Span, ...], ...]
    line: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """The items without their looks."""
        return tuple("".join(span.text for span in item) for item in self.items)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the explanation under a heading of its own; the first one may have none."""

    title: str
    blocks: tuple[Block, ...]
    line: int = 0


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An example or an edge case: what is seen, what it is found to be, by which clause, and why."""

    title: str
    shown: str
    finding: str
    why: tuple[Block, ...]
    clause: str = ""
    difficulty: int = 2
    key: str = ""
    line: int = 0


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Something done together: how long it takes, what people are told, and what only the facilitator reads."""

    title: str
    minutes: int
    task: tuple[Block, ...]
    answer: tuple[Block, ...] = ()
    materials: str = ""
    line: int = 0


class Choice(msgspec.Struct, frozen=True):
    """One answer that is offered."""

    text: str
    right: bool


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question with one right answer. ``shown``: the case it is about, or ""; ``key``: its name in the item bank."""

    key: str
    title: str
    ask: str
    choices: tuple[Choice, ...]
    why: str
    shown: str = ""
    clause: str = ""
    topic: str = "general"
    difficulty: int = 2
    line: int = 0

    @property
    def right(self) -> str:
        """The right answer."""
        return next(choice.text for choice in self.choices if choice.right)


class Stamp(msgspec.Struct, frozen=True):
    """What a product was made from: the policy, the version of it the unit was written for, and the digest of the unit's source."""

    policy: str
    version: int
    digest: str

    @property
    def short(self) -> str:
        """For a footer: ``spam 3 · 5f0c2a91b7d4``."""
        return f"{self.policy} {self.version} · {self.digest[:12]}"


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as it was read. ``headings``: what each section's heading says, by its name in ``SECTIONS``."""

    title: str
    policy: str
    version: int
    language: str
    minutes: int
    owner: str
    review: date
    stamp: Stamp
    headings: dict[str, str]
    aim: tuple[Block, ...]
    explanation: tuple[Part, ...]
    examples: tuple[Case, ...] = ()
    edge_cases: tuple[Case, ...] = ()
    activities: tuple[Activity, ...] = ()
    questions: tuple[Question, ...] = ()


def digest(source: str) -> str:
    """SHA-256 of a source. Line ends, spaces at the end of lines and empty lines at the end change nothing."""
    lines = [
        line.rstrip() for line in source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    return hashlib.sha256("\n".join(lines).strip("\n").encode("utf-8", "surrogatepass")).hexdigest()
