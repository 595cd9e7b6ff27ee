"""What the command palette knows of enforcement: its pages (policies and cases bring their own)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Pages of enforcement whose name holds all words."""
    if not actor.has("enforcement.view"):
        return
    pages = [
        (_("Actions taken"), reverse("enforcement-actions")),
        (_("Actions to approve"), reverse("enforcement-held")),
        (_("Catalogue of actions and ladder"), reverse("enforcement-catalogue")),
        (_("Stop automatic actions"), reverse("enforcement-automation")),
        (_("What is in force on the platform"), reverse("enforcement-drift")),
        (_("Delivery and dead letters"), reverse("enforcement-delivery")),
        (_("Notices"), reverse("enforcement-notices")),
        (_("Words of notices"), reverse("enforcement-words")),
        (_("Grounds in law"), reverse("enforcement-grounds")),
    ]
    words = query.casefold().split()
    for title, address in pages:
        if words and all(word in title.casefold() for word in words):
            yield {"title": title, "url": address, "kind": "page", "icon": "gavel"}
