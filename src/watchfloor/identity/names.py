"""What to call an actor on a page: the ledger stores ``user:<id>``, people read names."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.identity.models import User


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The name for each actor text, in one query; programs are called by their part ("Watchfloor (delivery)")."""
    wanted = {text for text in actors if text}
    ids = {}
    for text in wanted:
        kind, _sep, name = text.partition(":")
        if kind == "user":
            try:
                ids[UUID(name)] = text
            except ValueError:
                continue
    found = {ids[user.pk]: str(user.name or user) for user in User.objects.filter(pk__in=ids)}
    return {text: found.get(text) or _plain(text) for text in wanted}


def _plain(text: str) -> str:
    kind, _sep, name = text.partition(":")
    if kind == "system":
        return f"Watchfloor ({name.replace('-', ' ')})"
    if kind == "rule":
        return _("Rule %(name)s") % {"name": name}
    return name if kind == "user" else text
