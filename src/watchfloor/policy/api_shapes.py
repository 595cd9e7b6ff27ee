"""The shapes of the policies' JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from watchfloor.policy.domain import files


class PolicyOut(Schema):
    """A policy and the number of its version in force (0: none)."""

    key: str
    name: str
    names: dict[str, str]
    harm_group: str
    severity: int
    clearance: str
    target_hours: float
    dsa_category: str
    version: int


class PolicyVersionOut(Schema):
    """One version. ``file`` is its whole text as TOML, only where one version is asked for."""

    id: str
    policy: str
    number: int
    state: Literal["draft", "approved", "scheduled", "in_force", "superseded", "ended", "withdrawn"]
    summary: str
    why: str
    in_force_from: datetime | None
    ends_at: datetime | None
    until: datetime | None
    written_by: str
    approved_by: str
    restores: int | None
    file: str = ""


class PolicyDraftIn(Schema):
    """A text as a policy file (TOML); its frame is not looked at."""

    file: str = Field(max_length=files.MAX_FILE)
    why: str = Field("", max_length=2_000)


class PolicyWhyIn(Schema):
    """Why."""

    why: str = Field(min_length=1, max_length=2_000)


class PolicyPieceOut(Schema):
    """A stretch of words."""

    kind: Literal["same", "removed", "added"]
    text: str


class PolicyOverlayChangeOut(Schema):
    """What an overlay of a clause says otherwise."""

    market: str
    change: str
    text: list[PolicyPieceOut]


class PolicyClauseChangeOut(Schema):
    """A clause that is not the same; ``before`` and ``after`` are its numbers."""

    key: str
    change: Literal["added", "removed", "changed", "moved"]
    before: str
    after: str
    text: list[PolicyPieceOut]
    violates: list[PolicyPieceOut]
    allowed: list[PolicyPieceOut]
    overlays: list[PolicyOverlayChangeOut]


class PolicyViolationChangeOut(Schema):
    """A violation type that is not the same; ``fields``: name -> [before, after]."""

    key: str
    name: str
    change: Literal["added", "removed", "changed"]
    fields: dict[str, list[Any]]


class PolicyDiffOut(Schema):
    """What version ``b`` says otherwise than ``a``; empty lists are the same."""

    a: int
    b: int
    summary: list[PolicyPieceOut]
    clauses: list[PolicyClauseChangeOut]
    violations: list[PolicyViolationChangeOut]
    overlays: list[PolicyOverlayChangeOut]
    tree: list[PolicyPieceOut]
    ends_at: list[str] | None


class PolicyTouchOut(Schema):
    """One kind of thing a version touches; ``stale``: how many have something to mend; ``moving``: it changes all day."""

    kind: str
    label: str
    count: int
    stale: int
    url: str
    note: str
    names: list[str]
    moving: bool


class PolicyReadinessOut(Schema):
    """Facts for the gates of a launch, counted over everything."""

    policy: str
    number: int
    state: str
    starts_at: datetime | None
    trained: int
    people: int
    stale: int
    open_touches: int
    open_questions: int
    touches: dict[str, tuple[int, int]]


class PolicyPartOut(Schema):
    """A part of a text and its translation."""

    key: str
    source: str
    text: str
    state: Literal["current", "stale", "missing"]


class PolicyTranslationOut(Schema):
    """How one language of a policy stands against a version."""

    language: str
    version: int
    current: int
    stale: int
    missing: int
    clauses_behind: list[str]
    parts: list[PolicyPartOut] = []


class PolicyTranslationIn(Schema):
    """Parts to save (an empty text takes one out) as translated from version ``version``."""

    version: int
    parts: dict[str, str]


class PolicyRulingOut(Schema):
    """A question to policy, or a ruling; ``clause`` is a clause's key or empty."""

    id: str
    state: Literal["open", "ruled"]
    clause: str
    question: str
    ruling: str
    verdict: str
    violation: str
    at: datetime
