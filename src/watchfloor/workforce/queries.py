"""Readers: who is on the floor, of which vendor."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Q

from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import Remembered, RememberedBy
from watchfloor.ledger import rows
from watchfloor.workforce.certificates import CertificateOut, certificates, held_of
from watchfloor.workforce.domain import capacity
from watchfloor.workforce.domain.matching import Held, Shift, shifts
from watchfloor.workforce.models import Certificate, Presence, Reviewer, Vendor

__all__ = [
    "GONE",
    "CertificateOut",
    "PersonOn",
    "RosterRow",
    "available",
    "certificates",
    "coverage",
    "covering",
    "people_on",
    "roster_row",
    "vendors",
]

GONE = timedelta(minutes=3)  # without a heartbeat


class PersonOn(msgspec.Struct, frozen=True):
    """One reviewer who is on the floor."""

    id: UUID
    vendor: str
    team: str
    state: str
    since: datetime
    queues: tuple[str, ...]
    strength: float = 1.0  # of a full day's work, today


class RosterRow(msgspec.Struct, frozen=True):
    """What a claim and an event need to know of a reviewer."""

    vendor: str
    active: bool
    languages: tuple[str, ...]
    markets: tuple[str, ...] | None  # None is every market
    skills: tuple[str, ...]  # as a manager has said them; see ``domain.matching.skills``
    queues: tuple[str, ...]
    extras: tuple[str, ...] = ()
    hours: tuple[Shift, ...] = ()
    push: bool = False
    certificates: tuple[Held, ...] = ()
    share: float = 1.0
    ramp_days: int = 0
    started_on: date | None = None

    def strength(self, now: datetime) -> float:
        """Of a full day's work, on the day of this moment."""
        return capacity.strength(self.share, self.started_on, self.ramp_days, now.date())


def _roster_row(user_id: UUID) -> RosterRow | None:
    row = rows.one(Reviewer, "WHERE id = %s", [user_id])
    if row is None:
        return None
    certified = rows.select(Certificate, "WHERE reviewer_id = %s ORDER BY granted_at, id", [user_id])
    return RosterRow(
        row.vendor_key, row.active, tuple(row.languages), None if row.markets is None else tuple(row.markets),
        tuple(row.skills), tuple(row.queues), tuple(row.extras), shifts(row.hours), row.push,
        tuple(held_of(certified)), row.share, row.ramp_days, row.started_on,
    )  # fmt: skip


# The staffing row of a user; None when staffing does not know them. Remembered a little longer than other things: a claim asks for it,
# and what one may see at all is asked of ``identity``, not here. Whether a certificate counts is asked anew each time.
roster_row = RememberedBy(_roster_row, seconds=15)


def people_on(actor: Actor, permission: str = "floor.view", *, vendor: str = "") -> list[PersonOn]:
    """Who is on the floor now, of the vendors the actor may see."""
    seen = Presence.objects.filter(seen_at__gt=clock.now() - GONE).exclude(state="away")
    present = {row.reviewer_id: row for row in seen}
    allowed = access.rows(actor, permission, vendor="vendor_key")
    today = clock.now().date()
    chosen = Q(pk__in=present.keys()) & allowed & (Q(vendor_key=vendor) if vendor else Q())
    found = []
    for row in Reviewer.objects.filter(chosen).order_by("vendor_key", "team"):
        here, strength = present[row.pk], capacity.strength(row.share, row.started_on, row.ramp_days, today)
        found.append(PersonOn(row.pk, row.vendor_key, row.team, here.state, here.since, tuple(row.queues), strength))
    return found


def available(*, push: bool | None = None) -> list[UUID]:
    """Who is on the floor and ready for work; ``push``: only those who are offered work, or who take it.

    Longest waiting first, where an hour of waiting counts by one's share: who works half the time is offered half as much.
    """
    seen = Presence.objects.filter(seen_at__gt=clock.now() - GONE, state="available").order_by("since", "pk")
    waiting = dict(seen.values_list("reviewer_id", "since"))
    rows = Reviewer.objects.filter(pk__in=list(waiting), active=True)
    found = (rows if push is None else rows.filter(push=push)).values_list("pk", "share", "started_on", "ramp_days")
    now = clock.now()
    counted = {
        pk: (now - waiting[pk]) * capacity.strength(share, started_on, ramp_days, now.date())
        for pk, share, started_on, ramp_days in found
    }
    return sorted(counted, key=lambda pk: (-counted[pk], waiting[pk], pk))


def vendors(actor: Actor, permission: str = "floor.view") -> list[tuple[str, str]]:
    """``(key, name)`` of the vendors the actor may see."""
    return list(
        Vendor.objects.filter(access.rows(actor, permission, vendor="key")).order_by("name").values_list("key", "name")
    )


def _coverage() -> list[tuple[str, str, frozenset[str], frozenset[str] | None]]:
    sites = dict(Vendor.objects.values_list("key", "site"))
    found = {
        (vendor, sites.get(vendor, ""), frozenset(languages), None if markets is None else frozenset(markets))
        for vendor, languages, markets in Reviewer.objects.filter(active=True).values_list(
            "vendor_key", "languages", "markets"
        )
    }
    return sorted(found, key=lambda row: (row[0], row[1], sorted(row[2]), sorted(row[3] or ())))


coverage = Remembered(_coverage)  # what the active reviewers of each vendor can read and for which markets


def covering(language: str, market: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The vendors, and the sites, with an active reviewer for this language and market ("": any)."""
    vendors, sites = set(), set()
    for vendor, site, languages, markets in coverage():
        reads = not language or not languages or language in languages or language.split("-")[0] in languages
        if reads and (not market or markets is None or market in markets):
            vendors.add(vendor)
            sites.add(site)
    return tuple(sorted(vendors)), tuple(sorted(sites - {""}))
