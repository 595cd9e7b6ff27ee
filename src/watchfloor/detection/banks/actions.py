"""The only writers of banks and their settings; what changes entries is in ``entries`` and is named here too."""

from __future__ import annotations

from watchfloor.detection.banks import queries, settings_of
from watchfloor.detection.banks.contracts import BankIn
from watchfloor.detection.banks.entries import add_entries, disable_until, enable, release, remove_entries
from watchfloor.detection.banks.events import BankArchived, BankSaved
from watchfloor.detection.banks.models import Bank, BankVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer

__all__ = [
    "add_entries", "archive_bank", "change_bank", "create_bank", "disable_until", "enable", "release", "remove_entries", "roll_back",
]  # fmt: skip


def create_bank(w: Writer, settings: BankIn, *, why: str = "") -> Bank:
    """A new bank without entries.

    Raises:
        BadInput: a setting cannot be. Conflict: there is (or was) a bank of that key.
    """
    settings = settings_of.checked(settings)
    now = clock.now()
    values = {name: getattr(settings, name) for name in settings_of.NAMES}
    row = w.create_unless_known(Bank, key=settings.key, changed_by=w.actor, changed_at=now, **values)
    if row is None:
        raise Conflict("bank_known", f"There is a bank with the key {settings.key} already.", where="key")
    _version(w, row, settings, why)
    return row


def change_bank(
    w: Writer, bank: Bank, settings: BankIn, *, why: str, seen: int | None = None, restores: int | None = None
) -> Bank:
    """Other settings, as a new version. The key stays.

    Args:
        seen: the version the change began with, where a person changed it.

    Raises:
        BadInput: a setting cannot be, or no reason is given. Conflict: somebody saved meanwhile.
    """
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = Bank.objects.select_for_update().get(pk=bank.pk)
    if seen is not None and row.version != seen:
        raise Conflict("saved_meanwhile", "Somebody changed this bank meanwhile.", hint="Look at it again, then save.")
    if settings.key != row.key or settings.negative != row.negative:
        raise BadInput("fixed", "A bank's key, and whether it is known-good, stay as they were.", where="key",
                       hint="Begin another bank.")  # fmt: skip
    settings = settings_of.checked(settings)
    if settings == settings_of.of(row):
        return row
    values = {name: getattr(settings, name) for name in settings_of.NAMES}
    w.update(row, **values, version=row.version + 1, changed_by=w.actor, changed_at=clock.now())
    _version(w, row, settings, why, restores)
    return row


def roll_back(w: Writer, bank: Bank, number: int, *, why: str) -> Bank:
    """The settings of an earlier version again, as a new one."""
    version = BankVersion.objects.filter(bank=bank, number=number).first()
    if version is None:
        raise NotFound("no_version", f"The bank has no version {number}.")
    return change_bank(w, bank, settings_of.back(version.settings), why=why, restores=number)


def archive_bank(w: Writer, bank: Bank, *, why: str, back: bool = False) -> Bank:
    """Out of use: its entries match no more at once; ``back``: they do again."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = Bank.objects.select_for_update().get(pk=bank.pk)
    if (row.archived_at is None) == back:
        return row
    w.update(row, archived_at=None if back else clock.now(), changed_by=w.actor, changed_at=clock.now())
    w.event(BankArchived(bank=row.key, back=back), row, reason=why)
    return row


def _version(w: Writer, row: Bank, settings: BankIn, why: str, restores: int | None = None) -> None:
    queries.names_now.forget()
    w.create(
        BankVersion, bank=row, number=row.version, settings=settings_of.stored(settings), why=why[:200], restores=restores,
        saved_by=w.actor, saved_at=row.changed_at,
    )  # fmt: skip
    w.event(BankSaved(bank=row.key, version=row.version, restores=restores), row, reason=why or None)
