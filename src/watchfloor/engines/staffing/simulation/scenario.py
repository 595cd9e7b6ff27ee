"""The file of a scenario: a floor's queues, teams, shifts and outages, and what a "what if" changes in it."""

from __future__ import annotations

from typing import Literal

import msgspec

Duration = str | float


class Queue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work of one kind. ``arrivals`` by interval (repeated to the end), those that rules solve (``automated``) among them.

    ``exposure`` is the share of the handle time that counts as exposure; items with a ``patience`` leave unserved after so long on average.
    """

    name: str
    arrivals: list[float]
    aht: Duration
    due: Duration
    spread: Literal["exponential", "lognormal", "fixed"] = "lognormal"
    cv: float = 1.0
    priority: int = 1
    skills: list[str] = []
    language: str = ""
    patience: Duration | None = None
    exposure: float = 0.0
    automated: float = 0.0


class Shift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours of some of a team in its own zone; ``breaks`` are pairs of when (after the start) and how long.

    ``days`` are fixed weekdays; with ``days_per_week`` instead the days off go round the team.
    """

    start: str
    hours: float
    agents: int
    days: list[Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]] = []
    days_per_week: int = 7
    breaks: list[tuple[Duration, Duration]] = []


class Team(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People of one vendor and site who can do the same. Without ``shifts`` its ``agents`` are always at work.

    It serves queues whose skills and language it has, or those named in ``queues``. ``pace`` multiplies handle times (1.3 is slower);
    ``exposure_budget`` is what a person may be exposed to in one shift; ``absent`` the chance that a person misses a shift.
    """

    name: str
    vendor: str = ""
    site: str = ""
    zone: str = "UTC"
    agents: int = 0
    skills: list[str] = []
    languages: list[str] = []
    queues: list[str] = []
    pace: float = 1.0
    exposure_budget: Duration | None = None
    cost: float = 0.0
    absent: float = 0.0
    shifts: list[Shift] = []


class Outage(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"begin": "from", "length": "for"}
):
    """Nobody of a vendor, a site or a team can work for a while; what they hold is finished first."""

    begin: Duration
    length: Duration
    vendor: str = ""
    site: str = ""
    team: str = ""


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A floor for some days. ``rule`` is who goes first: by ``priority`` and then due time, by ``due`` time alone, or the ``oldest``."""

    start: str
    queues: list[Queue]
    teams: list[Team]
    days: float = 7
    warm_up: Duration = 0
    interval: Duration = "1h"
    seed: int = 1
    rule: Literal["priority", "due", "oldest"] = "priority"
    outages: list[Outage] = []


class _Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="change"):
    pass


class Volume(_Change, frozen=True, tag="volume", rename={"begin": "from", "length": "for"}):
    """More or fewer items in some queues (names, ``*`` allowed), for a while or throughout."""

    times: float
    queues: list[str] = msgspec.field(default_factory=lambda: ["*"])
    begin: Duration = 0
    length: Duration | None = None


class Handle(_Change, frozen=True, tag="handle"):
    """Handle times change, as with a new policy."""

    times: float
    queues: list[str] = msgspec.field(default_factory=lambda: ["*"])


class Automation(_Change, frozen=True, tag="automation"):
    """Another share of items is solved by rules."""

    share: float
    queues: list[str] = msgspec.field(default_factory=lambda: ["*"])


class Priority(_Change, frozen=True, tag="priority"):
    """Queues go earlier or later."""

    priority: int
    queues: list[str]


class Rule(_Change, frozen=True, tag="rule"):
    """Another rule of who goes first."""

    rule: Literal["priority", "due", "oldest"]


class Budget(_Change, frozen=True, tag="exposure_budget"):
    """Another budget of exposure, or none."""

    budget: Duration | None
    teams: list[str] = msgspec.field(default_factory=lambda: ["*"])


class Skills(_Change, frozen=True, tag="skills"):
    """Teams learn skills and languages, or lose them."""

    teams: list[str]
    add: list[str] = []
    drop: list[str] = []
    add_languages: list[str] = []


class Out(_Change, frozen=True, tag="outage"):
    """A vendor, site or team fails for a while."""

    outage: Outage


class NewQueue(_Change, frozen=True, tag="queue"):
    """Work that is new: a market, a policy, a surface."""

    queue: Queue


class NewTeam(_Change, frozen=True, tag="team"):
    """More people."""

    team: Team


Change = Volume | Handle | Automation | Priority | Rule | Budget | Skills | Out | NewQueue | NewTeam


class WhatIf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that names only what is different."""

    changes: list[Change]
