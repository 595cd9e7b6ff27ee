"""People and the account pages in the command palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from watchfloor.identity import people
from watchfloor.identity.domain import Actor

_PAGES = (
    ("account", gettext_lazy("My account"), "user-circle", ()),
    ("people", gettext_lazy("People"), "users", ("people.manage",)),
    ("my_sessions", gettext_lazy("My sessions"), "lock-open", ()),
    ("signon", gettext_lazy("Sign-on"), "lock-open", ("people.manage",)),
    ("session_rules", gettext_lazy("Sessions"), "clock", ("people.manage",)),
    ("people_invite", gettext_lazy("Invite someone"), "user-check", ("people.manage",)),
    ("roles", gettext_lazy("Roles"), "shield", ("people.manage",)),
    ("tokens", gettext_lazy("API tokens"), "key", ("people.manage", "settings.manage")),
    ("break_glass", gettext_lazy("Break-glass"), "alert-triangle", ("glass.break", "glass.review")),
    ("restricted_reads", gettext_lazy("Views of restricted cases"), "eye", ("reads.view",)),
)


def provide(actor: Actor, query: str) -> Iterable[dict[str, str]]:
    """Pages whose name has the words; then people, for who manages them."""
    want = query.casefold().split()
    for name, title, icon, permissions in _PAGES:
        allowed = not permissions or any(actor.has(each) for each in permissions)
        if allowed and want and all(word in str(title).casefold() for word in want):
            yield {"title": str(title), "url": reverse(name), "kind": _("page"), "icon": icon}
    if want and actor.has("people.manage"):
        for person in people.listed(actor, query=query)[:5]:
            yield {
                "title": person.name,
                "url": reverse("person", args=[person.pk]),
                "kind": _("person"),
                "icon": "user",
                "hint": person.email,
            }
