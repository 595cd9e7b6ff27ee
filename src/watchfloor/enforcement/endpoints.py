"""The writers of endpoints: where the platform listens, with which keys, and whether we still call."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import F

from watchfloor.enforcement import events
from watchfloor.enforcement.claims import CLAIM_SECONDS
from watchfloor.enforcement.models import Delivery, Endpoint
from watchfloor.enforcement.topics import TOPICS
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import Writer, plain, subject_text
from watchfloor.oncall import actions as oncall
from watchfloor.platform import targets

LIVE_SECRETS = 2
__all__ = [
    "LIVE_SECRETS", "TOPICS", "add", "change", "new_secret", "page_key", "retire_old_secrets", "rotate", "set_inventory",
    "turn_off", "turn_on",
]  # fmt: skip


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
    """Call it (again); what waited goes out. A page about it is resolved."""
    off = Event.objects.filter(type="endpoint.disabled", subject=subject_text(endpoint)).order_by("-ordinal").first()
    by_machine = endpoint.disabled_by == "machine"
    w.update(endpoint, enabled=True, disabled_reason="", disabled_by="", failing_since=None, failures=0, probed_at=None)
    if by_machine and w.actor.startswith("system:") and off is not None:
        off_ms = (clock.now() - off.at) // timedelta(milliseconds=1)
        w.event(events.EndpointRecovered(name=endpoint.name, off_ms=off_ms), endpoint)
    else:
        w.event(events.EndpointSaved(name=endpoint.name, enabled=True), endpoint)
    oncall.resolve_for(w, page_key(endpoint))
    now = clock.now()
    failed = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.FAILED, next_at__gt=now)
    failed.exclude(next_at=F("sent_at") + timedelta(seconds=CLAIM_SECONDS)).update(next_at=now)


def turn_off(w: Writer, endpoint: Endpoint, why: str, *, by: str = "person") -> None:
    """Stop calling it; what is for it waits. ``why`` is shown on the delivery page; ``by``: person, machine or gone."""
    since = endpoint.failing_since
    w.update(endpoint, enabled=False, disabled_reason=why[:200], disabled_by=by, probed_at=clock.now())
    w.event(events.EndpointDisabled(name=endpoint.name, failing_since=plain(since) if since else ""), endpoint)


def set_inventory(
    w: Writer, endpoint: Endpoint, *, url: str, token: str | None = None, hours: int | None = None
) -> None:
    """Where the platform says what is in force there, with which bearer token (None: as it was), and how often it is asked."""
    if url:
        targets.check_url(url)
    if hours is not None and not 1 <= hours <= 24 * 31:
        raise BadInput("bad_hours", "Ask every 1 to 744 hours.", where="inventory_hours")
    changes: dict[str, Any] = {"inventory_url": url, "inventory_hours": hours if url else None}
    if token is not None:
        changes["inventory_token"] = token
    w.update(endpoint, **changes)
    w.event(events.EndpointSaved(name=endpoint.name, enabled=endpoint.enabled), endpoint)


def page_key(endpoint: Endpoint) -> str:
    """The key under which on-call is paged about it."""
    return f"endpoint:{endpoint.pk}"


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
