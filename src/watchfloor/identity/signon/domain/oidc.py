"""What an ID token must be (OpenID Connect Core 3.1.3.7), beyond its signature; and what a logout token must be."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

SIGNED_BY: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)  # never none, never HMAC
SKEW: Final = 60  # seconds that clocks may differ
OLDEST: Final = 10 * 60  # of a token that was made for this very sign-on
LOGOUT_TYPE: Final = "logout+jwt"
LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"


class Refused(Exception):
    """An answer that lets nobody in; ``why`` is a short word for the ledger, the text is for the log of the administrator."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why, self.text = why, text


def check(
    claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: float, fresh: bool = False
) -> None:
    """Raise ``Refused`` unless the claims are this issuer's, for us, for this sign-on, and of now."""
    _common(claims, issuer, client_id, now)
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise Refused("nonce", "The token was made for another sign-on (nonce).")
    expires = claims.get("exp")
    if not _number(expires) or expires <= now - SKEW:
        raise Refused("expired", "The token is over (exp).")
    if not isinstance(claims.get("sub"), str) or not claims["sub"] or len(claims["sub"]) > 255:
        raise Refused("subject", "The token names nobody (sub).")
    if fresh:
        at = claims.get("auth_time")
        if not _number(at) or at < now - 5 * 60 - SKEW:
            raise Refused("not_fresh", "The provider did not ask again who you are (auth_time).")


def check_logout(claims: Mapping[str, Any], *, issuer: str, client_id: str, now: float) -> None:
    """The same of a logout token (Back-Channel Logout 2.6)."""
    _common(claims, issuer, client_id, now)
    if "nonce" in claims:
        raise Refused("nonce", "A logout token has no nonce.")
    events = claims.get("events")
    if not isinstance(events, Mapping) or LOGOUT not in events:
        raise Refused("event", "The token is no logout token.")
    if not claims.get("sub") and not claims.get("sid"):
        raise Refused("subject", "The token names neither a person nor a session.")


def check_type(said: Any, typed: str) -> None:
    """Raise ``Refused`` unless a token's head names its kind (RFC 8725, 3.11), so that one kind is not taken for another."""
    name = said.lower().removeprefix("application/") if isinstance(said, str) else ""
    if name != typed:
        raise Refused("type", f"The token is not typed {typed} (typ).")


def _common(claims: Mapping[str, Any], issuer: str, client_id: str, now: float) -> None:
    if claims.get("iss") != issuer:
        raise Refused("issuer", "The token is another provider's (iss).")
    audience = claims.get("aud")
    many = audience if isinstance(audience, list) else [audience]
    if client_id not in many:
        raise Refused("audience", "The token is for another application (aud).")
    party = claims.get("azp")
    if (len(many) > 1 and party is None) or (party is not None and party != client_id):
        raise Refused("audience", "The token was given to another application (azp).")
    made = claims.get("iat")
    if not _number(made) or made > now + SKEW or made < now - OLDEST - SKEW:
        raise Refused("time", "The token was not made just now (iat).")


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def challenge(verifier: str) -> str:
    """PKCE's S256 of a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def groups_in(claims: Mapping[str, Any], name: str) -> list[str]:
    """A claim of group names: a list, one text, or nothing. ``realm_access.roles`` goes down into it."""
    found: Any = claims
    for part in [name] if name in claims else name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    many = found if isinstance(found, list) else [found]
    return [str(each)[:200] for each in many if isinstance(each, str) and each][:1_000]
