"""What the command palette knows of spikes: their pages, the change log, and open spikes by the words of their headline."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.spikes import queries

NEWEST = 50  # open spikes whose headlines are searched


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Pages and open spikes that hold all words."""
    want = query.casefold().split()
    if not want or not actor.has("insight.view"):
        return
    pages = (
        (_("Spikes"), "spikes", "trending-up"),
        (_("Change log"), "changes", "git-branch"),
        (_("Yesterday"), "spike-morning", "calendar"),
        (_("Alarms"), "spike-attention", "bell"),
    )
    for title, url, icon in pages:
        if all(word in title.casefold() for word in want):
            yield {"title": title, "url": reverse(url), "kind": _("page"), "icon": icon, "hint": _("Insight")}
    for line in queries.open_spikes(actor, limit=NEWEST):
        if all(word in line.headline.casefold() or word == line.id.casefold() for word in want):
            yield {"title": line.headline, "url": line.url, "kind": _("Spike"), "icon": "trending-up"}
