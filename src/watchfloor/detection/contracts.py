"""What screening and the verdict endpoint take and tell."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from watchfloor.engines import sml


class Screening(msgspec.Struct, frozen=True, kw_only=True):
    """What detection made of one item version. ``shadow`` names rules that fired without acting."""

    fired: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    signals: int = 0
    cases: tuple[UUID, ...] = ()
    decisions: tuple[UUID, ...] = ()
    errors: tuple[str, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """An event about which a verdict is asked before it is published."""

    name: str
    item_type: str
    item_id: str
    data: dict[str, Any]
    author_type: str = ""
    author_id: str = ""
    market: str = ""
    language: str = ""
    event: dict[str, Any] = {}


class FiredOut(msgspec.Struct, frozen=True):
    """A rule that fired and may act, and why in words."""

    rule: str
    reason: str


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say of a question, and what they would do. ``rule_set`` names the texts and states that answered."""

    rule_set: str
    verdicts: tuple[str, ...] = ()
    fired: tuple[FiredOut, ...] = ()
    shadow: tuple[str, ...] = ()
    effects: tuple[sml.Effect, ...] = ()
    errors: tuple[str, ...] = ()
    milliseconds: float = 0.0
