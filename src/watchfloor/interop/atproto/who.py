"""Who calls: an API token as it is, in a session that was made with it, as the password of ``admin``; or somebody of a service we know.

Each of the first three acts as that token and with its rights. The last is checked against a DID document that is kept here (nothing is
fetched) and may report, no more.
"""

from __future__ import annotations

import base64
from uuid import UUID

from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import actor_for_token, token_for
from watchfloor.interop.atproto.asking import Caller, Wrong
from watchfloor.interop.atproto.domain import names, signing
from watchfloor.interop.atproto.here import here, session_secret
from watchfloor.interop.atproto.models import Issuer, Session
from watchfloor.kernel import clock

ACCESS, REFRESH = "com.atproto.access", "com.atproto.refresh"
ADMIN = "admin"
LONGEST_S = 24 * 3600  # a token between services that lasts longer is none


def caller_of(header: str, method: str, *, others: bool) -> Caller | None:
    """Who stands behind an Authorization header; None without one. ``Wrong`` where what stands there is not right."""
    scheme, _, given = header.partition(" ")
    given = given.strip()
    if not given:
        return None
    if scheme.lower() == "basic":
        return _of_secret(_password(given))
    if scheme.lower() != "bearer":
        return None
    parts = signing.split(given)
    if parts is None:
        return _of_secret(given)
    if parts[0].get("alg") == "HS256":
        return _of_session(given, ACCESS)
    return _of_service(given, parts[1], method, others)


def refreshing(header: str) -> Caller:
    """The caller of a refresh token."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Wrong(401, "AuthenticationRequired", "The refresh token is missing.")
    return _of_session(given.strip(), REFRESH)


def caller_for(token: ApiToken, session: Session | None = None) -> Caller:
    """A token as the protocol sees it: an account of the service."""
    where = here()
    return Caller(
        did=f"{where.root}:token:{token.pk}", handle=names.handle_of(where, token.source), token=token,
        actor=actor_for_token(token), session=session,
    )  # fmt: skip


def _of_secret(secret: str) -> Caller:
    token = token_for(secret) if secret else None
    if token is None:
        raise Wrong(401, "AuthenticationRequired", "This token is unknown, expired or revoked.")
    return caller_for(token)


def _password(encoded: str) -> str:
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (ValueError, UnicodeDecodeError):
        return ""
    return password if name == ADMIN else ""


def _of_session(given: str, scope: str) -> Caller:
    claims = signing.read_session(session_secret(), given)
    now = clock.now()
    if claims is None or claims.get("scope") != scope:
        raise Wrong(400, "InvalidToken", "This session token is not one of ours.")
    ends = claims.get("exp")
    if not isinstance(ends, int) or ends <= now.timestamp():
        raise Wrong(400, "ExpiredToken", "This session token has ended.")
    session = Session.objects.select_related("token").filter(pk=_uuid(claims.get("sid")), expires_at__gt=now).first()
    token = session.token if session is not None else None
    if session is None or token is None or token.revoked_at or (token.expires_at and token.expires_at <= now):
        raise Wrong(400, "ExpiredToken", "This session has ended.")
    if scope == REFRESH and claims.get("jti") != session.refresh:
        raise Wrong(400, "ExpiredToken", "This refresh token was used before.")
    return caller_for(token, session)


def _of_service(given: str, claims: dict[str, object], method: str, others: bool) -> Caller:
    where, now = here(), clock.now().timestamp()
    issuer, aud, ends = claims.get("iss"), claims.get("aud"), claims.get("exp")
    if not isinstance(issuer, str) or not isinstance(ends, int | float) or not now < ends <= now + LONGEST_S:
        raise Wrong(401, "BadJwt", "The token names no issuer, has ended, or lasts too long.")
    if aud not in {f"{did}{service}" for did in (where.did, where.root) for service in ("", "#atproto_labeler")}:
        raise Wrong(401, "BadJwtAudience", "The token is for another service.")
    if claims.get("lxm") != method:
        raise Wrong(401, "BadJwtLexiconMethod", "The token is for another method.")
    did = issuer.partition("#")[0]
    row = Issuer.objects.filter(did=did).first()
    try:
        holds = row is not None and signing.service_token_holds(signing.key_of_document(row.document, did), given)
    except ValueError:
        holds = False
    if not holds:
        raise Wrong(401, "BadJwtSignature", "The token is not signed by an issuer that is known here.")
    if not others:
        raise Wrong(403, "Forbidden", "Somebody of another service may report here, and no more.")
    return Caller(did=did, handle=names.NO_HANDLE)


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        return UUID(int=0)
