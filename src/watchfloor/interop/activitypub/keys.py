"""Keys of others' actors: from the cache, else fetched (signed, from a public address, without redirects) and fetched once more if one
does not fit, for keys are exchanged."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from django.db.models import Q

from watchfloor import __version__
from watchfloor.enforcement.line import line
from watchfloor.interop.activitypub import ours, signatures
from watchfloor.interop.activitypub.models import PeerKey
from watchfloor.interop.senders.actions import ANYBODY
from watchfloor.interop.senders.models import Sender
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Overloaded
from watchfloor.platform import targets

SECONDS: Final = 10.0
MOST_BYTES: Final = 256 * 1024
AGAIN: Final = timedelta(seconds=30)  # a key that does not fit is not fetched again sooner
ACCEPT: Final = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


def instance(url: str) -> Sender | None:
    """The instance an address is of, if it may send."""
    host = host_of(url)
    rows = Sender.objects.filter(Q(address=host) | Q(address=ANYBODY), kind=Sender.Kind.FEDIVERSE, on=True)
    return sorted(rows, key=lambda row: row.address == ANYBODY)[0] if host and rows else None


def host_of(url: str) -> str:
    """The host (and port) of an address; empty for what is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are of one server."""
    return host_of(one) != "" and host_of(one) == host_of(other)


def known(key_id: str) -> PeerKey:
    """The key, from the cache or fetched."""
    return PeerKey.objects.filter(pk=key_id[:500]).first() or fetch(key_id)


def newer(row: PeerKey) -> PeerKey | None:
    """The key as it is now, unless it was looked at a moment ago or is still the same."""
    if clock.now() - row.fetched_at < AGAIN:
        return None
    found = fetch(row.key_id)
    return found if found.pem != row.pem else None


def fetch(key_id: str) -> PeerKey:
    """Ask its server for it. What says that it is another's key, or another actor's, is refused."""
    if len(key_id) > 500:
        raise signatures.refused("The key's id is too long.")
    url = key_id.partition("#")[0]
    document = _document(url)
    found = document.get("publicKey", document)
    rows = found if isinstance(found, list) else [found]
    row = next((each for each in rows if isinstance(each, dict) and each.get("id") == key_id), None)
    if row is None or not isinstance(row.get("publicKeyPem"), str) or not isinstance(row.get("owner"), str):
        raise signatures.refused("The key is not where its id leads.")
    owner = row["owner"]
    if (
        not same_host(owner, key_id)
        or len(owner) > 500
        or not owner.isprintable()
        or not row["publicKeyPem"].isascii()
        or "\0" in row["publicKeyPem"]
    ):
        raise signatures.refused("The key is of an actor of another server.")
    if document.get("id") != owner and _document(owner).get("publicKey", {}) != row:  # a key with a document of its own
        raise signatures.refused("The actor does not know this key.")
    made, _ = PeerKey.objects.update_or_create(
        key_id=key_id, defaults={"owner": owner, "pem": row["publicKeyPem"][:10_000], "fetched_at": clock.now()}
    )
    return made


def _document(url: str) -> dict[str, Any]:
    """A document of another server: asked for with our signature, for some answer nobody else."""
    try:
        target = line().run(targets.resolve(url))
    except BadInput as wrong:
        raise signatures.refused(wrong.message) from None
    except OSError:
        raise Overloaded("The key's server is not known to the network.", retry_after=60) from None
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    signed = signatures.make(
        ours.key(), ours.key_id(), method="GET", target=path, host=target.host, body=None, now=clock.now()
    )
    headers = {**signed, "accept": ACCEPT, "user-agent": f"Watchfloor/{__version__}"}
    headers.pop("host")

    async def ask() -> Any:
        async with asyncio.timeout(SECONDS):
            return await line().ask("GET", target, headers, most=MOST_BYTES)

    try:
        reply = line().run(ask())
    except (OSError, TimeoutError):
        raise Overloaded("The key's server does not answer.", retry_after=60) from None
    if reply.status >= 500 or reply.status == 429:
        raise Overloaded(f"The key's server answered {reply.status}.", retry_after=60)
    if reply.status != 200 or not reply.body:
        raise signatures.refused(f"The key's server answered {reply.status}.")
    try:
        found = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise signatures.refused("The key's server gave no JSON object.")
    return found
