"""Readers of articles: search by words, what stands beside a case, what is stale."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import QuerySet

from watchfloor.knowledge.models import Article
from watchfloor.policy import queries as policies

CONFIG = "simple"  # words as they are: articles are written in many languages


def stale(row: Article) -> bool:
    """Whether the policy has another text in force than the one it was read against."""
    held = policies.version_in_force(row.policy_key)
    return row.state == Article.State.PUBLISHED and (held.number if held else 0) != row.policy_version


def search(text: str = "", *, policy: str = "", language: str = "", state: str = "published") -> QuerySet[Article]:
    """Articles that fit: with words the best first (the title counts more), else the newest."""
    rows = Article.objects.filter(state=state)
    if policy:
        rows = rows.filter(policy_key=policy)
    if language:
        rows = rows.filter(language=language)
    if text.strip():
        asked = SearchQuery(text[:200], config=CONFIG, search_type="websearch")
        where = SearchVector("title", weight="A", config=CONFIG) + SearchVector("body", weight="B", config=CONFIG)
        return (
            rows.annotate(found=where, rank=SearchRank(where, asked))
            .filter(found=asked)
            .order_by("-rank", "-changed_at")
        )
    return rows.order_by("-changed_at", "-pk")


def beside(policy_key: str, limit: int = 5) -> list[Article]:
    """What is shown beside a case of a policy: published and not stale, the newest first."""
    held = policies.version_in_force(policy_key)
    rows = Article.objects.filter(
        policy_key=policy_key, state=Article.State.PUBLISHED, policy_version=held.number if held else 0
    )
    return list(rows.order_by("-published_at", "-pk")[:limit])
