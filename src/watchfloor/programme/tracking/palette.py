"""What the command palette knows of tracking: initiatives and actions that are not over, by title; and the pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.programme.forms import plain
from watchfloor.programme.tracking import access, queries
from watchfloor.programme.tracking.domain.states import LIVE

MOST = 5


def provide(actor: Any, query: str) -> Iterable[dict[str, str]]:
    """Entries for what was typed."""
    if not actor.has(access.VIEW):
        return []
    pages = [
        (_("Board"), "programme-board"), (_("Timeline"), "programme-timeline"), (_("Stakeholders"), "programme-stakeholders"),
        (_("Objectives"), "programme-objectives"),
    ]  # fmt: skip
    wanted = plain(query).casefold()
    found = [
        {"title": title, "url": reverse(name), "kind": "page", "icon": "road"}
        for title, name in pages
        if wanted and wanted in title.casefold()
    ]
    if len(wanted) < 2:
        return found
    rows = queries.initiatives(actor).filter(ended_at=None, title__icontains=wanted)[:MOST]
    found += [
        {"title": row.title, "url": reverse("programme-initiative", args=[row.pk]), "kind": "page", "icon": "road"}
        for row in rows
    ]
    todos = queries.actions(actor).filter(state__in=LIVE, title__icontains=wanted)[:MOST]
    return found + [
        {"title": row.title, "url": reverse("programme-action", args=[row.pk]), "kind": "action", "icon": "subtask"}
        for row in todos
    ]
