"""Readers of banks: which one may know of; one that one may not know of is not there."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from watchfloor.detection.banks.models import Bank, Entry, Match
from watchfloor.identity import access
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import NotFound
from watchfloor.kernel.remembered import Remembered

SEES, EDITS, MANAGES = "bank.view", "bank.edit", "bank.manage"


def banks(actor: Actor, *, archived: bool = False, permission: str = SEES) -> QuerySet[Bank]:
    """The banks one may know of, by name."""
    rows = Bank.objects.filter(archived_at__isnull=not archived)
    return rows.filter(access.rows(actor, permission, clearance="clearance")).order_by("name", "key")


def bank(actor: Actor, key: str) -> Bank:
    """One bank, an archived one too.

    Raises:
        NotFound: there is none, or one is not cleared for it.
    """
    row = Bank.objects.filter(access.rows(actor, SEES, clearance="clearance"), key=key).first()
    if row is None:
        raise _unknown()
    return row


def _names() -> dict[str, str]:
    return dict(Bank.objects.filter(clearance="").values_list("key", "name"))


names_now = Remembered(_names)


def name_of(key: str) -> str:
    """What a bank is called, on pages that name where a signal is from; of a restricted one that it is one."""
    return _("a restricted bank") if key == "restricted" else names_now().get(key, key)


def may(actor: Actor, permission: str, row: Bank) -> bool:
    """Whether one may do this in this bank."""
    return actor.may(permission, clearance=row.clearance)


def by_key(key: str) -> Bank:
    """One bank in use, for the program itself; ``NotFound`` otherwise."""
    row = Bank.objects.filter(key=key, archived_at__isnull=True).first()
    if row is None:
        raise _unknown()
    return row


def entry(actor: Actor, entry_id: UUID) -> Entry:
    """One entry of a bank one may know of, a removed one too."""
    row = Entry.objects.select_related("bank").filter(_of(actor), pk=entry_id).first()
    if row is None:
        raise NotFound("no_entry", "There is no such entry.")
    return row


def matches(actor: Actor) -> QuerySet[Match]:
    """The matches of banks one may know of, the newest first."""
    return Match.objects.filter(_of(actor)).select_related("bank", "entry", "item").order_by("-at", "-pk")


def _of(actor: Actor) -> Q:
    return access.rows(actor, SEES, clearance="bank__clearance")


def _unknown() -> NotFound:
    return NotFound("no_bank", "There is no such bank.")
