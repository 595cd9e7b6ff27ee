"""The pages of NCMEC reports in the command palette, for the cleared people of the role. No report is found by a search."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from watchfloor.cybertip import access
from watchfloor.identity.domain import Actor

_PAGES = (
    ("cybertip", gettext_lazy("NCMEC reports"), "shield", access.ANY),
    ("cybertip-settings", gettext_lazy("Settings of NCMEC reports"), "settings", (access.MANAGE,)),
)


def provide(actor: Actor, query: str) -> Iterable[dict[str, str]]:
    """Pages whose name has the words."""
    want = query.casefold().split()
    for name, title, icon, permissions in _PAGES:
        allowed = any(access.may(actor, each) for each in permissions)
        if allowed and want and all(word in str(title).casefold() for word in want):
            yield {"title": str(title), "url": reverse(name), "kind": _("page"), "icon": icon}
