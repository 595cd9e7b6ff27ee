"""What two versions of a routing table differ in, rule by rule: added, removed, changed, moved. Rules are known by their names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import rfc8785

Rules = Sequence[Mapping[str, Any]]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that differs. ``parts``: which of its parts; places count from 1, 0 where it is not there."""

    kind: str  # added | removed | changed | moved
    name: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    place_before: int = 0
    place_after: int = 0
    parts: tuple[str, ...] = ()


def changes(before: Rules, after: Rules) -> list[Change]:
    """In the order of the new table, what is gone last. A rule counts as moved only where it has passed another that stayed."""
    old = {str(rule["name"]): (place, rule) for place, rule in enumerate(before, start=1)}
    new = {str(rule["name"]): (place, rule) for place, rule in enumerate(after, start=1)}
    kept = _longest_rising([old[name][0] for name in new if name in old])
    found = []
    for name, (place, rule) in new.items():
        if name not in old:
            found.append(Change(kind="added", name=name, after=rule, place_after=place))
            continue
        was, former = old[name]
        parts = tuple(part for part in sorted({*former, *rule}) if former.get(part) != rule.get(part))
        both: dict[str, Any] = {
            "name": name,
            "before": former,
            "after": rule,
            "place_before": was,
            "place_after": place,
        }
        if parts:
            found.append(Change(kind="changed", parts=parts, **both))
        if was not in kept:
            found.append(Change(kind="moved", **both))
    gone = [(place, name, rule) for name, (place, rule) in old.items() if name not in new]
    found += [Change(kind="removed", name=name, before=rule, place_before=place) for place, name, rule in gone]
    return found


def fingerprint(rules: Rules) -> str:
    """SHA-256 (hex) of the rules' canonical JSON (RFC 8785): the very text that a backtest speaks of."""
    return hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(list(rules)))).hexdigest()


def _longest_rising(places: list[int]) -> set[int]:
    """The most places that keep their order; what is not among them has moved."""
    best: list[list[int]] = []
    for place in places:
        longest: list[int] = []
        for chain in best:
            if chain[-1] < place and len(chain) > len(longest):
                longest = chain
        best.append([*longest, place])
    longest_of_all: list[int] = []
    for chain in best:
        longest_of_all = chain if len(chain) > len(longest_of_all) else longest_of_all
    return set(longest_of_all)
