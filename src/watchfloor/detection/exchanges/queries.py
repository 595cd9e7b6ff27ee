"""Readers of exchanges, imports and what is told back: only those of banks one may know of; another is not there."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from watchfloor.detection.banks.models import Bank
from watchfloor.detection.exchanges.models import Exchange, Import
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import Forbidden, NotFound

MANAGES = "exchange.manage"


def banks(actor: Actor) -> QuerySet[Bank]:
    """Banks in use that one may bring files into and have exchanges fill."""
    return Bank.objects.filter(access.rows(actor, MANAGES, clearance="clearance"), archived_at=None).order_by(
        "name", "key"
    )


def bank(actor: Actor, key: str) -> Bank:
    """One of them. Raises ``NotFound``."""
    row = banks(actor).filter(key=key).first()
    if row is None:
        raise NotFound("no_bank", "There is no such bank.")
    return row


def exchanges(actor: Actor) -> QuerySet[Exchange]:
    """Exchanges that are followed or paused, by name."""
    rows = Exchange.objects.filter(access.rows(actor, MANAGES, clearance="bank__clearance"), archived_at=None)
    return rows.select_related("bank").order_by("name")


def exchange(actor: Actor, name: str) -> Exchange:
    """One of them. Raises ``NotFound``."""
    row = exchanges(actor).filter(name=name).first()
    if row is None:
        raise NotFound("no_exchange", "There is no such exchange.")
    return row


def load(actor: Actor, identity: UUID) -> Import:
    """One import. Raises ``NotFound``."""
    rows = Import.objects.filter(access.rows(actor, MANAGES, clearance="bank__clearance"), pk=identity)
    row = rows.select_related("bank").first()
    if row is None:
        raise NotFound("no_import", "There is no such file.")
    return row


def may_leave(bank: Bank) -> None:
    """Raises ``Forbidden`` for a bank that needs a clearance: what is restricted does not leave as a file."""
    if bank.clearance:
        raise Forbidden(
            "restricted",
            "A bank that needs a clearance does not leave as a file.",
            hint="Share it through its exchange.",
        )
