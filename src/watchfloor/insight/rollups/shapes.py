"""Which dimensions are rolled up together, and which counts, sums and sketches each table holds: worked out from the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from watchfloor.insight import catalogue
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.dialects import DUCK
from watchfloor.insight.dialects.expressions import Expr, params
from watchfloor.insight.parts import Part, parts_of, population
from watchfloor.insight.relations import RELATIONS, written

VERSION = 1  # of how tables are written; a change makes every generation anew
_SINGLES = (
    "queue", "market", "policy", "vendor", "channel", "language", "severity", "kind", "tenure", "team", "surface", "rule", "origin",
)  # fmt: skip
_PAIRS = (
    ("queue", "market"), ("queue", "policy"), ("queue", "vendor"), ("queue", "channel"), ("queue", "severity"), ("market", "policy"),
    ("market", "vendor"), ("market", "channel"), ("market", "severity"), ("policy", "vendor"), ("policy", "channel"),
    ("policy", "severity"), ("vendor", "channel"),
)  # fmt: skip
_TRIPLES = (
    ("queue", "market", "vendor"),
    ("market", "policy", "vendor"),
    ("market", "policy", "channel"),
    ("queue", "market", "severity"),
)
SETS: tuple[tuple[str, ...], ...] = ((), *((name,) for name in _SINGLES), *_PAIRS, *_TRIPLES)
# A sketch of a thin cell has nearly a row for each value: of pairs only those that are asked for most.
SKETCHED = frozenset({
    (), *((name,) for name in _SINGLES), ("queue", "market"), ("queue", "vendor"), ("market", "policy"), ("policy", "vendor"),
})  # fmt: skip
USUAL = (
    "queue",
    "market",
    "policy",
    "vendor",
    "channel",
    "language",
    "severity",
    "kind",
)  # what nearly every set is of
ALWAYS = "clearance"  # in every table: nearly everybody's rights speak of it


class Table(msgspec.Struct, frozen=True):
    """What is rolled up of one relation by one clock. ``cells`` and ``sketches`` by the name of their column or number."""

    source: str
    clock: str
    cells: dict[str, Part]
    sketches: dict[int, Part]

    @property
    def name(self) -> str:
        return f"{self.source}-{self.clock}"

    def population(self) -> list[Expr]:
        """Conditions of the rows that matter to any cell."""
        return [part.where for part in (*self.cells.values(), *self.sketches.values())]


def rolled(metric: Metric) -> bool:
    """Whether a metric can be added up from hours: no stock, nothing distinct, nothing that depends on what time it is now."""
    if metric.stock or metric.kind == "distinct" or metric.own:
        return False
    numerator, denominator = parts_of(metric)
    return not any(name == "asof" for _, part in (*numerator, *denominator) for name in params(part.where))


def cell(part: Part) -> str:
    """A column's name, of what is in it."""
    text = f"{part.kind}|{DUCK.write(part.where)}|{DUCK.write(part.field)}"
    return f"{part.kind[0]}_{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def sketch(part: Part) -> int:
    """A sketch's number, the same for every quantile of the same values."""
    text = f"{DUCK.write(part.where)}|{DUCK.write(part.field)}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:7], 16)


def counted(conditions: Iterable[Expr]) -> list[Part]:
    """The counts of some conditions."""
    return [Part("count", condition) for condition in conditions]


@lru_cache(1)
def tables() -> tuple[Table, ...]:
    """All that is rolled up of the shipped catalogue."""
    found: dict[tuple[str, str], tuple[dict[str, Part], dict[int, Part]]] = {}
    for metric in catalogue.shipped().values():
        if not rolled(metric):
            continue
        cells, sketches = found.setdefault((metric.source, metric.clock), ({}, {}))
        numerator, denominator = parts_of(metric)
        for part in (*(part for _, part in (*numerator, *denominator)), *counted(population(metric))):
            if part.kind == "quantile":
                sketches[sketch(part)] = part
            else:
                cells[cell(part)] = part
    return tuple(Table(source, clock, *both) for (source, clock), both in found.items())


@lru_cache(1)
def digest() -> str:
    """Of everything that decides what a generation holds."""
    said = [
        VERSION,
        SETS,
        [(t.name, sorted(t.cells), sorted(t.sketches)) for t in tables()],
        [written(n, DUCK) for n in RELATIONS],
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
