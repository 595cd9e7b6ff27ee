"""What can happen to users, grants and tokens. No names, no addresses: those are personal."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class UserCreated(LedgerEvent, tag="user.created"):
    """Someone can sign in."""

    simulated: bool = False


class UserInvited(LedgerEvent, tag="user.invited"):
    """A one-time link was made by which someone chooses a password."""


class UserJoined(LedgerEvent, tag="user.joined"):
    """Someone used their one-time link."""


class UserSignedIn(LedgerEvent, tag="user.signed_in"):
    """A session began."""

    by: str = "password"


class UserSecured(LedgerEvent, tag="user.secured"):
    """Someone changed how they prove who they are: ``password``, or a factor added or removed."""

    what: str


class UserDisabled(LedgerEvent, tag="user.disabled"):
    """Someone can no longer sign in; their sessions ended."""


class UserEnabled(LedgerEvent, tag="user.enabled"):
    """Someone can sign in again."""


class UserSignedOut(LedgerEvent, tag="user.signed_out_everywhere"):
    """All sessions of someone were ended."""


class RoleSaved(LedgerEvent, tag="role.saved"):
    """A role was made or its permissions changed."""

    role: str


class GrantGiven(LedgerEvent, tag="grant.given"):
    """A user was given a role within limits."""

    role: str


class GrantRevoked(LedgerEvent, tag="grant.revoked"):
    """A role was taken from a user."""

    role: str


class TokenCreated(LedgerEvent, tag="token.created"):
    """A program may call the API."""

    source: str
    permissions: tuple[str, ...]


class TokenRevoked(LedgerEvent, tag="token.revoked"):
    """A program may no longer call the API."""

    source: str
