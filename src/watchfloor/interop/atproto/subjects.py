"""Subjects: from what a client calls a thing to the item, and back. What the caller may not know of is as if it were not there."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from watchfloor.identity.domain import Actor
from watchfloor.interop.atproto.asking import Ask, bad, unknown
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.domain.names import Here, Name
from watchfloor.items import queries as items
from watchfloor.items.models import Item
from watchfloor.review import queries as review
from watchfloor.review.models import Case

REPO, RECORD, MESSAGE = (
    "com.atproto.admin.defs#repoRef",
    "com.atproto.repo.strongRef",
    "chat.bsky.convo.defs#messageRef",
)


def kinds() -> dict[str, str]:
    """Item types and what kind each is."""
    return {key: row.kind for key, (row, _) in items.types().items()}


def name_in(here: Here, subject: dict[str, Any]) -> Name:
    """What a subject of a body means; a sentence where it means nothing here."""
    kind = subject.get("$type")
    if kind == MESSAGE:
        did, convo, message = (str(subject.get(each) or "") for each in ("did", "convoId", "messageId"))
        if not (names.is_did(did) and convo and message):
            raise bad("A message is named by did, convoId and messageId.")
        if "message" not in kinds():
            raise bad("There is no item type 'message' here.")
        author = names.read(here, did, kinds())
        return Name("message", f"{convo}/{message}", author.id if author else did)
    text = subject.get("did") if kind == REPO or (kind is None and "did" in subject) else subject.get("uri")
    if not isinstance(text, str) or kind not in (None, REPO, RECORD):
        raise bad("The subject must be a repoRef (did) or a strongRef (uri and cid).")
    return named(here, text)


def named(here: Here, text: str) -> Name:
    """What a DID or an address means."""
    found = names.read(here, text, kinds()) if len(text) <= 8_192 else None
    if found is None:
        raise bad(f"{text[:120]!r} names nothing here: a DID of an account, or at://<did>/<collection>/<key>.")
    return found


def visible(actor: Actor) -> QuerySet[Item]:
    """Items the actor may know of: those of cases they may open, and the accounts behind. Never one of a case that needs a clearance
    they do not hold."""
    seen = review.visible_cases(actor)
    mine = Q(Exists(seen.filter(item=OuterRef("pk")))) | Q(Exists(seen.filter(item__author=OuterRef("pk"))))
    return Item.objects.select_related("author").filter(mine, ~hidden(actor))


def hidden(actor: Actor) -> Q:
    """Items that a restricted case is about which the actor may not open."""
    restricted = Case.objects.exclude(clearance="").exclude(pk__in=review.visible_cases(actor).values("pk"))
    return Q(Exists(restricted.filter(item=OuterRef("pk"))))


def find(ask: Ask, text: str) -> Item | None:
    """The item behind a DID or address, if the caller may know of it; the same question whether it is there or not."""
    name = names.read(ask.here, text, kinds()) if len(text) <= 8_192 else None
    type_key, external = (name.type, name.id) if name is not None else ("", "")
    return visible(ask.actor).filter(type_key=type_key, external_id=external).first()


def wanted(ask: Ask, text: str, what: str = "Subject") -> Item:
    """As ``find``; ``…NotFound`` without one."""
    item = find(ask, text)
    if item is None:
        raise unknown(what)
    return item


def did(here: Here, item: Item) -> str:
    """The account that answers for an item, as a DID; the service's own where nobody does."""
    account = items.account_of(item)
    return names.did_of(here, account.type_key, account.external_id) if account is not None else here.root


def uri(here: Here, item: Item) -> str:
    """What the protocol calls an item: an account's DID, else an address."""
    if item.kind == "account":
        return names.did_of(here, item.type_key, item.external_id)
    author = names.did_of(here, item.author.type_key, item.author.external_id) if item.author is not None else ""
    return names.uri_of(here, item.type_key, item.external_id, author)


def ref(here: Here, item: Item) -> dict[str, Any]:
    """An item as a subject."""
    if item.kind == "account":
        return {"$type": REPO, "did": uri(here, item)}
    return {"$type": RECORD, "uri": uri(here, item), "cid": names.cid_of(item.current_version)}


def handle(here: Here, item: Item, data: dict[str, Any] | None) -> str:
    """An account's handle, from what it looks like."""
    return names.handle_of(here, str((data or {}).get("handle") or ""))
