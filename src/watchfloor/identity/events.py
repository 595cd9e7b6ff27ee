"""What can happen to users, grants and tokens. No names, no addresses: those are personal."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class UserCreated(LedgerEvent, frozen=True, tag="user.created"):
    """Someone can sign in."""

    simulated: bool = False


class UserInvited(LedgerEvent, frozen=True, tag="user.invited"):
    """A one-time link was made by which someone chooses a password."""


class UserRenamed(LedgerEvent, frozen=True, tag="user.renamed"):
    """Who manages people gave someone another name; which, is not in the ledger."""


class UserJoined(LedgerEvent, frozen=True, tag="user.joined"):
    """Someone used their one-time link."""


class UserSignedIn(LedgerEvent, frozen=True, tag="user.signed_in"):
    """A session began."""

    by: str = "password"


class UserSecured(LedgerEvent, frozen=True, tag="user.secured"):
    """Someone changed how they prove who they are: ``password``, or a factor added or removed."""

    what: str


class UserDisabled(LedgerEvent, frozen=True, tag="user.disabled"):
    """Someone can no longer sign in; their sessions ended."""


class UserEnabled(LedgerEvent, frozen=True, tag="user.enabled"):
    """Someone can sign in again."""


class UserSignedOut(LedgerEvent, frozen=True, tag="user.signed_out_everywhere"):
    """All sessions of someone were ended."""


class RoleSaved(LedgerEvent, frozen=True, tag="role.saved"):
    """A role was made or its permissions changed."""

    role: str


class GrantGiven(LedgerEvent, frozen=True, tag="grant.given"):
    """A user was given a role within limits."""

    role: str


class GrantRevoked(LedgerEvent, frozen=True, tag="grant.revoked"):
    """A role was taken from a user."""

    role: str


class TokenCreated(LedgerEvent, frozen=True, tag="token.created"):
    """A program may call the API."""

    source: str
    permissions: tuple[str, ...]


class TokenRotated(LedgerEvent, frozen=True, tag="token.rotated"):
    """A token got a new secret; the one before works for ``minutes`` more."""

    source: str
    minutes: int


class TokenChanged(LedgerEvent, frozen=True, tag="token.changed"):
    """From where, how fast or how long a token works was changed."""

    source: str


class TokenRevoked(LedgerEvent, frozen=True, tag="token.revoked"):
    """A program may no longer call the API."""

    source: str


class SecretsResealed(LedgerEvent, frozen=True, tag="secrets.resealed"):
    """What was sealed under a key of the installation is sealed under a new one; nobody read it. ``what``: the key's file."""

    what: str
    rows: int


class GlassBroken(LedgerEvent, frozen=True, tag="glass.broken"):
    """Someone took rights in an emergency, for ``minutes``. Their reason is kept beside it, sealed."""

    permissions: tuple[str, ...]
    clearances: tuple[str, ...]
    minutes: int


class GlassEnded(LedgerEvent, frozen=True, tag="glass.ended"):
    """Rights taken in an emergency were given back, or taken away, before their time was over."""


class GlassReviewed(LedgerEvent, frozen=True, tag="glass.reviewed"):
    """Somebody else looked at what was done under them. ``outcome``: justified | not_justified."""

    outcome: str
    in_time: bool
