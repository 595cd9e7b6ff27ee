"""A policy's text as plain paragraphs, one per clause, its number first: how versions were kept before they had clauses, and how
training and the article still read them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from watchfloor.policy.domain.document import Clause

_NUMBERED = re.compile(r"(\d+(?:\.\d+)*[a-z]?)\.?\s+(\S.*)$", re.DOTALL)
_BLANK = re.compile(r"\n[ \t]*\n\s*")


def parse(text: str) -> tuple[Clause, ...]:
    """The clauses of a plain text. A paragraph without a number goes on the clause before it, or begins a clause of its own."""
    found: list[Clause] = []
    for paragraph in _BLANK.split(text.strip()):
        match = _NUMBERED.match(paragraph.strip())
        if match is None and found:
            last = found[-1]
            found[-1] = Clause(key=last.key, number=last.number, text=f"{last.text}\n\n{paragraph.strip()}")
            continue
        number, words = (match[1], match[2]) if match else ("1", paragraph)
        if not words.strip():
            continue
        taken = {clause.number for clause in found}
        found.append(
            Clause(key=key_of(number, {c.key for c in found}), number=_free(number, taken), text=words.strip())
        )
    return tuple(found)


def render(clauses: Iterable[Clause]) -> str:
    """The plain text: everything a reader or an exam goes by, examples and overlays included."""
    return "\n\n".join("\n".join(_lines(clause)) for clause in clauses)


def key_of(number: str, taken: Iterable[str] = ()) -> str:
    """A key for a clause that has only a number: ``5.1`` -> ``c5-1``."""
    plain = re.sub(r"[^a-z0-9]+", "-", number.lower()).strip("-")
    base = f"c{plain or 'x'}"[:50]
    return _free(base, set(taken))


def _free(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def _lines(clause: Clause) -> Iterable[str]:
    yield f"{clause.number} {clause.text.strip()}"
    for name, examples in (("Violates", clause.violates), ("Does not violate", clause.allowed)):
        for example in examples:
            yield f"{name}: {example}"
    for market, overlay in sorted(clause.overlays.items()):
        words = {"adds": "this is added", "replaces": "this holds instead", "drops": "this clause does not hold"}[
            overlay.how
        ]
        yield f"In {market} {words}" + (f": {overlay.text}" if overlay.text else ".")
