"""``watchfloor insight prevalence FILE``: draw a sample from a file, or estimate from a labelled one, without a server."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from watchfloor.cli.plain_tables import FILE, read, say
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

    from watchfloor.engines.prevalence import Estimate

NOT_SURE = "unsure"


class Row(msgspec.Struct, frozen=True):
    """One drawn unit: what was found (empty: nobody looked yet), how it was drawn, and what it is."""

    label: str
    second: str
    probability: float
    times: int
    stratum: str
    by: dict[str, str]


@click.command()
@FILE
@click.option("--label", metavar="COL", help="Column of what was found; empty where nobody has looked.")
@click.option(
    "--hit", default="violating", show_default=True, help="The label that is counted ('unsure' is judged by nobody)."
)
@click.option("--second", metavar="COL", help="Column of a second person's label: how often two agree.")
@click.option(
    "--probability", metavar="COL", help="Column of the chance a unit had of being drawn (default: all the same)."
)
@click.option("--times", metavar="COL", help="Column of how often a unit was drawn.")
@click.option("--stratum", metavar="COL", help="Column of the strata.")
@click.option(
    "--size",
    "sizes",
    multiple=True,
    metavar="[STRATUM=]N",
    help="Units in the population, or of a stratum; may be repeated.",
)
@click.option("--views", is_flag=True, help="Drawn by views: each draw counts alike, whatever its chance was.")
@click.option(
    "--by", multiple=True, metavar="COL", help="Also the share within each value of this column; may be repeated."
)
@click.option(
    "--confidence", type=click.FloatRange(0.5, 0.9999), default=0.95, show_default=True, help="Of the intervals."
)
@click.option("--draw", type=click.IntRange(1), help="Draw so many rows of FILE as CSV, with their chances, instead.")
@click.option(
    "--method",
    type=click.Choice(["simple", "stratified", "views"]),
    default="simple",
    show_default=True,
    help="Of the draw.",
)
@click.option("--weight", metavar="COL", help="Column of the views, for a draw by views.")
@click.option("--seed", default="", help="Of the draw: the same one draws the same rows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prevalence(
    file: Path, label: str | None, hit: str, second: str | None, probability: str | None, times: str | None, stratum: str | None,
    sizes: tuple[str, ...], views: bool, by: tuple[str, ...], confidence: float, draw: int | None, method: str, weight: str | None,
    seed: str, as_json: bool,
) -> None:  # fmt: skip
    """Say how much of a whole violates, from the rows of FILE (CSV, JSON lines or Parquet) that were drawn and labelled.

    Intervals follow the design of the draw (see the page "How prevalence is estimated"). With --draw, FILE is the whole, and a
    random sample of it is printed.
    """
    if draw is not None:
        _draw(file, draw, method, stratum, weight, seed)
        return
    if not label:
        raise click.UsageError("Give --label, the column of what was found, or --draw to draw a sample.")
    rows = _rows(file, label, second, probability, times, stratum, by)
    counts = _sizes(sizes)
    found = _estimated(rows, counts, views, hit, confidence)
    answer: dict[str, Any] = {"drawn": len(rows), **msgspec.to_builtins(found(lambda _row: True))}
    answer["slices"] = [
        {"by": name, "value": value, **msgspec.to_builtins(found(partial(_has, by=name, value=value)))}
        for name in by
        for value, _many in Counter(row.by[name] for row in rows if row.label).most_common(50)
    ]
    pairs = [(row.label, row.second) for row in rows if row.label and row.second]
    if second:
        from watchfloor.engines.prevalence import agreement

        same, kappa = agreement(pairs)
        answer["agreement"] = {"pairs": len(pairs), "same": same, "kappa": kappa}
    if as_json:
        say(answer)
        return
    click.echo(
        f"{_said(answer)} of the whole; {answer['labelled']:,} of {answer['drawn']:,} labelled, {answer['unsure']:,} unsure."
    )
    for each in answer["slices"]:
        click.echo(f"  {each['by']} {each['value'] or '-'}: {_said(each)} ({each['labelled']:,} labelled)")
    if second:
        kappa = answer["agreement"]["kappa"]
        click.echo(
            f"  two people: {len(pairs):,} pairs, {answer['agreement']['same']:.1%} alike"
            + (f", kappa {kappa:.2f}" if kappa is not None else "")
        )


def _has(row: Row, by: str, value: str) -> bool:
    return row.by[by] == value


def _said(of: dict[str, Any]) -> str:
    return f"{of['share']:.3%} [{of['low']:.3%}, {of['high']:.3%}]"


def _estimated(
    rows: Sequence[Row], counts: dict[str, int], views: bool, hit: str, confidence: float
) -> Callable[[Callable[[Row], bool]], Estimate]:
    """The estimate of a part of the population, by the design all rows were drawn with."""
    from watchfloor.engines.prevalence import Seen, estimate

    labelled = [row for row in rows if row.label]
    drawn = Counter(row.stratum for row in rows)
    for name in counts.keys() & drawn.keys():
        if counts[name] < drawn[name]:
            raise BadInput(
                "bad_size",
                f"{drawn[name]:,} rows were drawn of {counts[name]:,}.",
                where="--size",
                hint="Give the whole, not the sample.",
            )
    if counts and (missing := drawn.keys() - counts.keys()):
        raise BadInput(
            "bad_size", f"The size of {min(missing)!r} is not given.", where="--size", hint="Repeat --size STRATUM=N."
        )
    whole = (
        counts if counts and not views and len(labelled) == len(rows) else None
    )  # the correction wants the sample complete

    def chance(row: Row) -> float:
        if views:
            return 1.0
        return drawn[row.stratum] / counts[row.stratum] if counts else row.probability

    def of(among: Callable[[Row], bool]) -> Estimate:
        seen = [
            Seen(
                probability=chance(row), times=row.times if views else 1, stratum=row.stratum, among=among(row),
                hit=None if row.label == NOT_SURE else row.label == hit,
            )
            for row in labelled
        ]  # fmt: skip
        return estimate(seen, sizes=whole, confidence=confidence)

    return of


def _rows(
    file: Path,
    label: str,
    second: str | None,
    probability: str | None,
    times: str | None,
    stratum: str | None,
    by: Sequence[str],
) -> list[Row]:
    frame = read(
        file, (), list(dict.fromkeys(name for name in (label, second, probability, times, stratum, *by) if name))
    )

    def text(row: dict[str, Any], name: str | None) -> str:
        return str(row[name]).strip() if name and row[name] is not None else ""

    return [
        Row(
            label=text(row, label), second=text(row, second), probability=_number(text(row, probability), number) if probability else 1.0,
            times=int(_number(text(row, times), number)) if times else 1, stratum=text(row, stratum),
            by={name: text(row, name) for name in by},
        )
        for number, row in enumerate(frame.iter_rows(named=True), start=1)
    ]  # fmt: skip


def _number(value: str, row: int) -> float:
    try:
        return float(value)
    except ValueError:
        raise BadInput("bad_number", f"{value[:40]!r} is no number.", where=f"row {row}") from None


def _sizes(given: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in given:
        name, _sep, number = each.rpartition("=")
        if not number.isdecimal() or int(number) < 1:
            raise BadInput("bad_size", f"{each[:40]!r} is no size.", where="--size", hint="Write 120000, or DE=120000.")
        found[name] = int(number)
    return found


def _draw(file: Path, size: int, method: str, stratum: str | None, weight: str | None, seed: str) -> None:
    """The drawn rows as CSV, in the order of the draw, with the columns a later estimate needs."""
    from watchfloor.engines.prevalence import Unit, draw

    if method == "stratified" and not stratum:
        raise click.UsageError("A stratified draw needs --stratum.")
    if method == "views" and not weight:
        raise click.UsageError("A draw by views needs --weight, the column of the views.")
    if not seed:
        raise click.UsageError("Give --seed, any word: with it anyone can draw the same rows again.")
    frame: pl.DataFrame = read(file, (weight,) if weight else (), None)
    rows = frame.to_dicts()
    units = [
        Unit(str(number), str(row[stratum]) if stratum else "", float(row[weight] or 0) if weight else 1.0)
        for number, row in enumerate(rows)
    ]
    out = csv.writer(sys.stdout)
    out.writerow([*frame.columns, "draw_stratum", "draw_probability", "draw_times"])
    for each in draw(units, size, method=method, seed=seed):
        out.writerow([*rows[int(each.id)].values(), each.stratum, repr(each.probability), each.times])
