"""What happens to protected names and identity checks, as the ledger says it; it names nobody but accounts by their ids."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class NameProtected(LedgerEvent, frozen=True, tag="name.protected"):
    """A name came into the register, or its entry was changed."""

    kind: str
    verified: bool


class NameReleased(LedgerEvent, frozen=True, tag="name.released"):
    """A name is not protected any more."""

    kind: str


class LikenessFound(LedgerEvent, frozen=True, tag="likeness.found"):
    """An account looks like a protected name: ``how`` by its name, ``bits`` by its picture (None: it does not)."""

    how: str
    distance: int
    bits: int | None
    protected: str


class IdentityAsked(LedgerEvent, frozen=True, tag="identity_check.asked"):
    """Somebody is asked who they are."""

    due: str
    forget_after_days: int


class IdentityAnswered(LedgerEvent, frozen=True, tag="identity_check.answered"):
    """They handed something in."""

    files: int


class IdentityDecided(LedgerEvent, frozen=True, tag="identity_check.decided"):
    """It was decided: verified, refused or impostor."""

    outcome: str
    forget_at: str


class IdentityForgotten(LedgerEvent, frozen=True, tag="identity_check.forgotten"):
    """The evidence is gone, by rule: so many files."""

    files: int
    erased: int
