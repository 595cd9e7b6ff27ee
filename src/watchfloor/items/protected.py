"""Protected accounts: the only writers of their register, and the readers, which log each look."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from watchfloor.identity import access, audit
from watchfloor.identity.domain import Actor
from watchfloor.items.events import AccountProtected, AccountReleased, RepresentativeEnded, RepresentativeNamed
from watchfloor.items.models import Item, ItemType, ProtectedAccount, Representative
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.kernel.remembered import Remembered
from watchfloor.ledger.writer import Writer

CHANNELS: Final = ("email", "api", "phone", "portal")
MAX_WHY: Final = 1_000


class Register(msgspec.Struct, frozen=True):
    """What decisions and reports ask of it, remembered for a few seconds: no names, no reasons."""

    accounts: frozenset[UUID]
    contacts: dict[str, UUID]  # the address reports come under -> the representative


def protect(
    w: Writer, account: Item, *, tier: str, why: str, review_at: datetime, clearance: str = ""
) -> ProtectedAccount:
    """Put an account into the register. ``clearance`` "": whoever holds ``protected.know`` may know.

    Raises:
        BadInput: no account, an unknown tier, no reason, a review that lies in the past.
        Conflict: it is in the register already.
    """
    if account.kind != ItemType.Kind.ACCOUNT:
        raise BadInput(
            "no_account", "Only accounts are protected; what they make is protected with them.", where="account"
        )
    if tier not in ProtectedAccount.Tier.values:
        raise BadInput("unknown_tier", f"{tier[:40]!r} is no tier.", where="tier",
                       hint="One of: " + ", ".join(ProtectedAccount.Tier.values))  # fmt: skip
    why = why.strip()
    if not why or len(why) > MAX_WHY:
        raise BadInput("no_reason", f"Say in 1 to {MAX_WHY:,} characters why it is protected.", where="why")
    if review_at <= clock.now():
        raise BadInput("already_over", "The next look at this entry must lie in the future.", where="review_at")
    if ProtectedAccount.objects.filter(account=account, ended_at__isnull=True).exists():
        raise Conflict("protected_already", "The account is in the register already.")
    row = w.create(
        ProtectedAccount, account=account, tier=tier, why=why, clearance=clearance, since=clock.now(), review_at=review_at,
        added_by=w.actor,
    )  # fmt: skip
    w.event(AccountProtected(tier=tier), row)
    in_force.forget()
    return row


def release(w: Writer, row: ProtectedAccount) -> None:
    """Take an account out; the entry stays as history, its representatives no longer speak for it."""
    if row.ended_at is not None:
        return
    for each in row.representatives.filter(ended_at__isnull=True):
        dismiss(w, each)
    w.update(row, ended_at=clock.now())
    w.event(AccountReleased(tier=row.tier), row)
    in_force.forget()


def name_representative(w: Writer, row: ProtectedAccount, *, name: str, channel: str, address: str) -> Representative:
    """Name somebody who may speak for the account; what comes in under ``address`` is marked as theirs."""
    name, address = name.strip(), address.strip()
    if channel not in CHANNELS:
        raise BadInput("unknown_channel", "By which channel?", where="channel", hint="One of: " + ", ".join(CHANNELS))
    if not 1 <= len(name) <= 120:
        raise BadInput("bad_name", "A name has 1 to 120 characters.", where="name")
    if not 1 <= len(address) <= 250:
        raise BadInput("bad_address", "An address has 1 to 250 characters.", where="address")
    if row.representatives.filter(channel=channel, address=address, ended_at__isnull=True).exists():
        raise Conflict("known_already", "This contact is named already.")
    made = w.create(
        Representative, protected=row, name=name, channel=channel, address=address, since=clock.now(), added_by=w.actor
    )
    w.event(RepresentativeNamed(channel=channel), made)
    in_force.forget()
    return made


def dismiss(w: Writer, row: Representative) -> None:
    """They no longer speak for the account."""
    if row.ended_at is None:
        w.update(row, ended_at=clock.now())
        w.event(RepresentativeEnded(channel=row.channel), row)
        in_force.forget()


def register(actor: Actor) -> QuerySet[ProtectedAccount]:
    """The entries this actor may know of, ended ones too."""
    allowed = access.rows(actor, "protected.know", clearance="clearance", market="account__market")
    return ProtectedAccount.objects.filter(allowed).select_related("account").order_by("review_at", "id")


def looked_at(actor: Actor, rows: list[ProtectedAccount], why: str) -> list[ProtectedAccount]:
    """Log one look for each entry before it is shown."""
    for row in rows:
        audit.record(actor, f"protected:{row.pk}", why, clearance=row.clearance)
    return rows


def entry(actor: Actor, entry_id: UUID, why: str) -> ProtectedAccount:
    """One entry, the look logged; ``NotFound`` where there is none the actor may know of."""
    row = register(actor).filter(pk=entry_id).first()
    if row is None:
        raise NotFound("unknown_entry", "There is no such entry.")
    return looked_at(actor, [row], why)[0]


def is_protected(account: Item | None) -> bool:
    """Whether a second person must agree to what is done to this account. Says nothing of why."""
    return account is not None and account.pk in in_force().accounts


def speaks_for(address: str) -> UUID | None:
    """The authorised contact whose reports come under this address."""
    return in_force().contacts.get(address) if address else None


def _read() -> Register:
    return Register(
        frozenset(ProtectedAccount.objects.filter(ended_at__isnull=True).values_list("account", flat=True)),
        dict(Representative.objects.filter(ended_at__isnull=True).values_list("address", "pk")),
    )


in_force = Remembered(_read)
