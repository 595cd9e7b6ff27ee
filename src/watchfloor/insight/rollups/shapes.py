"""Which dimensions are rolled up together, and which counts, sums and sketches each table holds: worked out from the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from watchfloor.insight import catalogue
from watchfloor.insight.catalogue import Metric
from watchfloor.insight.dialects import DUCK
from watchfloor.insight.dialects.expressions import Both, Compare, Expr, Name, Param, both, either, params, parse
from watchfloor.insight.parts import Part, Signed, parts_of, population
from watchfloor.insight.relations import RELATIONS, written

VERSION = 3  # of how tables are written; a change makes every generation anew
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
EVERY = tuple(sorted({name for names in SETS for name in names}))
# Of values, daily sketches of these sets; all else is answered from the values themselves, as a thin sketch has a row for each.
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
# Of a relation's column, the rows whose value stands in no other row.
ONCE: dict[tuple[str, str], Expr] = {("solves", "case_id"): parse("case_id IS NOT NULL AND times = 1")}
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


@lru_cache(1000)
def rolled(metric: Metric) -> bool:
    """Whether a metric can be added up from hours: no stock, nothing that depends on what time it is now, nothing distinct but ``ONCE``."""
    if metric.stock or metric.own or (metric.kind == "distinct" and (metric.source, metric.field) not in ONCE):
        return False
    numerator, denominator = settled(metric)
    return not any(name == "asof" for _, part in (*numerator, *denominator) for name in params(part.where))


@lru_cache(1000)
def settled(metric: Metric) -> tuple[tuple[Signed, ...], tuple[Signed, ...]]:
    """What a metric is made of when its hours are past: that its clock is not ahead of now need not be said.

    Of distinct things those that come once are counted; the others are kept as rows (``again_of``), and counted beside them.
    """
    numerator, denominator = parts_of(metric)
    if metric.kind == "distinct" and (once := ONCE.get((metric.source, metric.field))):
        numerator = ((1, Part("count", both([numerator[0][1].where, once]))),)
    return _settled(numerator, metric.clock), _settled(denominator, metric.clock)


@lru_cache(1000)
def settled_population(metric: Metric) -> tuple[Expr, ...]:
    """Whose rows it looks at, when its hours are past."""
    return tuple(_past(condition, metric.clock) for condition in population(metric))


def again_of(source: str) -> str:
    """The name of the rows of a relation that are not ``ONCE``."""
    return f"{source}-again"


def waits(metric: Metric) -> bool:
    """Whether it is settled only when its hours are past."""
    return any(_past(each, metric.clock) != each for each in population(metric))


def _settled(parts: tuple[Signed, ...], clock: str) -> tuple[Signed, ...]:
    return tuple((sign, msgspec.structs.replace(part, where=_past(part.where, clock))) for sign, part in parts)


def _past(condition: Expr, clock: str) -> Expr:
    if not isinstance(condition, Both):
        return condition
    of_now = Compare("<=", Name(clock), Param("asof"))
    return both([_past(part, clock) for part in condition.parts if part != of_now])


def kept() -> Expr:
    """The facts that a generation keeps as they are: few, and behind numbers that do not add up."""
    found = [m for m in catalogue.shipped().values() if m.source == "facts" and not m.stock and not rolled(m)]
    return either([condition for metric in found for condition in population(metric)])


@lru_cache(1000)
def cell(part: Part) -> str:
    """A column's name, of what is in it."""
    text = f"{part.kind}|{DUCK.write(part.where)}|{DUCK.write(part.field)}"
    return f"{part.kind[0]}_{hashlib.sha256(text.encode()).hexdigest()[:10]}"


@lru_cache(1000)
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
        numerator, denominator = settled(metric)
        for part in (*(part for _, part in (*numerator, *denominator)), *counted(settled_population(metric))):
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
        sorted(SKETCHED),
        DUCK.write(kept()),
        [(t.name, sorted(t.cells), sorted(t.sketches)) for t in tables()],
        [written(n, DUCK) for n in RELATIONS],
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
