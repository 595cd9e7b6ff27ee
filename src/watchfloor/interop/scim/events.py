"""What a directory changed, as the ledger says it: no names, no addresses."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class PersonProvisioned(LedgerEvent, frozen=True, tag="scim.person"):
    """A directory made, changed or took back (``what``: made | changed | gone) what it says of a person."""

    what: str


class ScimGroupSaved(LedgerEvent, frozen=True, tag="scim.group"):
    """A directory made, changed or took back a group; so many people came and went."""

    what: str
    came: int
    went: int
