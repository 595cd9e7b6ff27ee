"""The writers of endpoints: where the platform listens, with which keys, and whether we still call."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable

from watchfloor.enforcement import events
from watchfloor.enforcement.models import Endpoint
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import Writer, plain
from watchfloor.platform import targets

TOPICS = ("action", "notice")
LIVE_SECRETS = 2


def add(w: Writer, *, name: str, url: str, topics: Iterable[str] = (), secret: str = "") -> Endpoint:
    """A new endpoint. Its key is ``endpoint.secrets[0]``: show it once. ``topics`` empty = all."""
    endpoint = w.create(
        Endpoint, name=name, url=_checked(url), topics=_known(topics), secrets=[secret or new_secret()],
        created_at=clock.now(),
    )  # fmt: skip
    w.event(events.EndpointSaved(name=name, enabled=True), endpoint)
    return endpoint


def change(w: Writer, endpoint: Endpoint, *, name: str, url: str, topics: Iterable[str]) -> None:
    """Rename it, move it, or let it hear of something else."""
    w.update(endpoint, name=name, url=_checked(url), topics=_known(topics))
    w.event(events.EndpointSaved(name=name, enabled=endpoint.enabled), endpoint)


def rotate(w: Writer, endpoint: Endpoint) -> str:
    """A new key, which is returned; the one before stays good until the next turn, so that the platform can follow in its own time."""
    secret = new_secret()
    w.update(endpoint, secrets=[secret, *endpoint.secrets][:LIVE_SECRETS])
    w.event(events.EndpointSaved(name=endpoint.name, enabled=endpoint.enabled, rotated=True), endpoint)
    return secret


def retire_old_secrets(w: Writer, endpoint: Endpoint) -> None:
    """Only the newest key stays good."""
    w.update(endpoint, secrets=endpoint.secrets[:1])
    w.event(events.EndpointSaved(name=endpoint.name, enabled=endpoint.enabled, rotated=True), endpoint)


def turn_on(w: Writer, endpoint: Endpoint) -> None:
    """Call it (again); what waited goes out."""
    w.update(endpoint, enabled=True, disabled_reason="", failing_since=None, failures=0)
    w.event(events.EndpointSaved(name=endpoint.name, enabled=True), endpoint)


def turn_off(w: Writer, endpoint: Endpoint, why: str) -> None:
    """Stop calling it; what is for it waits. ``why`` is shown on the delivery page."""
    since = endpoint.failing_since
    w.update(endpoint, enabled=False, disabled_reason=why[:200])
    w.event(events.EndpointDisabled(name=endpoint.name, failing_since=plain(since) if since else ""), endpoint)


def new_secret() -> str:
    """A fresh key in the form of Standard Webhooks: ``whsec_`` and 32 random bytes in base 64."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def _checked(url: str) -> str:
    targets.check_url(url)
    return url


def _known(topics: Iterable[str]) -> list[str]:
    chosen = list(dict.fromkeys(topics))
    for topic in chosen:
        if topic not in TOPICS:
            raise BadInput("unknown_topic", f"{topic!r} is no topic.", where="endpoint.topics", hint=", ".join(TOPICS))
    return chosen
