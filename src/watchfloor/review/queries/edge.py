"""The register of edge cases: questions and rulings, found by their words; rulings are precedents of their policy."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.review.models import EdgeCase
from watchfloor.review.queries.access import visible_cases


def edge_cases(actor: Actor, *, text: str = "", state: str = "", policy_key: str = "") -> QuerySet[EdgeCase]:
    """Questions on cases the actor may see, newest first; ``text`` is searched in question and ruling, word by word."""
    rows = EdgeCase.objects.filter(case__in=visible_cases(actor).values("pk")).select_related("case")
    if state:
        rows = rows.filter(state=state)
    if policy_key:
        rows = rows.filter(policy_key=policy_key)
    if text.strip():
        vector = SearchVector("question", "ruling", config="simple")
        rows = rows.annotate(words=vector).filter(words=SearchQuery(text, config="simple", search_type="websearch"))
    return rows.order_by("-asked_at", "-pk")


def rulings(actor: Actor, policy_key: str, text: str = "", *, limit: int = 5) -> list[EdgeCase]:
    """Precedents for the workbench: rulings under this policy, newest first; with ``text`` those that share its words."""
    rows = edge_cases(actor, state="ruled", policy_key=policy_key, text=text)
    return list(rows.order_by("-ruled_at", "-pk")[:limit])
