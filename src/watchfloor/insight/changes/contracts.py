"""What others give to the change log and get from it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class ChangeIn(msgspec.Struct, frozen=True, kw_only=True):
    """A change somebody writes down.

    Attributes:
        kind: a key of ``kinds.KINDS``.
        scope: values by dimension (``kinds.SCOPES``) that it reached; a dimension that is not named: all of it.
        effect: what it does to the work that comes in: ``more``, ``less`` or ``""`` (not known).
        key: the same while it is the same change (an id of another system); a second record of it changes the first.
    """

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    scope: dict[str, list[str]] = {}
    link: str = ""
    effect: str = ""
    source: str = "hand"
    key: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change, wherever it is known from. ``id`` is a TypeID (``chg_...``) of a written one, or an event's (``evt_...``)."""

    id: str
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime | None
    scope: dict[str, list[str]]
    link: str
    effect: str
    source: str  # ledger | hand | api | file | calendar
    by: str
    type: str = ""  # of the ledger's event
