"""What can happen to the keys of websites. What they teach is theirs and no event."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class SiteMade(LedgerEvent, frozen=True, kw_only=True, tag="site.made"):
    """A website got a key; its answers rest on ``policy``."""

    policy: str


class SiteEnded(LedgerEvent, frozen=True, kw_only=True, tag="site.ended"):
    """The key of a website ended."""


class SiteForgot(LedgerEvent, frozen=True, kw_only=True, tag="site.forgot"):
    """Everything a website had taught was thrown away: ``labels`` submissions."""

    labels: int
