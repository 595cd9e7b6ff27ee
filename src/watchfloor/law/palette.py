"""What the command palette knows of the law: its pages, and orders by their id, their reference or who sent them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput
from watchfloor.law import queries, words
from watchfloor.law.pages import parts

ENOUGH = 3  # letters before orders are searched
MOST = 5


def provide(actor: Actor, query: str) -> Iterator[dict[str, str]]:
    """Pages whose name has the words; orders the actor may know of."""
    want = query.casefold().split()
    if not want or not actor.has("law.view"):
        return
    law = _("Law")
    for tab in parts.tabs(actor, ""):
        if all(word in f"{law} {tab['label']}".casefold() for word in want) and tab["href"] != reverse("law"):
            yield {"title": tab["label"], "url": tab["href"], "kind": _("page"), "icon": "certificate", "hint": law}
    if len(query.strip()) < ENOUGH:
        return
    found = Q()
    for word in query.split():
        found &= Q(reference__icontains=word) | Q(authority__name__icontains=word)
    with contextlib.suppress(BadInput):
        found |= Q(pk=ids.decode("ord", query.strip()))
    kinds = words.order_kinds()
    for row in queries.orders(actor).filter(found)[:MOST]:
        title = f"{row.reference or ids.short(row.pk)} · {row.authority.name}"
        address = reverse("law-order", args=[ids.encode("ord", row.pk)])
        yield {"title": title, "url": address, "kind": _("order"), "icon": "gavel", "hint": kinds[row.kind]}
