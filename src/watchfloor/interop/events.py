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


class HistorySourceSaved(LedgerEvent, frozen=True, kw_only=True, tag="history.source"):
    """How the history of another system is read, or whether it is asked for it, was written down."""

    kind: str
    enabled: bool


class HistoryImported(LedgerEvent, frozen=True, kw_only=True, tag="history.imported"):
    """Rows of another system's history came in: how many, how many steps were new, how many could not be read."""

    kind: str
    rows: int
    added: int
    rejected: int


class HistoryForgot(LedgerEvent, frozen=True, kw_only=True, tag="history.forgot"):
    """The imported steps of a source were thrown away; it can be imported again."""

    steps: int
