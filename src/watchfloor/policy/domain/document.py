"""The text of one policy version as a structure: clauses with examples and overlays, violation types, the decision tree. Pure.

A clause's ``key`` is its name for ever: numbers may change from version to version, keys do not, so versions, translations and
rulings find the same clause again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.policy import tree
from watchfloor.policy.domain.frame import check_market, check_violation

HOWS = ("adds", "replaces", "drops")  # what an overlay does to its clause in its market
MOST_CLAUSES, MOST_KINDS, MOST_EXAMPLES = 200, 100, 30
MAX_TEXT, MAX_EXAMPLE, MAX_NUMBER = 20_000, 1_000, 16
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}$")
_NUMBER = re.compile(r"\S+$")


class Overlay(msgspec.Struct, frozen=True):
    """What differs in one market: the clause is added to, replaced, or does not hold (``drops``, no text needed)."""

    how: str
    text: str = ""


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the text. ``violates`` and ``allowed``: examples that do and do not; ``overlays``: by market."""

    key: str
    number: str
    text: str
    violates: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    overlays: dict[str, Overlay] = {}

    def in_market(self, market: str) -> str | None:
        """The words that hold in a market; None where the clause does not hold there."""
        overlay = self.overlays.get(market)
        if overlay is None:
            return self.text
        if overlay.how == "drops":
            return None
        return overlay.text if overlay.how == "replaces" else f"{self.text}\n{overlay.text}"


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A violation type as one version has it. ``clause`` names a clause's number; ``markets`` None: everywhere."""

    key: str
    clause: str
    name: str
    help: str = ""
    severity: int = 2
    points: int = 1
    actions: tuple[str, ...] = ()
    markets: tuple[str, ...] | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one version says. ``overlays``: notes on a whole market; ``kinds`` None: violation types stay as they are."""

    summary: str
    clauses: tuple[Clause, ...]
    kinds: tuple[Kind, ...] | None = None
    overlays: dict[str, str] = {}
    decision_tree: dict[str, Any] | None = None
    ends_at: datetime | None = None

    @property
    def markets(self) -> list[str]:
        """Markets in which anything differs."""
        found = set(self.overlays)
        for clause in self.clauses:
            found |= set(clause.overlays)
        for kind in self.kinds or ():
            found |= set(kind.markets or ())
        return sorted(found)

    def clause_of(self, kind: Kind) -> Clause | None:
        """The clause a violation type stands on: its number, or its first word ("5.1 DE")."""
        by_number = {clause.number: clause for clause in self.clauses}
        return by_number.get(kind.clause) or by_number.get(kind.clause.split(" ")[0])


def check(document: Document) -> None:
    """Raise ``BadInput`` for the first thing wrong with a text, naming its place."""
    if not document.summary.strip():
        raise BadInput("empty_text", "A policy version needs a summary.", where="summary")
    if not 1 <= len(document.clauses) <= MOST_CLAUSES:
        raise BadInput("bad_clauses", f"A policy has 1 to {MOST_CLAUSES} clauses.", where="clauses")
    for index, clause in enumerate(document.clauses):
        _check_clause(clause, f"clauses[{index}]")
    _once([clause.key for clause in document.clauses], "clauses", "key")
    _once([clause.number for clause in document.clauses], "clauses", "number")
    for market in document.overlays:
        check_market(market, "overlays")
    if document.kinds is not None:
        _check_kinds(document, document.kinds)
        tree.check(document.decision_tree, {kind.key for kind in document.kinds})


def _check_clause(clause: Clause, where: str) -> None:
    if not _KEY.match(clause.key):
        raise BadInput("bad_key", f"{clause.key[:60]!r} is no key of a clause.", where=f"{where}.key",
                       hint="Lower-case letters, digits and hyphens.")  # fmt: skip
    if not _NUMBER.match(clause.number) or len(clause.number) > MAX_NUMBER:
        raise BadInput("bad_number", "A clause's number is one word, as 5.1.", where=f"{where}.number")
    if not 0 < len(clause.text.strip()) <= MAX_TEXT:
        raise BadInput("empty_text", f"Clause {clause.number} has no text.", where=f"{where}.text",
                       hint=f"1 to {MAX_TEXT:,} characters.")  # fmt: skip
    for name, examples in (("violates", clause.violates), ("allowed", clause.allowed)):
        if len(examples) > MOST_EXAMPLES or not all(0 < len(each.strip()) <= MAX_EXAMPLE for each in examples):
            raise BadInput("bad_examples", f"Clause {clause.number}: at most {MOST_EXAMPLES} examples, none of them empty.",
                           where=f"{where}.{name}")  # fmt: skip
    for market, overlay in clause.overlays.items():
        check_market(market, f"{where}.overlays")
        if overlay.how not in HOWS:
            raise BadInput("bad_overlay", f"In {market} the clause {overlay.how[:20]!r}.", where=f"{where}.overlays.{market}",
                           hint=f"One of: {', '.join(HOWS)}.")  # fmt: skip
        if overlay.how != "drops" and not overlay.text.strip():
            raise BadInput("empty_text", f"Say what differs in {market}.", where=f"{where}.overlays.{market}")


def _check_kinds(document: Document, kinds: tuple[Kind, ...]) -> None:
    if len(kinds) > MOST_KINDS:
        raise BadInput("bad_violations", f"A policy has at most {MOST_KINDS} violation types.", where="violations")
    _once([kind.key for kind in kinds], "violations", "key")
    for index, kind in enumerate(kinds):
        where = f"violations[{index}]"
        try:
            check_violation(kind.key, {"severity": kind.severity, "points": kind.points, "markets": kind.markets})
        except BadInput as error:
            raise BadInput(error.code, error.message, where=f"{where}.{error.where.split('.')[-1]}", hint=error.hint) from None  # fmt: skip
        if not kind.name.strip():
            raise BadInput("no_name", "A violation type has a name.", where=f"{where}.name")
        if document.clause_of(kind) is None:
            raise BadInput("unknown_clause", f"{kind.name} stands on the clause {kind.clause[:20]!r}, which is not in the text.",
                           where=f"{where}.clause", hint="Name the number of a clause.")  # fmt: skip


def _once(values: Iterable[str], where: str, what: str) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            raise BadInput("twice", f"{value!r} is there twice.", where=f"{where}[{index}].{what}")
        seen.add(value)


def clauses_to_rows(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """Clauses as the database and the ledger keep them."""
    found: list[dict[str, Any]] = [msgspec.to_builtins(clause) for clause in clauses]
    return found


def clauses_from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Clause, ...]:
    """Clauses out of the database."""
    return msgspec.convert(list(rows), tuple[Clause, ...])


def kinds_to_rows(kinds: Iterable[Kind]) -> list[dict[str, Any]]:
    """Violation types as a version keeps them."""
    found: list[dict[str, Any]] = [msgspec.to_builtins(kind) for kind in kinds]
    return found


def kinds_from_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[Kind, ...]:
    """Violation types out of a version."""
    return msgspec.convert(list(rows), tuple[Kind, ...])
