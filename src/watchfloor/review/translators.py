"""Translations, if somebody installed a translator: entry point group ``watchfloor.translators``. Nothing shipped calls outside.

An entry names an object (or a class without arguments) that is a ``Translator``. What it does with the text is its own matter: whoever
installs one answers for where the words go. One that cannot be loaded, or fails, is said in the log and leaves the page as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, runtime_checkable

import msgspec

log = logging.getLogger(__name__)
GROUP = "watchfloor.translators"
MAX_TEXT = 20_000


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """What a translator made of a text. ``source`` the language it found; ``confidence`` of that, 0 to 1, None if it does not say."""

    text: str
    source: str = ""
    confidence: float | None = None


@runtime_checkable
class Translator(Protocol):
    """``name`` is shown beside every translation. Languages are BCP 47 tags; ``source`` is ``""`` when nobody knows."""

    name: str

    def translate(self, text: str, source: str, target: str) -> Translation | None:
        """The text in ``target``; None when this translator does not do it."""


class Translated(msgspec.Struct, frozen=True):
    """A translation and who made it."""

    by: str
    translation: Translation


def translate(text: str, source: str, target: str) -> Translated | None:
    """By the first translator that does it; None when none does."""
    for translator in known():
        try:
            made = translator.translate(text[:MAX_TEXT], source, target)
        except Exception:
            log.exception("the translator %s failed", translator.name)
            continue
        if isinstance(made, Translation):
            return Translated(translator.name, made)
    return None


@cache
def known() -> tuple[Translator, ...]:
    """The translators of installed packages, by the names of their entries; looked for once per process."""
    return loaded(entry_points(group=GROUP))


def loaded(entries: Iterable[EntryPoint]) -> tuple[Translator, ...]:
    """The translators behind these entries."""
    found: list[Translator] = []
    for entry in sorted(entries, key=lambda each: (each.name, each.value)):
        try:
            made = entry.load()
            made = made() if isinstance(made, type) else made
        except Exception:
            log.exception("the translator %s (%s) cannot be loaded", entry.name, entry.value)
            continue
        if isinstance(made, Translator):
            found.append(made)
        else:
            log.error("%s gives %r, which is no translator", entry.value, made)
    return tuple(found)
