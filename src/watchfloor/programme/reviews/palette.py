"""What the command palette knows of reviews: their pages, and each review by its title."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.programme.reviews import access, queries

MOST = 20


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Pages and reviews whose name holds all words."""
    words = query.casefold().split()
    if not words or not any(actor.has(name) for name in (access.VIEW, access.EDIT, access.WORK)):
        return
    pages = [(_("Reviews"), reverse("programme-reviews"))]
    if actor.has(access.EDIT):
        pages += [
            (_("Compose a review"), reverse("programme-review-new")),
            (_("Reviews that compose themselves"), reverse("programme-review-schedules")),
        ]
    for title, address in pages:
        if all(word in title.casefold() for word in words):
            yield {"title": title, "url": address, "kind": "page", "icon": "file-text"}
    found = [row for row in queries.listed(actor) if all(word in row.title.casefold() for word in words)]
    for row in found[:MOST]:
        yield {
            "title": _("Review: %(name)s") % {"name": row.title}, "url": reverse("programme-review", args=[queries.name_of(row)]),
            "kind": "review", "icon": "file-text",
        }  # fmt: skip
