"""Who we are in the Fediverse: one actor that receives, and its key, made on first use and kept in the data folder."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from watchfloor.platform import config

NAME: Final = "reports"
CONTEXT: Final = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]


def actor_url() -> str:
    """The actor's id."""
    return settings.PUBLIC_URL.rstrip("/") + "/ap/actor"


def key_id() -> str:
    """The id of its key."""
    return actor_url() + "#main-key"


def actor() -> dict[str, Any]:
    """The actor's document."""
    url, base = actor_url(), settings.PUBLIC_URL.rstrip("/")
    public = key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {
        "@context": CONTEXT, "id": url, "type": "Service", "preferredUsername": NAME, "name": "Reports",
        "summary": "Takes reports (Flag) for the moderators of this platform.", "inbox": f"{base}/ap/inbox", "outbox": f"{base}/ap/outbox",
        "url": base, "manuallyApprovesFollowers": True, "discoverable": False,
        "publicKey": {"id": key_id(), "owner": url, "publicKeyPem": public},
    }  # fmt: skip


def webfinger(resource: str) -> dict[str, Any] | None:
    """What ``acct:reports@host`` (or the actor's address) is; None for everything else."""
    names = {f"acct:{NAME}@{urlsplit(settings.PUBLIC_URL).netloc}", actor_url()}
    if resource not in names:
        return None
    link = {"rel": "self", "type": "application/activity+json", "href": actor_url()}
    return {"subject": sorted(names)[0], "aliases": [actor_url()], "links": [link]}


@cache
def key() -> rsa.RSAPrivateKey:
    """Our key: RSA with 2,048 bits, as all of the Fediverse understands it."""
    folder = config.home() / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "activitypub.pem"
    if not path.exists():
        made = rsa.generate_private_key(65_537, 2_048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        beside = folder / f"activitypub.pem.{os.getpid()}"
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made)
        try:
            os.link(beside, path)  # whoever is first made it
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    found = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found
