"""A ``Flag`` as reports of ours. Pure: which addresses are known items is asked of the caller.

Its objects are an account and things of it, in no given order and mostly as bare addresses. What is known here is taken for what it is; of
the rest, what says its type is believed, the first is the account where there are several, and everything else is a post.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from watchfloor.interop.plain import text_of
from watchfloor.kernel.errors import BadInput

MOST: Final = 100
ACTORS: Final = frozenset({"Person", "Service", "Application", "Group", "Organization"})
Row = dict[str, Any]


class Named(msgspec.Struct, frozen=True):
    """An item by its type and id here."""

    type: str
    id: str


class Types(msgspec.Struct, frozen=True):
    """Item types that stand for accounts and posts."""

    account: str
    post: str


def rows(flag: Mapping[str, Any], types: Types, *, reason: str, known: Callable[[str], Named | None]) -> list[Row]:
    """One report for each thing, or one of the account where nothing else is named."""
    found = _objects(flag)
    named = [
        (known(url) or _guess(url, kind, index, len(found), types), given)
        for index, (url, kind, given) in enumerate(found)
    ]
    accounts = [item for item, _ in named if item.type == types.account]
    things = [(item, given) for item, given in named if item.type != types.account]
    author = {"author": {"type": accounts[0].type, "id": accounts[0].id}} if len(accounts) == 1 else {}
    common: Row = {
        "reason": reason, "channel": "platform", "note": text_of(flag["content"]) if isinstance(flag.get("content"), str) else "",
        "reporter": {"kind": "platform", "id": str(flag["actor"])[:250]},
    }  # fmt: skip
    if things:
        return [
            {"item": {"type": item.type, "id": item.id, "data": _data(given), **author}, **common}
            for item, given in things
        ]
    return [{"item": {"type": item.type, "id": item.id, "data": {}}, **common} for item in accounts]


def ids_to_try(url: str) -> list[str]:
    """Names under which a platform may have told us of the thing at an address: the address, then the end of its path."""
    end = _path(url).rstrip("/").rpartition("/")[2]
    return list(dict.fromkeys(each for each in (url, end, end.lstrip("@")) if each and len(each) <= 250))


def _objects(flag: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    given = flag.get("object")
    made: list[tuple[str, str, Mapping[str, Any]]] = []
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, str) and each:
            made.append((each, "", {}))
        elif isinstance(each, Mapping) and isinstance(each.get("id"), str) and each["id"]:
            made.append((each["id"], str(each.get("type") or ""), each))
        else:
            raise BadInput("bad_object", "A Flag names its objects by their addresses.", where="object")
    if not 1 <= len(made) <= MOST:
        raise BadInput("too_many", f"A Flag names 1 to {MOST} objects.", where="object")
    if any(len(url) > 250 for url, _, _ in made):
        raise BadInput("too_long", "An object's address has at most 250 characters.", where="object")
    seen: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
    for one in made:
        seen.setdefault(one[0], one)
    return list(seen.values())


def _guess(url: str, kind: str, index: int, of: int, types: Types) -> Named:
    account = kind in ACTORS or (not kind and index == 0 and (of > 1 or _like_account(url)))
    return Named(types.account if account else types.post, url)


def _like_account(url: str) -> bool:
    parts = [part for part in _path(url).split("/") if part]
    return bool(parts) and (
        (len(parts) == 1 and parts[0].startswith("@"))
        or (len(parts) == 2 and parts[0] in {"users", "u", "user", "actors", "accounts"})
    )


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # no address at all
        return ""


def _data(given: Mapping[str, Any]) -> Row:
    """What an embedded object says of itself; what the reporter's server says is not what the platform would say, so it is marked."""
    text = given.get("content")
    return {"text": text_of(text), "as_told_by_reporter": True} if isinstance(text, str) and text else {}
