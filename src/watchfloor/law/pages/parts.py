"""What the law pages share: tabs, ids in addresses, dates that were typed, who may."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.identity.mending import Errors, moment
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.kernel import ids
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound

SEE = ("law.view",)
MANAGE = "law.manage"
APPROVE = "law.approve"
REQUESTS = "law.requests"


def tabs(actor: Actor, current: str) -> list[dict[str, Any]]:
    """The parts of the law this person may open."""
    known = [
        ("clocks", _("Clocks"), "law", SEE),
        ("table", _("Clock table"), "law-table", SEE),
        ("orders", _("Orders"), "law-orders", SEE),
        ("authorities", _("Authorities"), "law-authorities", SEE),
        ("flaggers", _("Trusted flaggers"), "law-flaggers", SEE),
        ("requests", _("Requests"), "law-requests", (REQUESTS,)),
        ("holds", _("Holds"), "law-holds", SEE),
        ("erasures", _("Erasures"), "law-erasures", (REQUESTS, APPROVE)),
        ("retention", _("Retention"), "law-retention", SEE),
    ]
    return [
        {"label": label, "href": reverse(url), "current": key == current}
        for key, label, url, needed in known
        if any(actor.has(name) for name in needed)
    ]


def must(actor: Actor, permission: str) -> None:
    """``Forbidden`` for a step one may not take."""
    if not actor.has(permission):
        raise Forbidden("no_permission", _("Your roles do not include this step."))


def of(kind: str, text: str) -> UUID:
    """An id from an address; what is none is not found."""
    try:
        return ids.decode(kind, text)
    except BadInput as error:
        raise NotFound("unknown_id", "There is no such thing.") from error


def typed_moment(post: QueryDict, name: str) -> datetime | None:
    """A moment somebody typed; empty is None."""
    return moment(post.get(name, ""), name)


def lines(text: str) -> list[str]:
    """Lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def places(text: str, where: str = "locations") -> tuple[tuple[str, str], ...]:
    """``type id`` on each line, as the platform names its items."""
    found = []
    known = items.types()
    for line in lines(text):
        kind, _blank, name = line.partition(" ")
        if not name.strip() or kind not in known:
            raise BadInput(
                "bad_place", _("%(line)s is no item type and id.") % {"line": repr(line[:60])}, where=where,
                hint=_("One item a line: its type, a blank, its id. Types: %(types)s") % {"types": ", ".join(sorted(known))},
            )  # fmt: skip
        found.append((kind, name.strip()))
    return tuple(found)


def item_of(kind: str, name: str, where: str) -> Item:
    """The item a person typed."""
    row = Item.objects.filter(type_key=kind.strip(), external_id=name.strip()).first()
    if row is None:
        raise BadInput("unknown_item", _("No such item is known here."), where=where)
    return row


def account_types() -> list[tuple[str, str]]:
    """Types of accounts, to choose from."""
    return [(key, row.name) for key, (row, _fields) in items.types().items() if row.kind == "account"]


def status(errors: Errors) -> int:
    """Of a page whose form was not taken."""
    return 422 if errors else 200
