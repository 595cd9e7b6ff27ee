"""The verbs of websites' keys: made, ended, and their teaching thrown away."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from django.db.models import F

from watchfloor.interop.events import SiteEnded, SiteForgot, SiteMade
from watchfloor.interop.models import Site, SiteLabel, SiteModel
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

KEY_BYTES = 12  # as hexadecimal: the length of the keys that plug-ins know, and a name that fits into a host's


def make(w: Writer, *, name: str, address: str = "", policy_key: str = "spam") -> tuple[Site, str]:
    """A website with a key, which is told once and never stored.

    Raises:
        BadInput: no name, or an unknown policy.
    """
    name, address = name.strip(), address.strip()
    if not name:
        raise BadInput("missing_name", "A website needs a name.", where="name")
    if len(name) > 80 or len(address) > 200:
        raise BadInput("too_long", "A name has at most 80 characters, an address 200.", where="name")
    policy = policies.policy(policy_key)
    key = secrets.token_hex(KEY_BYTES)
    row = w.create(
        Site, name=name, address=address, policy_key=policy.key, prefix=key[:4], digest=digest(key), made_by=w.actor,
        made_at=clock.now(),
    )  # fmt: skip
    w.event(SiteMade(policy=policy.key), row)
    return row, key


def end(w: Writer, site_id: UUID) -> Site:
    """Its key no longer works."""
    row = _site(site_id)
    if row.ended_at is not None:
        raise Conflict("ended", f"The key of {row.name} has ended already.")
    w.update(row, ended_at=clock.now())
    w.event(SiteEnded(), row)
    return row


def forget(w: Writer, site_id: UUID, why: str) -> int:
    """Throw away everything the site has taught; how many submissions that were."""
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    row = _site(site_id)
    SiteModel.objects.filter(site=row).update(blob=None, scored=[], held=0, version=F("version") + 1)
    gone, _ = SiteLabel.objects.filter(site=row).delete()
    w.update(row, forgot_at=clock.now())
    w.event(SiteForgot(labels=gone), row, reason=why.strip()[:200])
    return gone


def by_key(key: str) -> Site | None:
    """The website with this key, if it still works."""
    if len(key) != 2 * KEY_BYTES:
        return None
    return Site.objects.filter(digest=digest(key.lower()), ended_at__isnull=True).first()


def digest(key: str) -> str:
    """What is stored of a key: it has 96 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def _site(site_id: UUID) -> Site:
    row = Site.objects.select_for_update().filter(pk=site_id).first()
    if row is None:
        raise NotFound("no_site", "There is no such website.")
    return row
