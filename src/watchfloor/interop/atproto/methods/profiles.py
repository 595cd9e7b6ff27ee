"""Who somebody is: profiles as consoles of the protocol show them beside a name, and looking accounts up. Of accounts the caller may know
of, of the service, and of the caller; nobody follows anybody here."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from watchfloor.interop.atproto import subjects
from watchfloor.interop.atproto.asking import GET, Ask, bad, iso, method
from watchfloor.interop.atproto.domain import names
from watchfloor.interop.atproto.labelling import labels_of
from watchfloor.interop.atproto.methods.declaring import COLLECTION, declaration
from watchfloor.interop.atproto.methods.statuses import account_view
from watchfloor.items import queries as items
from watchfloor.items.models import Item

MOST_PROFILES = 25
DETAILED = "app.bsky.labeler.defs#labelerViewDetailed"


@method("app.bsky.actor.getProfile", GET, ())
def get_profile(ask: Ask) -> dict[str, Any]:
    """One profile."""
    found = _profile(ask, ask.text("actor"))
    if found is None:
        raise bad("Profile not found")
    return found


@method("app.bsky.actor.getProfiles", GET, ())
def get_profiles(ask: Ask) -> dict[str, Any]:
    """Several; those that are not there are left out."""
    wanted = ask.many("actors")
    if not 1 <= len(wanted) <= MOST_PROFILES:
        raise bad(f"actors: from 1 to {MOST_PROFILES} of them.")
    return {"profiles": [found for each in wanted if (found := _profile(ask, each)) is not None]}


@method("app.bsky.actor.searchActorsTypeahead", GET, ("case.view",))
def typeahead(ask: Ask) -> dict[str, Any]:
    """Accounts whose name begins so."""
    limit = ask.limit(default=10)
    return {
        "actors": [
            _of_item(ask, each) for each in _named(ask, ask.text("q") or ask.text("term")).order_by("-pk")[:limit]
        ]
    }


@method("app.bsky.actor.searchActors", GET, ("case.view",))
def search_actors(ask: Ask) -> dict[str, Any]:
    """The same, page by page."""
    rows, more = _page(ask)
    return {"actors": [_of_item(ask, each) for each in rows], **more}


@method("tools.ozone.moderation.searchRepos", GET, ("case.view",))
def search_repos(ask: Ask) -> dict[str, Any]:
    """Accounts of cases the caller may open; with ``q`` (or ``term``) those whose name begins so."""
    rows, more = _page(ask)
    return {"repos": [account_view(ask, each) for each in rows], **more}


@method("app.bsky.labeler.getServices", GET, None)
def get_services(ask: Ask) -> dict[str, Any]:
    """What labeler we are; of others nothing is known here."""
    if ask.here.did not in ask.many("dids"):
        return {"views": []}
    value = declaration()
    return {"views": [{
        "$type": DETAILED, "uri": f"at://{ask.here.did}/{COLLECTION}/self", "cid": names.cid_of(""), "creator": _plain(ask, ask.here.did),
        "policies": value["policies"], "indexedAt": value["createdAt"], "likeCount": 0, "labels": [],
    }]}  # fmt: skip


def _profile(ask: Ask, text: str) -> dict[str, Any] | None:
    if text in (ask.here.did, ask.here.root):
        return _plain(ask, text)
    if text in (ask.who.did, ask.who.handle) and ask.who.token is not None:
        return {"did": ask.who.did, "handle": ask.who.handle, "displayName": ask.who.token.name, "labels": []}
    if ask.who.actor is None or not ask.who.may("case.view"):
        return None
    item = subjects.find(ask, text)
    return _of_item(ask, item) if item is not None and item.kind == "account" else None


def _plain(ask: Ask, did: str) -> dict[str, Any]:
    return {"did": did, "handle": ask.here.domain or names.NO_HANDLE, "displayName": "Watchfloor", "labels": []}


def _of_item(ask: Ask, item: Item) -> dict[str, Any]:
    data: dict[str, Any] = (items.snapshot(item.current_version) if item.current_version else None) or {}
    about = str(data.get("bio") or "")
    return {
        "did": subjects.uri(ask.here, item), "handle": subjects.handle(ask.here, item, data),
        "displayName": str(data.get("display_name") or item.external_id)[:640], **({"description": about} if about else {}),
        "indexedAt": iso(item.first_seen_at), "labels": labels_of(item),
    }  # fmt: skip


def _page(ask: Ask) -> tuple[list[Item], dict[str, str]]:
    start, limit = ask.number("cursor", 0) or 0, ask.limit()
    if start < 0:
        raise bad("The cursor is none of ours.")
    rows = _named(ask, ask.text("q") or ask.text("term"))
    found = list(rows.order_by("-pk")[start : start + limit + 1])
    return found[:limit], {"cursor": str(start + limit)} if len(found) > limit else {}


def _named(ask: Ask, text: str) -> Any:
    """Accounts by what they are called: by our id, as a DID, or by how the id begins."""
    rows = subjects.visible(ask.actor).filter(kind="account")
    text = text.strip().lstrip("@")[:500]
    if not text:
        return rows
    name = names.read(ask.here, text, subjects.kinds())
    exact = Q(external_id=name.id) if name is not None else Q(pk__in=[])
    return rows.filter(exact | Q(external_id__startswith=text))
