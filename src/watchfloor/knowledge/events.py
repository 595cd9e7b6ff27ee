"""What happens to articles, as the ledger says it; their words stay out of it."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class ArticleDrafted(LedgerEvent, frozen=True, tag="article.drafted"):
    """An article was begun, or changed. ``source``: inquiry | question | hand."""

    policy: str
    source: str
    revision: int


class ArticlePublished(LedgerEvent, frozen=True, tag="article.published"):
    """It is shown beside cases of the policy from now on; it was read against this version of the text (0: none is in force)."""

    policy: str
    number: int
    revision: int


class ArticleRetired(LedgerEvent, frozen=True, tag="article.retired"):
    """It is no longer shown."""

    policy: str
