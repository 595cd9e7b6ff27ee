"""What texts have in common beside their words: phone numbers, domains, networks, devices. One is an edge unless strangers share it,
too.

A key seen by more than a cap of unrelated accounts is a *hub* (a link shortener, a mobile network): it joins nobody and is shown
as such. Accounts are related when near-duplicate texts link them, so a campaign of any size does not make its own phone number a
hub.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from ipaddress import ip_address, ip_network

import polars as pl

from watchfloor.engines.textmodels.entities import entities

CAPS: dict[str, int] = {
    "phone": 500, "email": 500, "wallet": 500, "payment": 500, "url": 200, "media": 200, "handle": 50, "device": 50, "app": 50,
    "ip": 50, "ja4": 20, "domain": 10,
}  # fmt: skip
"""Unrelated accounts up to which a key of this kind is an edge."""

CAP = 50
"""The same for other kinds."""

_PUBLIC = """
amazon.com apple.com bing.com blogspot.com discord.com ebay.com facebook.com fb.com github.com google.com instagram.com
linkedin.com medium.com microsoft.com netflix.com paypal.com pinterest.com reddit.com soundcloud.com spotify.com
stackoverflow.com tiktok.com tumblr.com twitch.tv twitter.com vimeo.com vk.com wikipedia.org wordpress.com x.com yahoo.com
yandex.ru youtube.com youtu.be
"""
PUBLIC = frozenset(_PUBLIC.split())
"""Domains on which everybody publishes: always hubs, also in a file too small to show it."""

FOUND = ("phone", "email", "wallet", "url", "domain", "ip")
"""Kinds that are looked for in the text. Mentions of accounts (``handle``) say too little by themselves."""

# Without any of these there is nothing to be found in a plain text.
_MAYBE = r"\w@\w|://|\w\.\w|[\[({]\s?(?:\.|@|:|(?i:dot|at|punkt|punto))|(?:[\doO]\W{0,3}){7}|[0-9A-Za-z]{26}|(?::[0-9a-fA-F]{0,4}){3}"


@cache
def _maybe() -> Callable[[str], object]:
    """A cheap look, twice as cheap with RE2."""
    try:
        library = import_module("re2")
    except ImportError:
        library = re
    search: Callable[[str], object] = (library if hasattr(library, "Set") else re).compile(_MAYBE).search
    return search


def found_in(text: str) -> list[tuple[str, str]]:
    """(kind, canonical value) of what is in a text, each once."""
    if text.isascii() and _maybe()(text) is None:
        return []
    return list(dict.fromkeys((each.kind, each.canonical) for each in entities(text) if each.kind in FOUND))


def canonical(kind: str, value: str) -> str:
    """A key that was given, as it is compared: IPv6 as its /64, phones, domains and addresses as in texts, others as they are."""
    value = value.strip()
    if kind == "ip":
        try:
            address = ip_address(value)
        except ValueError:
            return value
        return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))
    if kind in ("phone", "email", "domain", "url", "wallet"):
        return next((each.canonical for each in entities(value) if each.kind == kind), value.casefold())
    return value


def judge(table: pl.DataFrame, party: pl.Series, caps: Mapping[str, int]) -> pl.DataFrame:
    """Each key that two texts or more have: ``kind``, ``value``, ``first`` (text), ``texts``, ``parties`` (unrelated accounts), ``hub``.

    Args:
        table: ``kind``, ``value``, ``text`` (place). ``party``: of each text, whose it is, related accounts as one.
    """
    cap = pl.col("kind").replace_strict({**CAPS, **caps}, default=caps.get("", CAP), return_dtype=pl.Int64)
    return (
        table.with_columns(party=party.gather(table["text"]))
        .group_by("kind", "value")
        .agg(first=pl.col("text").min(), texts=pl.len(), parties=pl.col("party").n_unique())
        .filter(pl.col("texts") > 1)
        .with_columns(
            hub=(pl.col("parties").cast(pl.Int64) > cap)
            | ((pl.col("kind") == "domain") & pl.col("value").is_in(sorted(PUBLIC)))
        )
        .sort("first", "kind", "value")
    )
