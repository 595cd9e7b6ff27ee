"""What the command palette knows of exchanges."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.detection.exchanges import queries
from watchfloor.identity.domain import Actor


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """The list, and each exchange by its name."""
    words = query.casefold().split()
    if not words or not actor.has(queries.MANAGES):
        return
    title = _("Exchanges of hashes")
    if all(word in title.casefold() for word in words):
        yield {"title": title, "url": reverse("exchanges"), "kind": "page", "icon": "photo-search"}
    for row in queries.exchanges(actor):
        title = _("Exchange: %(name)s") % {"name": row.name}
        if all(word in title.casefold() for word in words):
            yield {
                "title": title,
                "url": reverse("exchange-detail", args=[row.name]),
                "kind": "page",
                "icon": "photo-search",
            }
