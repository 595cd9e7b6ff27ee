"""What can happen at this door that concerns the floor: whose tokens it takes."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class IssuerAdded(LedgerEvent, frozen=True, tag="atproto.issuer_added"):
    """Tokens of this DID are taken from now on."""

    name: str


class IssuerForgotten(LedgerEvent, frozen=True, tag="atproto.issuer_forgotten"):
    """They are no longer."""

    name: str
