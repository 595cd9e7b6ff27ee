"""What the ledger knows of well-being. No event names the person who was shown something, but for restricted media, where it must."""

from __future__ import annotations

import msgspec

from watchfloor.ledger.schema import LedgerEvent


class SeenLine(msgspec.Struct, frozen=True):
    """A line of ``exposure.seen``: what kind, at which severity, with which filters on; how long and how often revealed."""

    kind: str
    severity: int
    filters: list[str]
    ms: int
    reveals: int


class ExposureSeen(LedgerEvent, frozen=True, tag="exposure.seen"):
    """One touch of one job ended, and somebody was shown this. Who is not said, nor which job.

    ``severity`` is the highest shown; ``ms`` the sum of the lines; ``revealed`` how often media was revealed.
    """

    policy: str
    market: str
    language: str
    severity: int
    queue: str
    vendor: str
    ms: int
    revealed: int
    lines: list[SeenLine]


class MediaRevealed(LedgerEvent, frozen=True, tag="media.revealed"):
    """A person revealed restricted media: the view-by-view log. Its actor is the person. ``how``: held | opened | played."""

    media: str
    kind: str
    how: str
    filters: list[str]
    policy: str
    severity: int
    clearance: str
    item_version: str
    job: str


class WellbeingChosen(LedgerEvent, frozen=True, tag="wellbeing.chosen"):
    """A person set something about their own well-being; what it is stays with them."""


class BudgetSaved(LedgerEvent, frozen=True, tag="budget.saved"):
    """A budget of exposure was made or changed."""

    scope: str


class WellbeingWeek(LedgerEvent, frozen=True, tag="wellbeing.week"):
    """A published figure of a whole week, of five people or more.

    ``measure``: exposure (``shown_ms``) | breaks_planned | breaks_taken | step_backs | opted_out (``times``). ``vendor`` and ``team`` are
    ``several`` for a remainder.
    """

    week: str
    measure: str
    severity: int
    vendor: str
    team: str
    people: int
    shown_ms: int = 0
    times: int = 0


class WeekPublished(LedgerEvent, frozen=True, tag="wellbeing.week_published"):
    """The figures of a week are out; they are not computed again."""

    week: str
    cells: int
