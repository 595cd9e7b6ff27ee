"""What screening and the verdict endpoint take and tell."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from watchfloor.detection.beside import Held
from watchfloor.detection.domain.forecast import Forecast
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
    """What the rules say of a question, and what they would do.

    Attributes:
        rule_set: names the texts and states that answered.
        held_until: automatic actions are held until then, so nothing of it may be done without a person.
        restrictions: what holds it beside the rules; ``verdicts`` has theirs, too (``slow``, ``challenge``, ``hold``, ``block``).
    """

    rule_set: str
    verdicts: tuple[str, ...] = ()
    fired: tuple[FiredOut, ...] = ()
    shadow: tuple[str, ...] = ()
    effects: tuple[sml.Effect, ...] = ()
    errors: tuple[str, ...] = ()
    held_until: datetime | None = None
    restrictions: tuple[Held, ...] = ()
    milliseconds: float = 0.0


class BacktestFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a backtest found of one text of a rule; frozen as evidence, so fields are only ever added, with defaults.

    Attributes:
        source: ``lake`` (events), or ``items`` (the items seen) where the lake had nothing.
        items: different items hit. ``alone``: hits on which no other rule of the set fired.
        series: (day, hits). ``overlap``: hits shared with each other rule.
        protected: items hit of verified or protected accounts.
        judged, right: items hit that people had judged under the policy, and how many were violating.
        samples, wrong_items: items to read.
        forecast: what it will do to the floor when fully on; None where it opens no case.
        truncated: there were more hits than the forecast and the samples rest on.
        undecided: events on which it could not be decided. ``by_rows``: why it was worked out event by event, if it was.
    """

    source: str
    start: datetime
    end: datetime
    events: int
    hits: int
    hits_per_day: float
    items: int
    series: list[tuple[str, int]]
    overlap: dict[str, int]
    alone: int
    protected: int
    judged: int
    right: int
    wrong_items: list[UUID]
    samples: list[UUID]
    forecast: Forecast | None
    seconds: float
    truncated: bool = False
    undecided: int = 0
    by_rows: str = ""
