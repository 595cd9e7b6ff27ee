"""Quantiles that can be added up: a histogram with logarithmic buckets, kept as rows of (bucket, count).

DDSketch (Masson, Rim, Lee 2019, PVLDB 12:12): with ``GAMMA = (1 + a) / (1 - a)`` the values of bucket i lie in
``(GAMMA^(i-1), GAMMA^i]``, and ``2 GAMMA^i / (GAMMA + 1)`` is within the relative error ``a`` of each of them. Two sketches merge by
adding counts, in any engine. A quantile between two values is taken between the two buckets in proportion, as the exact one is, so
its error is at most ``a`` too. What is 0 or less has a bucket of its own and counts as 0: our fields are durations.
"""

from __future__ import annotations

import math

ERROR = 0.005  # relative
GAMMA = (1 + ERROR) / (1 - ERROR)
ZERO = -1
_LOG = math.log(GAMMA)


def bucket_sql(value: str) -> str:
    """The bucket of a value, in DuckDB; null for null."""
    return f"CASE WHEN {value} <= 0 THEN {ZERO} ELSE CAST(ceil(ln({value}) / {_LOG!r}) AS SMALLINT) END"


def value(bucket: int) -> float:
    """The value that stands for a bucket."""
    return 0.0 if bucket == ZERO else 2 * GAMMA**bucket / (GAMMA + 1)


def places_sql(q: float) -> str:
    """The two buckets between which a quantile lies, of rows (``bucket``, ``below`` = running sum of counts, ``total``), as aggregates.

    The value at place k (from 0) is in the first bucket whose running sum exceeds k.
    """
    return ", ".join(
        f"min(CASE WHEN below > {place}({q} * (total - 1)) THEN bucket END)" for place in ("floor", "ceil")
    )


def quantile(q: float, total: int, first: int, last: int) -> float:
    """A quantile of so many values, between two buckets."""
    share = q * (total - 1) % 1
    return value(first) * (1 - share) + value(last) * share
