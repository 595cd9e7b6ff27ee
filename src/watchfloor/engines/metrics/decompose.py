"""What a change of a ratio is made of: the slices' own rates against the mix between them; and of a product: each factor's part.

``R = sum w r`` (``w`` a slice's share of the denominator, ``r`` its rate). The parts of ``R1 - R0``, by three methods
that all close to the last digit:

- ``kitagawa`` (Kitagawa 1955, JASA 50:1168; Das Gupta 1993; for two factors Shapley's value): rate (w0+w1)/2 (r1-r0), mix
  (w1-w0) ((r0+r1)/2 - (R0+R1)/2). Nothing is left over; the default.
- ``three-way``: within w0 (r1-r0), mix (w1-w0)(r0-R0), interaction (w1-w0)(r1-r0).
- ``lmdi`` (Ang 2005, Energy Policy 33:867): L(w1 r1, w0 r0) ln(x1/x0) with the logarithmic mean L.

A slice of one period alone has no change of rate: all it does is mix (``appeared``, ``gone``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import polars as pl

from watchfloor.engines.metrics.leaves import numbers
from watchfloor.kernel.errors import BadInput

METHODS = ("kitagawa", "three-way", "lmdi")
_NORMAL_95 = 1.959964


class Part(msgspec.Struct, frozen=True):
    """One slice's part of the change. ``status`` is ``both``, ``appeared`` or ``gone``.

    ``rate_error`` and ``mix_error`` are half widths of 95 % intervals of its rate and mix (counting noise, delta method).
    """

    where: dict[str, str]
    status: str
    share_before: float
    share_after: float
    rate_before: float | None
    rate_after: float | None
    rate: float
    mix: float
    interaction: float
    rate_error: float = 0.0
    mix_error: float = 0.0


class Decomposition(msgspec.Struct, frozen=True):
    """The parts of a change by one set of dimensions.

    Attributes:
        rate: what the slices' own rates did; ``rate_low`` and ``rate_high`` hold it with 95 % (counting noise, delta method).
        mix: what the shift between slices did, likewise.
        appeared: what slices did that had nothing before: a part of the mix, and so is
        gone: what those did that have nothing any more.
        explained: what the parts tell beyond "all slices changed alike" and beyond what noise makes of so many slices, over the size
            of the change: the measure by which ``best_dimensions`` orders.
        simpson: the whole went one way, and the slices that carry most of the denominator went the other.
        closes: what is left of the change less its parts: rounding only.
    """

    by: list[str]
    method: str
    before: float
    after: float
    change: float
    rate: float
    rate_low: float
    rate_high: float
    mix: float
    mix_low: float
    mix_high: float
    interaction: float
    simpson: bool
    closes: float
    parts: list[Part]
    appeared: float = 0.0
    gone: float = 0.0
    explained: float = 0.0


def decompose(
    frame: pl.DataFrame,
    *,
    before_num: str,
    before_den: str,
    after_num: str,
    after_den: str,
    by: Sequence[str],
    method: str = "kitagawa",
) -> Decomposition:
    """Split the change of a ratio into rate and mix over the slices of ``by``.

    Raises:
        BadInput: an unknown method or column, a negative denominator, or nothing in one of the periods.
    """
    if method not in METHODS:
        raise BadInput("bad_method", f"There is no method {method!r}.", hint=f"One of {', '.join(METHODS)}.")
    columns = {name: numbers(frame, name) for name in (before_num, before_den, after_num, after_den)}
    for name in by:
        if name not in frame.columns:
            raise BadInput("no_column", f"There is no column {name!r}.", hint=f"Columns: {', '.join(frame.columns)}.")
    keys = [frame[name].cast(pl.String).fill_null("").alias(f"k{at}") for at, name in enumerate(by)]
    sums = pl.DataFrame([*keys, *(column.alias(f"v{at}") for at, column in enumerate(columns.values()))])
    grouped = sums.group_by([key.name for key in keys], maintain_order=True).sum() if keys else sums.sum()
    rows = [(row[: len(by)], *row[len(by) :]) for row in grouped.rows()]
    whole = [math.fsum(row[at] for row in rows) for at in range(1, 5)]
    if whole[1] <= 0 or whole[3] <= 0 or any(row[2] < 0 or row[4] < 0 for row in rows):
        raise BadInput(
            "no_denominator", "The denominators of both periods must be above nought in all, and nowhere below it."
        )
    r0, r1 = whole[0] / whole[1], whole[2] / whole[3]
    parts = [
        _part(
            dict(zip(by, key, strict=True)), (f0, n0 / whole[1], n0), (f1, n1 / whole[3], n1), (r0, r1), method, whole
        )
        for key, f0, n0, f1, n1 in rows
    ]
    rate, mix, interaction = (
        math.fsum(getattr(each, name) for each in parts) for name in ("rate", "mix", "interaction")
    )
    proportion = all(row[1] <= row[2] and row[3] <= row[4] for row in rows)
    parts, rate_error, mix_error = _errors(parts, whole[1], whole[3], (r0 + r1) / 2, proportion)
    against = math.fsum(
        (each.share_before + each.share_after) / 2
        for each in parts
        if each.status == "both" and ((each.rate_after or 0) - (each.rate_before or 0)) * (r1 - r0) < 0
    )
    return Decomposition(
        by=list(by),
        method=method,
        before=r0,
        after=r1,
        change=r1 - r0,
        rate=rate,
        rate_low=rate - rate_error,
        rate_high=rate + rate_error,
        mix=mix,
        mix_low=mix - mix_error,
        mix_high=mix + mix_error,
        interaction=interaction,
        simpson=against > 0.5,
        closes=r1 - r0 - math.fsum((rate, mix, interaction)),
        parts=sorted(parts, key=lambda each: -abs(each.rate + each.mix + each.interaction)),
        appeared=math.fsum(each.mix for each in parts if each.status == "appeared"),
        gone=math.fsum(each.mix for each in parts if each.status == "gone"),
        explained=_explained(parts, r1 - r0),
    )


def best_dimensions(
    frame: pl.DataFrame,
    *,
    before_num: str,
    before_den: str,
    after_num: str,
    after_den: str,
    dims: Sequence[str],
    method: str = "kitagawa",
) -> list[Decomposition]:
    """The change by each dimension alone, first the one that tells most, corrected for how many slices each has (``explained``)."""
    names = {"before_num": before_num, "before_den": before_den, "after_num": after_num, "after_den": after_den}
    found = [decompose(frame, **names, by=[dim], method=method) for dim in dims]
    return sorted(found, key=lambda each: -each.explained)


def _explained(parts: Sequence[Part], change: float) -> float:
    """Movement of the parts about an even change, less what noise alone would show (root of 2 / pi of each standard error)."""
    seen = noise = 0.0
    for each in parts:
        even = (each.share_before + each.share_after) / 2 * change
        error = math.hypot(each.rate_error, each.mix_error) / _NORMAL_95
        seen += abs(each.rate + each.mix + each.interaction - even)
        noise += error * math.sqrt(2 / math.pi)
    return max(0.0, seen - noise) / abs(change) if change else 0.0


def chain(rows: Sequence[Mapping[str, tuple[float, float]]]) -> dict[str, float]:
    """Parts of the change of ``sum over rows of the product of its factors``, by LMDI-I; they add up to the change.

    Args:
        rows: per slice, each factor's value before and after, such as
            ``{"incoming": (900, 1000), "manual share": (.4, .5), "hours each": (.1, .1)}``.
    """
    if not rows or any(list(row) != list(rows[0]) for row in rows):
        raise BadInput("bad_chain", "Each slice needs the same factors.")
    found: dict[str, list[float]] = {name: [] for name in rows[0]}
    for row in rows:
        if any(value < 0 for pair in row.values() for value in pair):
            raise BadInput("negative", "Factors of a chain cannot be below nought.")
        before, after = (math.prod(pair[at] for pair in row.values()) for at in (0, 1))
        zeros = [name for name, pair in row.items() if 0 in pair and pair[0] != pair[1]]
        if before == 0 or after == 0:  # the limit: the factors that come from or go to nought carry all of it
            # A product too small for a number is nought as well, though no factor is: then all that moved carry it.
            carry = zeros or [name for name, pair in row.items() if pair[0] != pair[1]]
            for name in carry:
                found[name].append((after - before) / len(carry))
            continue
        mean = _log_mean(after, before)
        for name, (old, new) in row.items():
            found[name].append(mean * (math.log(new) - math.log(old)))
    return {name: math.fsum(values) for name, values in found.items()}


def _part(
    where: dict[str, str],
    old: tuple[float, float, float],
    new: tuple[float, float, float],
    rates: tuple[float, float],
    method: str,
    whole: Sequence[float],
) -> Part:
    (f0, w0, n0), (f1, w1, n1) = old, new
    status = "both" if n0 and n1 else "appeared" if n1 else "gone"
    known = [f / n if n else None for f, n in ((f0, n0), (f1, n1))]
    r0 = known[0] if known[0] is not None else known[1] or 0.0
    r1 = known[1] if known[1] is not None else r0
    v0, v1 = (f0 if n0 else 0.0) / whole[1], (f1 if n1 else 0.0) / whole[3]
    rate = mix = interaction = 0.0
    if method == "kitagawa":
        rate = (w0 + w1) / 2 * (r1 - r0)
        mix = (w1 - w0) * ((r0 + r1) / 2 - sum(rates) / 2)
    elif method == "three-way":
        rate, mix, interaction = w0 * (r1 - r0), (w1 - w0) * (r0 - rates[0]), (w1 - w0) * (r1 - r0)
    elif v0 > 0 and v1 > 0:
        mean = _log_mean(v1, v0)
        rate, mix = mean * (math.log(r1) - math.log(r0)), mean * (math.log(w1) - math.log(w0))
    elif status == "both":
        rate = v1 - v0
    else:
        mix = v1 - v0
    return Part(where, status, w0, w1, known[0], known[1], rate, mix, interaction)


def _errors(
    parts: Sequence[Part], n0: float, n1: float, whole: float, proportion: bool
) -> tuple[list[Part], float, float]:
    """The parts with half widths of 95 % intervals of rate and mix (of the symmetric split), and those of the sums; counting noise."""
    found: list[Part] = []
    rate = mix = 0.0
    means, squares = [0.0, 0.0], [0.0, 0.0]
    for each in parts:
        r0 = each.rate_before if each.rate_before is not None else each.rate_after or 0.0
        r1 = each.rate_after if each.rate_after is not None else r0
        noise = 0.0
        for r, share, count in ((r0, each.share_before, n0), (r1, each.share_after, n1)):
            if share and each.status == "both":
                # Where the numerator is no part of the denominator, single values are taken to scatter as much as they amount to.
                noise += (max(r * (1 - r), 0.0) if proportion else r * r) / (share * count)
        middle = (r0 + r1) / 2
        own_rate = ((each.share_before + each.share_after) / 2) ** 2 * noise
        by_rate = ((each.share_after - each.share_before) / 2) ** 2 * noise
        shares = sum(
            share * (1 - share) / n for share, n in zip((each.share_before, each.share_after), (n0, n1), strict=True)
        )
        own_mix = by_rate + shares * (middle - whole) ** 2
        halves = [_NORMAL_95 * math.sqrt(max(variance, 0.0)) for variance in (own_rate, own_mix)]
        found.append(msgspec.structs.replace(each, rate_error=halves[0], mix_error=halves[1]))
        rate += own_rate
        mix += by_rate
        for at, share in enumerate((each.share_before, each.share_after)):
            means[at] += share * middle
            squares[at] += share * middle * middle
    mix += sum(max(square - mean * mean, 0.0) / n for mean, square, n in zip(means, squares, (n0, n1), strict=True))
    return found, _NORMAL_95 * math.sqrt(rate), _NORMAL_95 * math.sqrt(mix)


def _log_mean(a: float, b: float) -> float:
    """(a - b) / ln(a / b), by its series where the two are nearly one."""
    ratio = (a - b) / b
    if abs(ratio) < 1e-6:
        return b * (1 + ratio / 2 - ratio * ratio / 12)
    return (a - b) / (math.log1p(ratio) if abs(ratio) < 0.5 else math.log(a) - math.log(b))
