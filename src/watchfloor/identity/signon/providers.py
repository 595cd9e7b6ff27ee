"""Identity providers: written down, switched on and off. Their secrets are sealed; what they are asked is in ``oidc`` and ``saml``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from watchfloor.identity.signon.events import ProviderSaved
from watchfloor.identity.signon.models import Provider
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, MissingExtra
from watchfloor.ledger.writer import Writer
from watchfloor.platform import sealing

KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
SEALED_BY: Final = "signon.key"
CLAIMS: Final = {"email": "email", "name": "name", "groups": "groups", "language": "locale"}
DOMAIN: Final = re.compile(r"(?=.{3,120}\Z)([a-z0-9-]+\.)+[a-z0-9-]{2,}\Z")
MAX_METADATA: Final = 200_000


def offered() -> list[Provider]:
    """Those the sign-in page shows."""
    return list(Provider.objects.filter(on=True).order_by("position", "name", "key"))


def save_provider(
    w: Writer,
    *,
    key: str,
    name: str,
    kind: str,
    client_id: str = "",
    secret: str | None = None,
    issuer: str = "",
    metadata: str = "",
    claims: Mapping[str, str] | None = None,
    domains: Sequence[str] = (),
    join: str = "provisioned",
    strong: bool = False,
    on: bool = True,
) -> Provider:
    """Make or change a provider. ``secret`` None: as it was. Switched on only when it says enough to be asked."""
    key, name, issuer = key.strip(), name.strip(), issuer.strip().rstrip("/") if kind == "oidc" else issuer.strip()
    if not KEY.match(key):
        raise BadInput("bad_key", "A key has small letters, digits and -, and begins with a letter.", where="key")
    if not name or len(name) > 80:
        raise BadInput("bad_name", "A name has 1 to 80 characters; the button says it.", where="name")
    if kind not in Provider.Kind.values:
        raise BadInput("unknown_kind", "A provider is OpenID Connect or SAML.", where="kind")
    if join not in Provider.Join.values:
        raise BadInput("unknown_join", "Choose who may come in.", where="join")
    if len(metadata) > MAX_METADATA:
        raise BadInput("too_long", "The metadata are too long.", where="metadata")
    kept = _domains(domains)
    if kind == "oidc":
        issuer = _address(issuer)
        if not client_id.strip():
            raise BadInput("missing_client", "The provider gave you a client id.", where="client_id")
    else:
        from watchfloor.identity.signon import saml

        try:
            issuer = saml.entity_of(metadata)
        except MissingExtra as error:
            raise BadInput(error.code, error.message, where="metadata", hint=error.hint) from None
    row = Provider.objects.select_for_update().filter(key=key).first()
    values: dict[str, Any] = {
        "name": name, "kind": kind, "client_id": client_id.strip()[:200], "issuer": issuer[:400], "metadata": metadata.strip(),
        "claims": {meaning: (claims or {}).get(meaning, usual).strip()[:120] for meaning, usual in CLAIMS.items()},
        "domains": kept, "join": join, "strong": strong, "on": on, "changed_at": clock.now(),
    }  # fmt: skip
    if secret:
        values["secret"] = sealing.seal(secret.strip(), key=SEALED_BY, label=f"signon:{key}")
    row = w.create(Provider, key=key, **values) if row is None else w.update(row, **values)
    w.event(ProviderSaved(provider=key, kind=kind, enabled=on), row)
    return row


def switch(w: Writer, provider: Provider, on: bool) -> None:
    """Offer it on the sign-in page, or no longer."""
    if provider.on != on:
        w.update(provider, on=on, changed_at=clock.now())
        w.event(ProviderSaved(provider=provider.key, kind=provider.kind, enabled=on), provider)


def secret_of(provider: Provider) -> str:
    """The client secret, plain."""
    return sealing.opened(provider.secret, key=SEALED_BY, label=f"signon:{provider.key}")


def is_safe(url: str) -> bool:
    """https, or this very machine (for a provider on it, and for tests)."""
    parts = urlsplit(url)
    if parts.username or parts.password or not parts.hostname:
        return False
    if parts.scheme == "https":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


def _address(issuer: str) -> str:
    issuer = issuer.removesuffix("/.well-known/openid-configuration").rstrip("/")
    if not is_safe(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment or len(issuer) > 400:
        raise BadInput(
            "bad_issuer",
            "The issuer is an https address without a query.",
            where="issuer",
            hint="Like https://login.example.org.",
        )
    return issuer


def _domains(texts: Sequence[str]) -> list[str]:
    found = []
    for text in texts:
        domain = text.strip().lower().lstrip("@").rstrip(".")
        if not domain:
            continue
        if not DOMAIN.match(domain):
            raise BadInput(
                "bad_domain", f"{text.strip()[:60]!r} is no domain.", where="domains", hint="Like example.org."
            )
        found.append(domain)
    return sorted(set(found))
