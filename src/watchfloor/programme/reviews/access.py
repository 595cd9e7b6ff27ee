"""Who may know of a review: who writes reviews and sees all it counts; once it is published, its readers; a vendor its own only."""

from __future__ import annotations

from typing import Final

import msgspec
from django.utils.translation import gettext as _

from watchfloor.identity.domain import PERMISSIONS, Actor, Scope
from watchfloor.oncall.queries import VIEW as INCIDENTS
from watchfloor.programme.facts import rights
from watchfloor.programme.reviews.domain.document import Block, Entry
from watchfloor.programme.reviews.models import Review
from watchfloor.vendors import access as vendors

VIEW, EDIT, WORK = "programme.view", "programme.edit", vendors.WORK
_READS: Final = frozenset(
    {
        "programme.view",
        "insight.view",
        "insight.sql",
        "oncall.view",
        "vendor.view",
        "spike.view",
        "case.view",
        "floor.view",
    }
) & frozenset(PERMISSIONS)


def reader(actor: Actor) -> Actor:
    """Somebody who reads what the actor may read and nothing restricted: what a review is made with, for it travels."""
    if actor.all_powerful:
        return Actor(kind="system", id="reviews", scopes=(Scope(role="reviews", permissions=_READS),))
    scopes = tuple(
        msgspec.structs.replace(scope, permissions=scope.permissions & _READS, clearances=frozenset())
        for scope in actor.scopes
    )
    return Actor(kind="system", id="reviews", scopes=scopes)


def may_write(actor: Actor, row: Review) -> bool:
    """Change it, publish it: the right to write reviews, and to see all that it counts."""
    return actor.has(EDIT) and _covers(actor, row)


def may_read(actor: Actor, row: Review) -> bool:
    """Know of it at all."""
    if may_write(actor, row):
        return True
    if not row.published or row.archived_at is not None:
        return False
    if row.vendor_key and actor.may(WORK, vendor=row.vendor_key):
        return True
    return actor.has(VIEW) and _covers(actor, row)


def is_outside(actor: Actor, row: Review) -> bool:
    """Whether they read it as the vendor's people: without links into the house."""
    return bool(row.vendor_key) and not _covers(actor, row)


def entries(actor: Actor, row: Review, block: Block) -> tuple[Entry, ...]:
    """What a block lists, as this reader may know it: no titles and links of what they may not open, none at all for outsiders."""
    outside = is_outside(actor, row)
    return tuple(_entry(actor, block, each, outside) for each in block.entries)


def _entry(actor: Actor, block: Block, entry: Entry, outside: bool) -> Entry:
    needs, market, severity = entry.needs, entry.market, entry.severity
    if (
        not needs and block.kind == "decision"
    ):  # from before entries said what they need: an incident of who knows which market
        needs, market, severity = INCIDENTS, "", 5
    if needs and (outside or not actor.may(needs, market=market, severity=severity)):
        return Entry(title=entry.instead or _("An incident"), state=entry.state, tone=entry.tone, lines=entry.lines)
    return msgspec.structs.replace(entry, url="") if outside else entry


def _covers(actor: Actor, row: Review) -> bool:
    filters = {"vendor": row.vendor_key} if row.vendor_key else {}
    reach = rights.read(row.rights)
    return rights.open_to(actor, reach, filters) and rights.open_to(actor, reach, filters, permission=VIEW)
