# ruff: noqa: N802 - names and arguments are those of the rule language
"""Experiments: entities fall into buckets by a hash of their id, so that half of a change can be tried on half of them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from watchfloor.engines.sml import types as t
from watchfloor.engines.sml.function import BadArgument, Cost, Site, function
from watchfloor.engines.sml.outcome import Entity

_UNITS = 10_000
"""Buckets are sized in hundredths of a per cent."""


def murmur3(data: bytes, seed: int) -> int:
    """MurmurHash3, 32 bits, as published by Austin Appleby (public domain): the hash Osprey's experiments use."""
    mask, h = 0xFFFFFFFF, seed
    whole = len(data) - len(data) % 4
    for start in range(0, whole, 4):
        h ^= _mix(int.from_bytes(data[start : start + 4], "little"))
        h = ((h << 13 | h >> 19) & mask) * 5 + 0xE6546B64 & mask
    if data[whole:]:
        h ^= _mix(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ h >> shift) * factor & mask
    return h ^ h >> 16


def _mix(k: int) -> int:
    k = k * 0xCC9E2D51 & 0xFFFFFFFF
    return (k << 15 | k >> 17) * 0x1B873593 & 0xFFFFFFFF


class ExperimentState:
    """An experiment as it came out for one entity. ``bucket`` is ``""`` for entities outside it."""

    rule_type: ClassVar[t.Type] = t.EXPERIMENT
    __slots__ = ("bucket", "plain")

    def __init__(self, name: str, entity: Entity, bucket: str, index: int, version: int, revision: int) -> None:
        self.bucket = bucket
        self.plain = [name, entity.id, entity.type, bucket, str(index), str(version), str(revision)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExperimentState) and self.plain == other.plain

    def __hash__(self) -> int:
        return hash(tuple(self.plain))


class _Buckets:
    """How one experiment cuts its entities up."""

    def __init__(self, site: Site, buckets: list[str], bucket_sizes: list[float], version: int, revision: int) -> None:
        if not 1 <= len(buckets) <= 10:
            raise BadArgument("buckets", "An experiment has between 1 and 10 buckets.")
        if "control" not in buckets:
            raise BadArgument("buckets", "One of the buckets must be 'control'.")
        if len(buckets) != len(bucket_sizes):
            raise BadArgument("bucket_sizes", "`buckets` and `bucket_sizes` must have the same number of items.")
        if version < 0 or revision < 0:
            raise BadArgument("version", "`version` and `revision` must be zero or more.")
        room = _UNITS // len(buckets)
        self._sizes = []
        for size in bucket_sizes:
            units = Decimal(str(size)) * 100
            if units != int(units) or not 0 <= units <= room:
                raise BadArgument("bucket_sizes", f"Each bucket takes 0 to {room / 100} per cent, in steps of 0.01.")
            self._sizes.append(int(units))
        self._name, self._buckets, self._room = site.feature, buckets, room
        self._version, self._revision = version, revision

    def __call__(self, entity: Entity) -> ExperimentState:
        unit = murmur3(f"{self._name}/{entity.id}".encode(), 42) % _UNITS
        index = unit // self._room
        inside = index < len(self._buckets) and unit - index * self._room < self._sizes[index]
        bucket = self._buckets[index] if inside else ""
        return ExperimentState(self._name, entity, bucket, index if inside else -1, self._version, self._revision)


@function(category="chance", cost=Cost.TEXT)
class Experiment(_Buckets):
    """Puts an entity into a bucket, always the same one.

    Args:
        entity: what is tried on.
        buckets: names, one of them 'control'.
        bucket_sizes: per cent of entities in each, in the same order.
        version: a number kept with the result.
        revision: a number kept with the result.
    """


@function(category="chance", cost=Cost.TEXT)
class ExperimentsBucketAssignment(_Buckets):
    """The same as Experiment, under the name older rules use.

    Args:
        entity: which entity falls into a bucket.
        buckets: their names; one is 'control'.
        bucket_sizes: per cent of all entities for each.
        version: kept with the result.
        revision: kept with the result.
    """


@function(category="chance", special=True)
def ExperimentWhen(experiment: ExperimentState) -> list[bool]:
    """The conditions for the bucket an entity fell into: `ExperimentWhen(experiment=Try, control=[...], warm=[...])`.

    Entities outside the experiment get those of 'control'. The buckets are further arguments, one for each.

    Args:
        experiment: the name of an Experiment.
    """
    raise NotImplementedError
