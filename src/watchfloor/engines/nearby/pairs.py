"""Which texts are near-duplicates of earlier ones: few are compared, by a rule that knows only the order in which they came.

Under each key a text is compared with the ``EACH`` that came just before it and with the ``LEADERS`` that came first. So it makes
no difference whether texts come all at once or day by day.
"""

from __future__ import annotations

import polars as pl

from watchfloor.engines.nearby.columns import FORM, Columns, compiled_for

WITHIN = 0.55
"""How far two texts may be apart to be one: short messages of which every seventh word is another are still alike."""

LEADERS = 2
EACH = 1
PAIRS = {"left": pl.UInt32, "right": pl.UInt32, "distance": pl.Float64}

_AT_ONCE = 200_000
_WORD32 = 1 << 32
# Of 128 bits: of texts .55 apart one pair in five hundred differs in more, of strangers nineteen in twenty do.
_DIFFERENT = 50


def near(of: Columns, start: int = 0, within: float = WITHIN) -> pl.DataFrame:
    """The near pairs of forms from ``start`` on with any before them: ``left`` < ``right``, ``distance``, in order."""
    some = candidates(of.keys, start)
    if len(some) and (quick := compiled_for(len(some))) is not None:
        pieces, ends = quick.flat(of.pieces)
        found = quick.compare(
            some.to_numpy(), of.bits["low"].to_numpy(), of.bits["high"].to_numpy(), _DIFFERENT, pieces, ends, within
        )
        return pl.DataFrame(dict(zip(PAIRS, found, strict=True)), schema=PAIRS)
    made = [pl.DataFrame(schema=PAIRS)]
    sizes = of.pieces.list.len().cast(pl.Float64)
    for begin in range(0, len(some), _AT_ONCE):
        pair = some.slice(begin, _AT_ONCE)
        left, right = (pair % _WORD32).cast(pl.UInt32), (pair // _WORD32).cast(pl.UInt32)
        alike = ~_differ(of.bits, left, right)
        left, right = left.filter(alike), right.filter(alike)
        one, other = sizes.gather(left), sizes.gather(right)
        enough = (one >= (1 - within) * other) & (other >= (1 - within) * one)  # others cannot share so much
        left, right = left.filter(enough), right.filter(enough)
        apart = distances(of.pieces, left, right)
        made.append(pl.DataFrame([left.alias("left"), right.alias("right"), apart]).filter(apart <= within))
    return pl.concat(made)


def candidates(keys: pl.Series, start: int = 0) -> pl.Series:
    """Pairs to compare, each once, the later one from ``start`` on: ``later << 32 | earlier``, in order."""
    if start:
        fresh = keys.filter(keys % FORM >= start) // FORM
        keys = keys.filter((keys // FORM).is_in(fresh.unique().implode()))
    keys = keys.sort()
    key, form = keys // FORM, keys % FORM
    same = (key == key.shift()).fill_null(False)
    shared = same | same.shift(-1, fill_value=False)
    form, same = form.filter(shared), same.filter(shared)
    place = pl.int_range(len(form), dtype=pl.Int64, eager=True)
    begins = place.filter(~same)
    first = begins.gather((~same).cast(pl.UInt32).cum_sum() - 1)
    rank = place - first
    fresh = form >= start
    made = [pl.Series([], dtype=pl.UInt64)]
    for back in range(1, EACH + 1):
        here = place.filter(fresh & (rank >= back))
        made.append(form.gather(here) * _WORD32 + form.gather(here - back))
    for leader in range(LEADERS):
        here = place.filter(fresh & (rank > leader + EACH))
        made.append(form.gather(here) * _WORD32 + form.gather(first.gather(here) + leader))
    pair = pl.concat([each.alias("pair") for each in made]).sort()
    return pair.filter((pair != pair.shift()).fill_null(True))


def distances(pieces: pl.Series, left: pl.Series, right: pl.Series) -> pl.Series:
    """The Jaccard distance of each pair of lists of pieces, by their places."""
    both = pl.DataFrame({"left": pieces.gather(left), "right": pieces.gather(right)}).select(
        common=pl.col("left").list.set_intersection("right").list.len().cast(pl.Float64),
        total=(pl.col("left").list.len() + pl.col("right").list.len()).cast(pl.Float64),
    )
    return both.select(distance=1 - pl.col("common") / (pl.col("total") - pl.col("common")).clip(lower_bound=1.0))[
        "distance"
    ]


def _differ(bits: pl.DataFrame, left: pl.Series, right: pl.Series) -> pl.Series:
    """Whether two forms (by place) differ in so many bits that they need not be compared."""
    apart = pl.DataFrame({name: bits[name].gather(left) ^ bits[name].gather(right) for name in ("low", "high")}).select(
        pl.all().bitwise_count_ones()
    )
    return (apart["low"] + apart["high"]) > _DIFFERENT
