"""Asking an OpenID provider: its configuration and keys (remembered for minutes, asked again for an unknown key), codes, tokens.

The signature of each token is checked, also of one that came straight over TLS; algorithms are those that need the provider's private key.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final
from urllib.parse import quote, urlencode

import httpx
import jwt
import msgspec

from watchfloor.identity.signon.domain import oidc as rules
from watchfloor.identity.signon.domain.oidc import Refused
from watchfloor.identity.signon.models import Provider
from watchfloor.identity.signon.providers import is_safe, secret_of
from watchfloor.platform import config

TIMEOUT: Final = 10.0
MOST: Final = 1_000_000  # bytes of an answer
KEEP: Final = 600.0  # seconds
AGAIN: Final = 5.0  # seconds before keys are asked for once more
SCOPE: Final = "openid email profile"
NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Known(msgspec.Struct):
    """What is remembered of a provider."""

    config: dict[str, Any]
    config_at: float
    keys: list[dict[str, Any]] = []
    keys_at: float = -1e9


_known: dict[str, Known] = {}
_lock = threading.Lock()


def forget() -> None:
    """Ask anew."""
    with _lock:
        _known.clear()


def configuration(issuer: str) -> dict[str, Any]:
    """The provider's own word on itself; it must name the issuer we asked."""
    found = _known.get(issuer)
    if found is None or time.monotonic() - found.config_at > KEEP:
        config = _get(f"{issuer}/.well-known/openid-configuration")
        if str(config.get("issuer", "")).rstrip("/") != issuer:
            raise Refused("issuer", f"The provider calls itself {str(config.get('issuer'))[:120]!r}, not {issuer!r}.")
        for name in NEEDED:
            if not is_safe(str(config.get(name, ""))):
                raise Refused("configuration", f"The provider's {name} is no https address.")
        with _lock:
            found = _known[issuer] = Known(config, time.monotonic())
    return found.config


def begin_address(provider: Provider, *, back: str, state: str, nonce: str, verifier: str, again: bool) -> str:
    """Where the browser goes; ``again``: the provider shall ask who they are even if it knows."""
    config = configuration(provider.issuer)
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": back, "state": state, "nonce": nonce,
        "scope": _scope(provider, config), "code_challenge": rules.challenge(verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    if again:
        asked |= {"prompt": "login", "max_age": "0"}
    address = str(config["authorization_endpoint"])
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def claims_for(provider: Provider, *, code: str, back: str, nonce: str, verifier: str, again: bool) -> dict[str, Any]:
    """Exchange a code; the checked claims of the ID token, with those of the userinfo that it lacks. Raises ``Refused``."""
    config = configuration(provider.issuer)
    answer = _exchange(provider, config, code, back, verifier)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise Refused("no_token", "The provider sent no ID token.")
    claims = verified(provider, token)
    rules.check(
        claims, issuer=str(config["issuer"]), client_id=provider.client_id, nonce=nonce, now=time.time(), fresh=again
    )
    access, userinfo = answer.get("access_token"), str(config.get("userinfo_endpoint", ""))
    if isinstance(access, str) and userinfo and is_safe(userinfo):
        more = _get(userinfo, {"Authorization": f"Bearer {access}"})
        if more.get("sub") != claims["sub"]:
            raise Refused("subject", "The provider's two answers name two people.")
        claims = {**more, **claims}
    return claims


def logout_type() -> str:
    """How a logout token must be typed; empty where the setting takes those of providers that leave it out."""
    return "" if config.flag("WATCHFLOOR_LOGOUT_UNTYPED") else rules.LOGOUT_TYPE


def verified(provider: Provider, token: str, typed: str = "") -> dict[str, Any]:
    """The claims of a token whose signature is the provider's, and whose head says that it is ``typed`` so; nothing else is checked.
    Raises ``Refused``."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise Refused("token", "The token cannot be read.") from None
    algorithm = header.get("alg")
    if algorithm not in rules.SIGNED_BY:
        raise Refused("algorithm", f"The token is signed by {str(algorithm)[:20]!r}, which anyone can do.")
    if typed:
        rules.check_type(header.get("typ"), typed)
    for fresh in (False, True):
        for key in _keys(provider.issuer, fresh=fresh):
            if (header.get("kid") and key.get("kid") != header["kid"]) or key.get("use", "sig") != "sig":
                continue
            try:
                public = jwt.PyJWK(key, algorithm=algorithm)
                found: dict[str, Any] = jwt.decode(
                    token, public, algorithms=[algorithm],
                    options={"verify_aud": False, "verify_iss": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
                )  # fmt: skip
            except jwt.PyJWTError:
                continue
            return found
    raise Refused("signature", "The token is not signed by the provider.")


def end_address(provider: Provider, back: str) -> str:
    """Where the browser goes to be signed out there too, or an empty string."""
    address = str(configuration(provider.issuer).get("end_session_endpoint") or "")
    if not is_safe(address):
        return ""
    query = urlencode({"client_id": provider.client_id, "post_logout_redirect_uri": back})
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _scope(provider: Provider, config: dict[str, Any]) -> str:
    offered = config.get("scopes_supported") or []
    wanted = [SCOPE, *(name for name in ("groups",) if name in offered and provider.claims.get("groups"))]
    return " ".join(wanted)


def _keys(issuer: str, *, fresh: bool) -> list[dict[str, Any]]:
    config = configuration(issuer)
    known = _known[issuer]
    age = time.monotonic() - known.keys_at
    if age > KEEP or (fresh and age > AGAIN) or (fresh and not known.keys):
        found = _get(str(config["jwks_uri"])).get("keys")
        known.keys = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        known.keys_at = time.monotonic()
    return known.keys


def _exchange(provider: Provider, config: dict[str, Any], code: str, back: str, verifier: str) -> dict[str, Any]:
    secret = secret_of(provider)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    methods = config.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    auth = None
    if secret and "client_secret_basic" in methods:
        auth = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(secret, safe=""))
    else:
        form["client_id"] = provider.client_id
        if secret:
            form["client_secret"] = secret
    return _asked("POST", str(config["token_endpoint"]), data=form, auth=auth)


def _get(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return _asked("GET", url, headers=headers)


def _asked(method: str, url: str, **more: Any) -> dict[str, Any]:
    """One call; JSON of bounded size, no redirect followed."""
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, **more) as answer,
        ):
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > MOST:
                    raise Refused("provider", "The provider's answer is too long.")
        found = msgspec.json.decode(bytes(body)) if body else {}
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Refused("provider", "The provider does not answer.") from None
    except msgspec.DecodeError:
        raise Refused("provider", "The provider's answer is no JSON.") from None
    if answer.status_code != 200 or not isinstance(found, dict):
        told = str(found.get("error", ""))[:60] if isinstance(found, dict) else ""
        raise Refused("provider", f"The provider answered {answer.status_code} {told}.".replace(" .", "."))
    return found
