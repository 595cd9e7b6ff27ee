"""What the command palette knows of risks: their pages, and risks that are open, by number (``risk 4``) or words of the title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.programme.forms import plain
from watchfloor.programme.risks import access

MOST = 5
_NUMBER = re.compile(r"(?:risk ?|r|#)?([0-9]{1,9})")


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Entries for what was typed."""
    wanted = plain(query).casefold().split()
    if not wanted or not actor.has(access.VIEW):
        return
    pages = [
        (_("Risks"), "programme-risks"), (_("Risk indicators"), "programme-indicators"), (_("Horizon"), "programme-horizon"),
        (_("Calendar"), "programme-calendar"), (_("Practices"), "programme-practices"),
    ]  # fmt: skip
    if actor.has(access.EDIT):
        pages.append((_("New risk"), "programme-risk-new"))
    for title, name in pages:
        if all(word in title.casefold() for word in wanted):
            yield {"title": title, "url": reverse(name), "kind": "page", "icon": "alert-triangle"}
    rows = access.risks(actor).filter(closed_at=None)
    number = _NUMBER.fullmatch(" ".join(wanted))
    if number:
        rows = rows.filter(number=int(number[1]))
    elif sum(map(len, wanted)) < 2:
        return
    else:
        for word in wanted:
            rows = rows.filter(title__icontains=word)
    for row in rows.order_by("number")[:MOST]:
        yield {
            "title": _("Risk %(number)s: %(title)s") % {"number": row.number, "title": row.title},
            "url": reverse("programme-risk", args=[row.pk]), "kind": "risk", "icon": "alert-triangle",
        }  # fmt: skip
