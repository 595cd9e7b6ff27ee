"""The command palette's answers: every part of the program offers what it knows, this file asks them all.

A part offers entries in one of two ways: an app module ``palette.py`` with ``provide(actor, query)`` (found by itself, so that
parts below the console need not import it), or ``register(provider)``. A provider must itself leave out what the actor may not know of.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any, NotRequired, TypedDict

from django.apps import apps

log = logging.getLogger(__name__)


class Entry(TypedDict):
    """One thing to go to or do."""

    title: str
    url: str
    kind: str  # "page", "case", "account", "rule", "policy", "person", "action": shown at the end of the line
    icon: NotRequired[str]
    hint: NotRequired[str]


Provider = Callable[[Any, str], Iterable[Mapping[str, str]]]

PER_PROVIDER = 8
MOST = 40

_registered: list[Provider] = []


def register(provider: Provider) -> Provider:
    """Add a provider; can be used as a decorator."""
    if provider not in _registered:
        _registered.append(provider)
    return provider


@cache
def _found() -> tuple[Provider, ...]:
    """The ``provide`` functions of all installed apps."""
    providers = []
    for config in apps.get_app_configs():
        if not config.name.startswith("watchfloor.") or config.name == "watchfloor.console":
            continue
        if find_spec(f"{config.name}.palette") is None:
            continue
        provide = getattr(importlib.import_module(f"{config.name}.palette"), "provide", None)
        if provide is not None:
            providers.append(provide)
    return tuple(providers)


def matches(query: str, title: str) -> int:
    """How well a title answers a query: 0 not at all, 1 all words occur, 2 each begins a word, 3 the title begins so."""
    want, have = query.casefold().split(), title.casefold()
    if not all(word in have for word in want):
        return 0
    if have.startswith(query.casefold().strip()):
        return 3
    words = have.replace("/", " ").replace(".", " ").replace("-", " ").split()
    return 2 if all(any(part.startswith(word) for part in words) for word in want) else 1


def search(actor: Any, query: str, pages: Iterable[Mapping[str, str]] = ()) -> list[Entry]:
    """All entries for a query, pages first, then each provider's in its own order.

    A provider that fails is left out and logged: one broken part must not take the palette from everyone.
    """
    query = " ".join(query.split())[:200]
    ranked = sorted(((matches(query, page["title"]), page) for page in pages), key=lambda pair: -pair[0])
    entries = [_entry(page) for rank, page in ranked if rank or not query]
    for provider in (*_found(), *_registered):
        try:
            offered = list(_first(provider(actor, query), PER_PROVIDER))
            entries += [_entry(raw) for raw in offered]
        except Exception:
            log.exception("the palette provider %s failed", getattr(provider, "__module__", provider))
    return entries[:MOST]


def _first(values: Iterable[Mapping[str, str]], count: int) -> Iterable[Mapping[str, str]]:
    for index, value in enumerate(values):
        if index == count:
            return
        yield value


def _entry(raw: Mapping[str, str]) -> Entry:
    entry = Entry(title=str(raw["title"]), url=str(raw["url"]), kind=str(raw.get("kind", "page")))
    if raw.get("icon"):
        entry["icon"] = str(raw["icon"])
    if raw.get("hint"):
        entry["hint"] = str(raw["hint"])
    return entry
