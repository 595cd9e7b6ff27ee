"""Verdicts of gates from facts: pure. A gate is green when what was measured reaches what is needed, in every part of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

GREEN, RED, UNKNOWN, WAIVED = "green", "red", "unknown", "waived"
VERDICTS: Final = (GREEN, RED, UNKNOWN, WAIVED)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a fact, as a site or a language. ``vendor``: whose it is, where it is only theirs to see."""

    name: str
    measured: float | None
    of: float | None = None
    vendor: str = ""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What is the case now.

    Attributes:
        measured: in the unit of the gate; None: it cannot be told yet.
        say: the fact as a sentence for people.
        href: where it is mended.
        parts: each must reach what is needed, too, in the unit of the gate.
    """

    measured: float | None
    say: str
    href: str = ""
    parts: tuple[Part, ...] = ()


def judge(fact: Fact, need: float) -> str:
    """``green``, ``red``, or ``unknown`` where there is nothing to measure yet (which stops a launch like red does)."""
    if fact.measured is None or math.isnan(fact.measured):
        return UNKNOWN
    parts = [part.measured for part in fact.parts]
    if fact.measured < need or any(value is not None and value < need for value in parts):
        return RED
    return UNKNOWN if any(value is None for value in parts) else GREEN


def share(some: float, every: float) -> float | None:
    """``some`` of ``every``; None of none."""
    return some / every if every else None


def in_the_way(verdicts: Mapping[str, str], waived: Iterable[str]) -> list[str]:
    """The gates that stop a go: neither green nor waived."""
    kept = set(waived)
    return [key for key, verdict in verdicts.items() if verdict != GREEN and key not in kept]
