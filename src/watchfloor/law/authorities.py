"""The register of courts and authorities: nobody acts on an order before somebody has made sure whom it is from."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.law.events import RegisterChanged
from watchfloor.law.models import Authority
from watchfloor.ledger.writer import Writer, writing

KINDS: Final = ("court", "government", "law_enforcement", "regulator")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a person types about an authority."""

    name: str
    kind: str
    country: str
    contact: str = ""
    email: str = ""


def save(actor: Actor, entry: Entry, authority_id: UUID | None = None) -> Authority:
    """Put an authority into the register, or change what it says of one; whoever changes it makes sure of it again."""
    with writing(actor) as w:
        return save_in(w, entry, authority_id)


def save_in(w: Writer, entry: Entry, authority_id: UUID | None = None) -> Authority:
    """``save`` in the caller's transaction."""
    if not entry.name.strip():
        raise BadInput("missing", "An authority has a name.", where="name")
    if entry.kind not in KINDS:
        raise BadInput(
            "unknown_kind", f"{entry.kind[:40]!r} is no kind of authority.", where="kind", hint=", ".join(KINDS)
        )
    if len(entry.country) != 2 or not entry.country.isalpha():
        raise BadInput("bad_country", "Use the two letters of ISO 3166.", where="country")
    values = {
        "name": entry.name.strip()[:160], "kind": entry.kind, "country": entry.country.upper(), "contact": entry.contact,
        "email": entry.email.strip()[:200],
    }  # fmt: skip
    if authority_id is None:
        row = w.create_unless_known(Authority, **values)
        if row is None:
            raise Conflict("in_register", "An authority of this name and country is in the register.", where="name")
    else:
        row = _locked(authority_id)
        w.update(row, **values, verified_at=None, verified_by="")
    step = "added" if authority_id is None else "changed"
    w.event(RegisterChanged(register="authorities", step=step, country=row.country), row)
    return row


def verify(actor: Actor, authority_id: UUID) -> Authority:
    """Somebody made sure that it is whom it says it is, by a way of contact that was known before."""
    with writing(actor) as w:
        row = _locked(authority_id)
        w.update(row, verified_at=clock.now(), verified_by=w.actor)
        w.event(RegisterChanged(register="authorities", step="verified", country=row.country), row)
    return row


def _locked(authority_id: UUID) -> Authority:
    row = Authority.objects.select_for_update().filter(pk=authority_id).first()
    if row is None:
        raise NotFound("unknown_authority", "There is no such authority.")
    return row
