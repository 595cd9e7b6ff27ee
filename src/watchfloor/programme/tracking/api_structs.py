"""What the JSON of initiatives and actions looks like."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema


class InitiativeIn(Schema):
    """An initiative to begin. ``owner`` and ``sponsor`` are ids of people (``usr_...``)."""

    title: str
    kind: str = "initiative"
    aim: str = ""
    owner: str = ""
    sponsor: str = ""
    state: str = "planned"
    zone: str = "UTC"
    market: str = ""
    vendor: str = ""


class InitiativeChange(Schema):
    """What is to change; what is not named stays."""

    title: str | None = None
    aim: str | None = None
    owner: str | None = None
    sponsor: str | None = None
    state: str | None = None
    zone: str | None = None


class InitiativeOut(Schema):
    """An initiative."""

    id: str
    kind: str
    title: str
    aim: str
    owner: str
    sponsor: str
    state: str
    zone: str
    about: str
    market: str
    vendor: str
    begun_at: datetime


class InitiativesOut(Schema):
    """A page of initiatives; ``after`` asks for the next one, "" at the end."""

    initiatives: list[InitiativeOut]
    after: str


class WorkActionIn(Schema):
    """An action to agree on. ``due`` says its zone; ``waits_for`` are ids of actions (``todo_...``)."""

    title: str
    text: str = ""
    initiative: str = ""
    owner: str = ""
    due: datetime | None = None
    waits_for: list[str] = []
    market: str = ""
    vendor: str = ""


class WorkActionChange(Schema):
    """What is to change; what is not named stays. A due time that moves back needs ``why``."""

    title: str | None = None
    text: str | None = None
    owner: str | None = None
    due: datetime | None = None
    state: str | None = None
    waits_for: list[str] | None = None
    why: str = ""


class WorkActionLink(Schema):
    """What it is called elsewhere."""

    system: str
    key: str
    url: str


class WorkActionOut(Schema):
    """An action."""

    id: str
    title: str
    text: str
    initiative: str
    owner: str
    state: str
    due: datetime | None
    late: bool
    moved_times: int
    waits_for: list[str]
    about: str
    market: str
    vendor: str
    links: list[WorkActionLink]


class WorkActionsOut(Schema):
    """A page of actions; ``after`` asks for the next one, "" at the end."""

    actions: list[WorkActionOut]
    after: str
