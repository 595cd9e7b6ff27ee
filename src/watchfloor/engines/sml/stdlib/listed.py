"""Functions that ask the lists and banks a team keeps: is this value, this hash, or something like this text, in one of them?"""

from __future__ import annotations

from typing import Any

from watchfloor.engines.sml.function import BadArgument, Context, Cost, Undefined, function
from watchfloor.engines.sml.listkinds import hash_text
from watchfloor.engines.sml.lists import ListTable

MAX_BITS = 64


def _name(argument: str, name: str) -> str:
    if not name.strip():
        raise BadArgument(argument, "A list has a name.", "Such as 'bad-domains'.")
    return name.strip()


def _table(ctx: Context, name: str) -> ListTable:
    if ctx.lists is None:
        raise LookupError(f"no lists are at hand, so {name!r} cannot be asked")
    return ctx.lists.table(name)


@function(category="lists", cost=Cost.TEXT)
class InList:
    """Whether a value is in a kept list: a text (case and blanks aside), an account, a hash, a domain or a web address at or
    below a listed domain, an IP address in a listed network. Entries that have ended do not count.

    Args:
        value: the value, or a list of them of which one is enough.
        list: the list's name.
    """

    def __init__(self, list: str) -> None:
        self._list = _name("list", list)

    def __call__(self, ctx: Context, value: str | int | list[Any]) -> bool:
        table, at = _table(ctx, self._list), ctx.event.timestamp
        if isinstance(value, list):
            return any(table.find(str(each), at) is not None for each in value)
        return table.find(value if value.__class__ is str else str(value), at) is not None


@function(category="lists", cost=Cost.TEXT)
class ListEntry:
    """The entry of a kept list that covers a value (the domain, the network); undefined where there is none.

    Args:
        value: the value.
        list: the list's name.
    """

    def __init__(self, list: str) -> None:
        self._list = _name("list", list)

    def __call__(self, ctx: Context, value: str | int) -> str:
        found = _table(ctx, self._list).find(str(value), ctx.event.timestamp)
        if found is None:
            raise Undefined
        return found


@function(category="lists", cost=Cost.HEAVY)
class InBank:
    """Whether a text is nearly the same as one of the examples in a bank.

    Args:
        text: the text.
        bank: the bank's name; a list of texts will do.
        distance: how far it may be from an example: 0 the same but for case, look-alikes, spacing and punctuation; 1 nothing in
            common. Without it, the bank's own.
    """

    def __init__(self, bank: str, distance: float | None = None) -> None:
        self._bank = _name("bank", bank)
        if distance is not None and not 0 <= distance < 1:
            raise BadArgument("distance", "`distance` is a number from 0 to below 1.", "0.5 is a good start.")
        self._distance = distance

    def __call__(self, ctx: Context, text: str) -> bool:
        return _table(ctx, self._bank).near_text(text, self._distance, ctx.event.timestamp) is not None


@function(category="lists", cost=Cost.TEXT)
class HashMatch:
    """Whether a hash is in a kept list of hashes: the same, or, for perceptual hashes, within so many bits of one.

    Args:
        hash: the hash in hexadecimal digits; undefined for anything else.
        list: the list's name.
        distance: the bits in which two perceptual hashes may differ: 31 is usual for PDQ (256 bits), 0 for digests such as SHA-256.
    """

    def __init__(self, list: str, distance: int = 0) -> None:
        self._list = _name("list", list)
        if not 0 <= distance <= MAX_BITS:
            raise BadArgument("distance", f"`distance` is a number of bits from 0 to {MAX_BITS}.")
        self._distance = distance

    def __call__(self, ctx: Context, hash: str) -> bool:
        digits = hash_text(hash)
        if not digits:
            raise Undefined
        return _table(ctx, self._list).near_hash(digits, self._distance, ctx.event.timestamp) is not None
