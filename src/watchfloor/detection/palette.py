"""What the command palette knows of rules and lists."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.detection.models import NamedList, Rule
from watchfloor.identity.domain import Actor


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Rules and lists whose name or description holds all words; "lists" itself is a page."""
    words = query.split()
    if not words:
        return
    if actor.has("rule.view") or actor.has("list.edit"):
        yield from _lists(words)
    if not actor.has("rule.view"):
        return
    wanted = Q()
    for word in words:
        wanted &= Q(name__icontains=word) | Q(description__icontains=word)
    for rule in Rule.objects.filter(wanted).exclude(state=Rule.State.RETIRED).order_by("name")[:8]:
        yield {"title": rule.name, "url": reverse("rule-detail", args=[rule.name]), "kind": "rule", "icon": "code",
               "hint": rule.description[:80]}  # fmt: skip


def _lists(words: list[str]) -> Iterator[dict[str, str]]:
    if all(word.casefold() in "lists and banks" for word in words):
        yield {"title": _("Lists and banks"), "url": reverse("lists"), "kind": "page", "icon": "list"}
    wanted = Q(archived_at__isnull=True)
    for word in words:
        wanted &= Q(name__icontains=word) | Q(description__icontains=word)
    for row in NamedList.objects.filter(wanted).order_by("name")[:5]:
        yield {"title": row.name, "url": reverse("list-detail", args=[row.name]), "kind": "list", "icon": "list",
               "hint": row.description[:80]}  # fmt: skip
