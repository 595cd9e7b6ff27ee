"""What clients ask before they work: who they are, what server this is, and a token for an application's name and secret.

An application is one of our API tokens: its prefix is the ``client_id``, its secret the ``client_secret``, and what ``/oauth/token``
gives is that secret again. Nobody can make one here: an administrator does, in the settings.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

from watchfloor import __version__
from watchfloor.identity.queries import token_for
from watchfloor.interop.mastodon.answers import Asked, said, wrong
from watchfloor.interop.mastodon.entities import Entity, account, instance, instance_two, rule
from watchfloor.policy import queries as policies

_SCOPES: Final = (
    ("report.submit", "write:reports"),
    ("case.view", "admin:read:reports"),
    ("review.claim_case", "admin:write:reports"),
    ("review.claim_case", "admin:write:accounts"),
    ("case.view", "admin:read:accounts"),
)
_OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"


def verify_credentials(asked: Asked) -> Entity:
    """The token as an account: programs have no profile."""
    token = asked.token
    shown = account(
        str(token.pk), made_at=token.created_at, data={"handle": token.source, "display_name": token.name}, bot=True
    )
    role = {"id": "0", "name": "", "permissions": "0", "color": "", "highlighted": False}
    source = {
        "privacy": "public",
        "sensitive": False,
        "language": None,
        "note": "",
        "fields": [],
        "follow_requests_count": 0,
    }
    return {**shown, "source": source, "role": role}


def server(asked: Asked) -> Entity:
    """``/api/v1/instance``."""
    return instance(asked.request.get_host(), own=__version__, languages=_languages(), rules=rules(asked))


def server_two(asked: Asked) -> Entity:
    """``/api/v2/instance``."""
    return instance_two(asked.request.get_host(), own=__version__, languages=_languages(), rules=rules(asked))


def rules(asked: Asked) -> list[Entity]:
    """Our reasons to report, as the rules of the server."""
    return [rule(row.key, row.name) for row in policies.all_reasons() if not row.archived]


def register(asked: Asked) -> Any:
    """Applications are not made by asking."""
    return wrong(403, "Applications are made here by an administrator: Settings, API tokens.")


def verify_app(asked: Asked) -> Entity:
    """The application a token is."""
    return {"id": str(asked.token.pk), "name": asked.token.name, "website": None, "scopes": _scopes(asked.token.permissions),
            "redirect_uris": [_OUT_OF_BAND], "redirect_uri": _OUT_OF_BAND}  # fmt: skip


def token(asked: Asked) -> Any:
    """A token for a client's own credentials (RFC 6749, section 4.4)."""
    if asked.text("grant_type") != "client_credentials":
        return _refused(400, "unsupported_grant_type", "Only client_credentials is possible here.")
    row = token_for(asked.text("client_secret"))
    if row is None or row.prefix != asked.text("client_id"):
        return _refused(
            401, "invalid_client", "The client is unknown: use a token's first nine characters and its secret."
        )
    scopes = _scopes(row.permissions)
    wanted = asked.text("scope").split()
    missing = [each for each in wanted if not any(have == each or have.startswith(f"{each}:") for have in scopes)]
    if missing:
        return _refused(400, "invalid_scope", f"The token may not do {missing[0][:60]}.")
    made = {"access_token": asked.text("client_secret"), "token_type": "Bearer", "scope": " ".join(wanted or scopes)}
    return {**made, "created_at": int(row.created_at.timestamp())}


def metadata(asked: Asked) -> Entity:
    """What the authorisation server can do (RFC 8414)."""
    base = asked.request.build_absolute_uri("/").rstrip("/")
    return {
        "issuer": f"{base}/", "token_endpoint": f"{base}/oauth/token", "authorization_endpoint": f"{base}/oauth/authorize",
        "scopes_supported": sorted({scope for _, scope in _SCOPES}), "response_types_supported": ["code"],
        "grant_types_supported": ["client_credentials"], "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }  # fmt: skip


def _refused(status: int, code: str, words: str) -> Any:
    return said({"error": code, "error_description": words}, status)


def _scopes(permissions: list[str]) -> list[str]:
    return [scope for permission, scope in _SCOPES if permission in permissions]


def _languages() -> list[str]:
    return [code for code, _ in settings.LANGUAGES]
