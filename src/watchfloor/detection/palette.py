"""What the command palette knows of rules."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from watchfloor.detection.models import Rule
from watchfloor.identity.domain import Actor


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Rules whose name or description holds all words."""
    words = query.split()
    if not words or not actor.has("rule.view"):
        return
    wanted = Q()
    for word in words:
        wanted &= Q(name__icontains=word) | Q(description__icontains=word)
    for rule in Rule.objects.filter(wanted).exclude(state=Rule.State.RETIRED).order_by("name")[:8]:
        yield {"title": rule.name, "url": reverse("rule-detail", args=[rule.name]), "kind": "rule", "icon": "code",
               "hint": rule.description[:80]}  # fmt: skip
