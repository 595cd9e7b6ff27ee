"""What happened to the floor meanwhile, in words: the change log as the floor and the charts show it."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec
from django.utils.translation import ngettext

from watchfloor.insight.changes import queries
from watchfloor.insight.changes.kinds import KINDS
from watchfloor.insight.changes.ledger_words import TOLD

_SIGNS = {"plug": "adjustments", "plug-off": "alert-triangle", "stairs": "trending-up"}


class Change(msgspec.Struct, frozen=True):
    """One change: when, by whom, in words."""

    at: datetime
    type: str
    words: str
    sign: str
    tone: str
    actor: str


def changes(start: datetime, end: datetime, *, limit: int = 12) -> list[Change]:
    """The newest changes of ``[start, end)``; the many of one set-up are told once."""
    found: list[Change] = []
    alike: dict[tuple[str, datetime, str], int] = {}  # what, in which minute, by whom -> its place in found
    more: dict[int, int] = {}
    for each in queries.between(start, end, limit=limit * 10):
        key = (each.type or each.id, each.starts_at.replace(second=0, microsecond=0), each.by)
        if key in alike:
            more[alike[key]] = more.get(alike[key], 0) + 1
            continue
        alike[key] = len(found)
        sign, tone = TOLD[each.type][:2] if each.type else (KINDS[each.kind].sign, KINDS[each.kind].tone)
        found.append(Change(each.starts_at, each.type, each.title, _SIGNS.get(sign, sign), tone, each.by))
    for place, count in more.items():
        told = ngettext("and %(num)s more like it", "and %(num)s more like it", count) % {"num": count}
        found[place] = msgspec.structs.replace(found[place], words=f"{found[place].words}, {told}")
    return _named(found[:limit])


def _named(found: list[Change]) -> list[Change]:
    """Names of people instead of their ids."""
    from watchfloor.identity.models import User

    ids: set[uuid.UUID] = set()
    for change in found:
        kind, _sep, name = change.actor.partition(":")
        if kind == "user":
            ids.add(uuid.UUID(name))
    names = {f"user:{user.pk}": user.name for user in User.objects.filter(pk__in=ids)}
    return [
        msgspec.structs.replace(change, actor=names.get(change.actor, change.actor.partition(":")[2]))
        for change in found
    ]
