"""What others see of training: where somebody stands with each policy, and who is certified on each site."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person stands with one policy, and what to do next.

    ``holds``: current (the version in force), old (an earlier one that still counts until ``until``), ended, or "" (never certified).
    ``step``: practise | sit | go_on | wait | none; ``opens_at`` is when one may sit, in the step wait.
    """

    policy_key: str
    name: str
    version: int | None
    practice_right: int
    practice_total: int
    practice_needed: int
    has_exam: bool
    holds: str
    until: datetime | None
    step: str
    opens_at: datetime | None = None
    sitting_id: UUID | None = None


class Certified(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the map: the people of a site who are certified for the version in force, those who must renew, and all of them."""

    policy_key: str
    current: int
    renew: int
    people: int


class SiteRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the map: a vendor's site."""

    site: str
    vendor_key: str
    vendor: str
    people: int
    cells: tuple[Certified, ...]


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One person of a site; ``holds`` as in ``Path``, by policy."""

    reviewer_id: UUID
    name: str
    team: str
    holds: dict[str, str]
    until: dict[str, datetime | None]
