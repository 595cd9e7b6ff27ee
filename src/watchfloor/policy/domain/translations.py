"""A policy's words in another language, part by part, and which of them the text has left behind. Pure.

Each translated part remembers the digest of the words it was made from: it is stale once the text says something else there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from watchfloor.kernel.errors import BadInput
from watchfloor.policy.domain.document import Document, Overlay

MAX_PART = 40_000
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


class Part(msgspec.Struct, frozen=True):
    """One part of the text and its translation. ``state``: current | stale | missing; ``clause`` is a clause's key or empty."""

    key: str
    clause: str
    source: str
    text: str
    state: str


class Coverage(msgspec.Struct, frozen=True):
    """How a translation stands against a text; ``behind``: keys of clauses with a stale or missing part, in the text's order."""

    total: int
    current: int
    stale: int
    missing: int
    behind: tuple[str, ...]


def sources(document: Document) -> dict[str, str]:
    """Everything that is translated, in the order of the text: part -> words."""
    found = {"summary": document.summary}
    for clause in document.clauses:
        found[f"clause:{clause.key}"] = clause.text
        for market, overlay in sorted(clause.overlays.items()):
            if overlay.text:
                found[f"clause:{clause.key}@{market}"] = overlay.text
    for market, note in sorted(document.overlays.items()):
        found[f"market:{market}"] = note
    for kind in document.kinds or ():
        found[f"violation:{kind.key}"] = kind.name
    return found


def digest(words: str) -> str:
    """What a translated part remembers of its source: 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def parts(document: Document, stored: Mapping[str, Mapping[str, Any]]) -> list[Part]:
    """Each part with its translation and whether that still fits. ``stored``: part -> {"text", "of"}."""
    found = []
    for key, source in sources(document).items():
        kept = stored.get(key)
        state = "missing" if kept is None else "current" if kept["of"] == digest(source) else "stale"
        clause = key.removeprefix("clause:").split("@")[0] if key.startswith("clause:") else ""
        found.append(Part(key, clause, source, kept["text"] if kept else "", state))
    return found


def coverage(document: Document, stored: Mapping[str, Mapping[str, Any]]) -> Coverage:
    """The figures of ``parts``."""
    found = parts(document, stored)
    count = {state: sum(1 for part in found if part.state == state) for state in ("current", "stale", "missing")}
    behind = dict.fromkeys(part.clause for part in found if part.clause and part.state != "current")
    return Coverage(len(found), count["current"], count["stale"], count["missing"], tuple(behind))


def merged(
    document: Document, stored: Mapping[str, Mapping[str, Any]], typed: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """What is kept after ``typed`` (part -> words; empty takes it out) was saved against this text. Other parts stay as they were."""
    known = sources(document)
    found = {key: {"text": str(kept["text"]), "of": str(kept["of"])} for key, kept in stored.items()}
    for key, words in typed.items():
        if key not in known:
            raise BadInput("unknown_part", f"The text has no part {key[:80]!r}.", where=f"parts.{key[:80]}")
        if len(words) > MAX_PART:
            raise BadInput("too_long", f"A part has at most {MAX_PART:,} characters.", where=f"parts.{key}")
        if words.strip():
            found[key] = {"text": words.strip(), "of": digest(known[key])}
        else:
            found.pop(key, None)
    return found


def translated(document: Document, stored: Mapping[str, Mapping[str, Any]]) -> Document:
    """The text in the other language where there are words for it, stale ones too (``parts`` says which)."""

    def said(key: str, source: str) -> str:
        kept = stored.get(key)
        return str(kept["text"]) if kept else source

    clauses = tuple(
        replace(
            clause,
            text=said(f"clause:{clause.key}", clause.text),
            overlays={
                market: Overlay(overlay.how, said(f"clause:{clause.key}@{market}", overlay.text))
                for market, overlay in clause.overlays.items()
            },
        )
        for clause in document.clauses
    )
    kinds = document.kinds and tuple(replace(k, name=said(f"violation:{k.key}", k.name)) for k in document.kinds)
    notes = {market: said(f"market:{market}", note) for market, note in document.overlays.items()}
    return replace(document, summary=said("summary", document.summary), clauses=clauses, kinds=kinds, overlays=notes)


def check_language(language: str) -> str:
    """A language tag (BCP 47: ``es``, ``pt-BR``), as given."""
    if not _LANGUAGE.match(language) or len(language) > 20:
        raise BadInput(
            "bad_language", f"{language[:20]!r} is no language.", where="language", hint="As in es or pt-BR."
        )
    return language
