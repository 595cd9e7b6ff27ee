"""Jira's pages in the command palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from watchfloor.identity.domain import Actor

_PAGES = (
    ("programme-jira", gettext_lazy("Jira"), "link", "programme.view"),
    ("programme-jira-settings", gettext_lazy("Settings of Jira"), "settings", "settings.manage"),
)


def provide(actor: Actor, query: str) -> Iterable[dict[str, str]]:
    """Pages whose name has the words."""
    want = query.casefold().split()
    for name, title, icon, permission in _PAGES:
        if want and actor.has(permission) and all(word in str(title).casefold() for word in want):
            yield {"title": str(title), "url": reverse(name), "kind": _("page"), "icon": icon}
