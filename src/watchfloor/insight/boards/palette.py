"""What the command palette knows of boards: each one by its name, and the pages around them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.insight.boards import keeping, serving


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Boards and their pages whose name holds all words."""
    words = query.casefold().split()
    if not words or not actor.has(keeping.SEES):
        return
    pages = [
        (_("Boards"), reverse("boards")),
        (_("New board"), reverse("board-new")),
        (_("Targets"), reverse("board-targets")),
        (_("Boards on a wall"), reverse("board-wall")),
    ]
    if actor.has("insight.sql"):
        pages.append((_("Ask in SQL"), reverse("insight-sql")))
    for title, address in pages:
        if all(word in title.casefold() for word in words):
            yield {"title": title, "url": address, "kind": "page", "icon": "layout-dashboard"}
    for row in keeping.listed(actor):
        title = _("Board: %(name)s") % {"name": serving.name_of(row)}
        if all(word in title.casefold() for word in words):
            yield {"title": title, "url": reverse("board", args=[row.pk]), "kind": "board", "icon": "layout-dashboard"}
