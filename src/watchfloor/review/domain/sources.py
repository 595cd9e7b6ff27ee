"""Whose notice a decision answers, in the words of the statement of reasons (DSA, Article 17(3)(b)); pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# The European Economic Area: where notices of anybody are notices under Article 16 of Regulation (EU) 2022/2065.
EEA: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
    "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO", "EU",
})  # fmt: skip
_BY_KIND: Final = {"government": "order", "law_enforcement": "order", "trusted_flagger": "trusted_flagger"}
_RANK: Final = ("order", "trusted_flagger", "article_16", "other_notification")


def source_of(kind: str, market: str) -> str:
    """One reporter's notice: of an authority, a trusted flagger, anyone in the EEA (or in a market not told), or otherwise."""
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    return "article_16" if kind == "user" and (not market or market.split("-")[0] in EEA) else "other_notification"


def strongest(sources: Iterable[str]) -> str:
    """The source a case's statement names when several gave notice; nobody's notice is the provider's own initiative."""
    found = set(sources)
    return next((source for source in _RANK if source in found), "own_initiative")
