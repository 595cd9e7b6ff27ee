"""What to call an actor on a page: the ledger stores ``user:<id>``, people read names."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.identity.models import ApiToken, User


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The name for each actor text; people and tokens in a query each, programs by their part ("Watchfloor (delivery)")."""
    wanted = {text for text in actors if text}
    people, tokens = _ids(wanted, "user"), _ids(wanted, "token")
    found = {people[user.pk]: str(user.name or user) for user in User.objects.filter(pk__in=people)}
    if tokens:
        for token in ApiToken.objects.filter(pk__in=tokens):
            found[tokens[token.pk]] = _("Token %(name)s") % {"name": token.name}
    return {text: found.get(text) or _plain(text) for text in wanted}


def _ids(texts: Iterable[str], kind: str) -> dict[UUID, str]:
    """The ids of the actors of a kind, each with its text."""
    ids = {}
    for text in texts:
        found, _sep, name = text.partition(":")
        if found == kind:
            try:
                ids[UUID(name)] = text
            except ValueError:
                continue
    return ids


def _plain(text: str) -> str:
    kind, _sep, name = text.partition(":")
    if kind == "system":
        return f"Watchfloor ({name.replace('-', ' ')})"
    if kind == "rule":
        return _("Rule %(name)s") % {"name": name}
    return name if kind == "user" else text
