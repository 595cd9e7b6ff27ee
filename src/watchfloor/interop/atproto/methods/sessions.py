"""Sessions: an API token is the password. Every session acts as its token and ends with it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from watchfloor.identity.models import ApiToken, User
from watchfloor.identity.queries import token_for
from watchfloor.interop.atproto import who
from watchfloor.interop.atproto.asking import GET, POST, Ask, Caller, Wrong, method, string
from watchfloor.interop.atproto.domain import signing
from watchfloor.interop.atproto.here import here, session_secret
from watchfloor.interop.atproto.methods.serving import document
from watchfloor.interop.atproto.models import Session
from watchfloor.kernel import clock

ACCESS_LASTS, REFRESH_LASTS = timedelta(hours=2), timedelta(days=60)
MOST = 50  # sessions of one token; the oldest ends


@method("com.atproto.server.createSession", POST, None)
def create(ask: Ask) -> dict[str, Any]:
    """Identifier and password; the password is an API token."""
    identifier = string(ask.body, "identifier", 320, required=True).strip()
    token = token_for(string(ask.body, "password", 512, required=True))
    if token is None or not _named(token, identifier):
        raise Wrong(401, "AuthenticationRequired", "Invalid identifier or password.")
    for old in Session.objects.filter(token=token).order_by("-expires_at", "pk")[MOST - 1 :]:
        old.delete()
    session = Session.objects.create(token=token, refresh=secrets.token_hex(16), expires_at=clock.now() + REFRESH_LASTS)
    return _out(who.caller_for(token, session))


@method("com.atproto.server.refreshSession", POST, None)
def refresh(ask: Ask) -> dict[str, Any]:
    """New tokens for the refresh token; the old one works no more."""
    caller = who.refreshing(ask.headers.get("Authorization", ""))
    fresh, now = secrets.token_hex(16), clock.now()
    changed = Session.objects.filter(pk=caller.session.pk, refresh=caller.session.refresh).update(
        refresh=fresh, expires_at=now + REFRESH_LASTS
    )
    if not changed:
        raise Wrong(400, "ExpiredToken", "This refresh token was used before.")
    caller.session.refresh = fresh
    return _out(caller)


@method("com.atproto.server.getSession", GET, ())
def get(ask: Ask) -> dict[str, Any]:
    """Who one is."""
    return _account(ask.who)


@method("com.atproto.server.deleteSession", POST, None)
def delete(ask: Ask) -> None:
    """End the session of a refresh token."""
    Session.objects.filter(pk=who.refreshing(ask.headers.get("Authorization", "")).session.pk).delete()


def sweep(limit: int = 1_000) -> int:
    """Sessions that are over; how many went."""
    over = Session.objects.filter(expires_at__lte=clock.now()).values_list("pk", flat=True)[:limit]
    return int(Session.objects.filter(pk__in=list(over)).delete()[0])


def _named(token: ApiToken, identifier: str) -> bool:
    """Whether a token may be meant: its name, its source, its DID or handle, or the address of somebody who works here."""
    caller = who.caller_for(token)
    small = identifier.casefold().lstrip("@")
    if small in {token.name.casefold(), token.source.casefold(), caller.did.casefold(), caller.handle.casefold()}:
        return True
    return "@" in identifier and User.objects.filter(email__iexact=identifier, is_active=True).exists()


def _account(caller: Caller) -> dict[str, Any]:
    own = {"handle": caller.handle, "did": caller.did, "active": True}
    return {**own, "didDoc": document(caller.did, ()), "emailConfirmed": False}


def _out(caller: Caller) -> dict[str, Any]:
    now = clock.now()
    shared = {
        "sub": caller.did,
        "aud": here().did,
        "iat": int(now.timestamp()),
        "sid": str(caller.session.pk),
    }
    access = {**shared, "scope": who.ACCESS, "exp": int((now + ACCESS_LASTS).timestamp())}
    again = {
        **shared,
        "scope": who.REFRESH,
        "exp": int((now + REFRESH_LASTS).timestamp()),
        "jti": caller.session.refresh,
    }
    return {
        "accessJwt": signing.session_token(session_secret(), access),
        "refreshJwt": signing.session_token(session_secret(), again),
        **_account(caller),
    }
