"""Which texts are near-duplicates of earlier ones: few are compared, by a rule that knows only the order in which they came.

Under each key a text is compared with the ``EACH`` that came just before it and with the ``LEADERS`` that came first. So it makes
no difference whether texts come all at once or day by day.
"""

from __future__ import annotations

import polars as pl

from watchfloor.engines.campaigns.pieces import Keys, differ, distances

WITHIN = 0.55
"""How far two texts may be apart to be one: short messages of which every seventh word is another are still alike."""

LEADERS = 4
EACH = 2
_AT_ONCE = 500_000

EDGES = {"left": pl.UInt32, "right": pl.UInt32, "distance": pl.Float64}


def near(keys: Keys, of: pl.Series, start: int, within: float = WITHIN) -> pl.DataFrame:
    """The near pairs of forms from ``start`` on with any before them: ``left`` < ``right``, ``distance``.

    Args:
        keys: of all forms; ``of``: the pieces of each.
    """
    sizes = of.list.len().cast(pl.Float64)
    some = candidates(keys.bands, start)
    one, other = sizes.gather(some["left"]), sizes.gather(some["right"])
    some = some.filter(
        ~differ(keys.bits, some["left"], some["right"]) & (one >= (1 - within) * other) & (other >= (1 - within) * one)
    )  # others cannot share enough
    made = [pl.DataFrame(schema=EDGES)]
    for begin in range(0, len(some), _AT_ONCE):
        part = some.slice(begin, _AT_ONCE)
        apart = distances(of.gather(part["left"]), of.gather(part["right"]))
        made.append(part.with_columns(distance=apart).filter(pl.col("distance") <= within))
    return pl.concat(made)


def candidates(keys: pl.DataFrame, start: int) -> pl.DataFrame:
    """Pairs to compare, each once: ``left`` < ``right``, and ``right`` from ``start`` on; in order of the right one."""
    new = keys.filter(pl.col("form") >= start)
    if start:
        keys = keys.join(new.select(pl.col("key").unique()), on="key", how="semi")
    table = keys.filter(pl.col("key").is_duplicated()).sort("key", "form")
    form, key = table["form"], table["key"]
    place = pl.int_range(len(table), dtype=pl.Int64, eager=True)
    first = pl.DataFrame({"place": place, "new": (key != key.shift()).fill_null(True)}).select(
        pl.when("new").then("place").forward_fill()
    )["place"]  # fmt: skip
    rank = place - first
    is_new = form >= start
    made = [pl.DataFrame(schema={"left": pl.UInt32, "right": pl.UInt32})]
    for back in range(1, EACH + 1):
        here = (is_new & (rank >= back)).arg_true()
        made.append(_pairs(form.gather(here.cast(pl.Int64) - back), form.gather(here)))
    for leader in range(LEADERS):
        here = (is_new & (rank > leader + EACH)).arg_true()
        made.append(_pairs(form.gather(first.gather(here) + leader), form.gather(here)))
    pair = pl.concat(made).select(pair=pl.col("right").cast(pl.UInt64) * (1 << 32) + pl.col("left"))["pair"].sort()
    pair = pair.filter((pair != pair.shift()).fill_null(True))
    return pl.DataFrame({"left": (pair % (1 << 32)).cast(pl.UInt32), "right": (pair // (1 << 32)).cast(pl.UInt32)})


def _pairs(left: pl.Series, right: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"left": left, "right": right})
