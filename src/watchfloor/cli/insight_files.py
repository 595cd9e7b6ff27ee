"""``watchfloor insight locate ...``: the metrics engine on plain files (CSV, JSON lines, Parquet), without a server."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from watchfloor.cli import insight_forecast
from watchfloor.cli.plain_tables import FILE, read, say
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    import polars as pl


@click.command()
@FILE
@click.option("--real", metavar="COL", help="Column of what was counted.")
@click.option("--forecast", metavar="COL", help="Column of what was expected.")
@click.option("--real-num", metavar="COL", help="For a ratio: column of its upper number, as measured.")
@click.option("--real-den", metavar="COL", help="For a ratio: column of its lower number, as measured.")
@click.option("--forecast-num", metavar="COL", help="For a ratio: upper number, as expected.")
@click.option("--forecast-den", metavar="COL", help="For a ratio: lower number, as expected.")
@click.option("--dim", "dims", multiple=True, metavar="COL", help="A dimension; may be repeated (default: all others).")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="How often chance may be called a cause.")
@click.option("--most", type=click.IntRange(1), help="Causes at most (default: 20 for counts, 1 for ratios).")
@click.option("--depth", type=click.IntRange(1), help="Dimensions of a cause at most (default: all).")
@click.option(
    "--simulations", type=click.IntRange(0), default=99, show_default=True, help="Of the calm state (ratios)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON (it is printed anyhow).")
def locate(
    file: Path,
    real: str | None,
    forecast: str | None,
    real_num: str | None,
    real_den: str | None,
    forecast_num: str | None,
    forecast_den: str | None,
    dims: tuple[str, ...],
    alpha: float,
    most: int | None,
    depth: int | None,
    simulations: int,
    as_json: bool,
) -> None:
    """Find the slices a change comes from.

    FILE holds one row per leaf: the dimensions and what was measured and expected there. Prints causes, strongest first, with the
    chance (p) of such a slice when nothing happened, and a verdict: localised, everywhere (look outside) or none.
    """
    from watchfloor.engines.metrics import locate_counts, locate_ratio

    ratio = (real_num, real_den, forecast_num, forecast_den)
    if real and forecast and not any(ratio):
        frame = read(file, (real, forecast), dims or None)
        found = locate_counts(
            frame, real=real, forecast=forecast, dims=dims or None, alpha=alpha, most=most or 20, depth=depth
        )
    elif real_num and real_den and forecast_num and forecast_den and not (real or forecast):
        frame = read(file, (real_num, real_den, forecast_num, forecast_den), dims or None)
        found = locate_ratio(
            frame,
            real_num=real_num,
            real_den=real_den,
            forecast_num=forecast_num,
            forecast_den=forecast_den,
            dims=dims or None,
            alpha=alpha,
            most=most or 1,
            depth=depth,
            simulations=simulations,
        )
    else:
        raise click.UsageError(
            "Give --real and --forecast for a count, or --real-num, --real-den, --forecast-num and --forecast-den for a ratio."
        )
    document = {
        "verdict": found.verdict,
        "p": found.p,
        "causes": [each.where for each in found.causes],
        "evidence": found.causes,
        "real": found.real,
        "forecast": found.forecast,
        "shift": found.shift,
    }
    say(document)


@click.command()
@FILE
@click.option("--time", "moment", default="timestamp", show_default=True, metavar="COL", help="Column of moments.")
@click.option("--value", default="value", show_default=True, metavar="COL", help="Column of numbers.")
@click.option("--season", type=click.IntRange(0), help="Points per season (one series: 0; with --by: 7).")
@click.option("--alarm", type=float, default=7.0, show_default=True, help="One series: log odds from which to alarm.")
@click.option(
    "--quiet", type=click.IntRange(0), default=200, show_default=True, help="One series: points an alarm silences."
)
@click.option("--by", multiple=True, metavar="COL", help="Watch each slice of this dimension; may be repeated.")
@click.option(
    "--rate", type=float, default=0.05, show_default=True, help="With --by: share of false alarms among alarms."
)
@click.option("--elapsed", type=float, default=1.0, show_default=True, help="With --by: part of the last bucket gone.")
@click.option(
    "--market", metavar="COL", help="With --by: which of them is a country (ISO 3166); its holidays are days off."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a line for each.")
def detect(
    file: Path,
    moment: str,
    value: str,
    season: int | None,
    alarm: float,
    quiet: int,
    by: tuple[str, ...],
    rate: float,
    elapsed: float,
    market: str | None,
    as_json: bool,
) -> None:
    """Find unusual points.

    FILE holds moments and values in order of time. For each row a score (0 to 1; 0.5 is an alarm), whether it is an alarm, of
    which kind, and what was expected: known from the rows before alone. With --by the last bucket of every slice is judged, and
    alarms keep to one rate of false ones over all slices. JSON lines.
    """
    import polars as pl

    from watchfloor.engines.metrics import Detector, watch_slices

    if by:
        frame = read(file, (value,), (moment, *by))
        moments = frame[moment].cast(pl.String).str.to_datetime(strict=False, time_unit="us")
        if moments.null_count():
            moments = frame[moment].cast(pl.String).str.to_date(strict=False)
        if moments.null_count():
            raise BadInput("bad_moments", f"Column {moment!r} holds something that is no date or moment.", where=moment)
        frame = frame.with_columns(moments.alias(moment), *(pl.col(name).cast(pl.String) for name in by))
        days = _days_off(frame, moment, market) if market in by else None
        lines: list[Any] = list(
            watch_slices(
                frame,
                time=moment,
                value=value,
                by=by,
                season=season or 7,
                rate=rate,
                elapsed=elapsed,
                holidays=days,
                market=market,
            )
        )
    else:
        frame = read(file, (value,), (moment,))
        judge = Detector(season=season or 0, alarm=alarm, quiet=quiet)
        lines = []
        for when, number in zip(frame[moment].cast(pl.String), frame[value].cast(pl.Float64), strict=True):
            row: dict[str, Any] = {
                moment: when,
                value: number,
                "score": 0.0,
                "alarm": False,
                "kind": "",
                "expected": None,
            }
            if number is not None:
                row.update(judge.see(number)._asdict())
            lines.append(row)
    if as_json:
        say(lines)
    else:
        click.echo(b"\n".join(map(msgspec.json.encode, lines)))


@click.command()
@FILE
@click.option("--before-num", metavar="COL", help="Upper number of the ratio, before.")
@click.option("--before-den", metavar="COL", help="Lower number of the ratio, before.")
@click.option("--after-num", metavar="COL", help="Upper number of the ratio, after.")
@click.option("--after-den", metavar="COL", help="Lower number of the ratio, after.")
@click.option("--by", multiple=True, metavar="COL", help="A dimension; may be repeated (default: all others).")
@click.option(
    "--method", type=click.Choice(["kitagawa", "three-way", "lmdi"]), default="kitagawa", show_default=True, help="How."
)
@click.option(
    "--factor",
    "factors",
    multiple=True,
    metavar="NAME",
    help="Instead: a factor of a product, columns NAME_before, NAME_after.",
)
@click.option(
    "--quantile", type=float, metavar="Q", help="Instead: of a quantile (.9 for p90) of --value, by --period."
)
@click.option("--value", metavar="COL", help="With --quantile: column of the values, a row per case.")
@click.option("--count", metavar="COL", help="With --quantile: cases that a row stands for (default: one).")
@click.option("--period", metavar="COL=BEFORE,AFTER", help="With --quantile: column of the period and its two values.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (it is printed anyhow).")
def decompose(
    file: Path,
    before_num: str | None,
    before_den: str | None,
    after_num: str | None,
    after_den: str | None,
    by: tuple[str, ...],
    method: str,
    factors: tuple[str, ...],
    quantile: float | None,
    value: str | None,
    count: str | None,
    period: str | None,
    as_json: bool,
) -> None:
    """Split the change of a ratio into rates and mix, or that of a product into its factors.

    FILE holds one row per slice. For each dimension, and for all of them together, what the slices' own rates did and what the shift
    between slices did, with 95 % intervals; the parts add up to the change. Dimensions that tell most come first, corrected for how many
    slices they have. With --factor each row is a product of its factors; with --quantile distributions are weighed against each other.
    """
    if quantile is not None:
        say(_of_quantile(file, quantile, value, count, period, by))
        return
    from watchfloor.engines.metrics import best_dimensions, chain
    from watchfloor.engines.metrics import decompose as split

    if factors:
        names = [(f"{each}_before", f"{each}_after") for each in factors]
        frame = read(file, [name for pair in names for name in pair])
        columns = [list(zip(frame[old].to_list(), frame[new].to_list(), strict=True)) for old, new in names]
        rows = [dict(zip(factors, values, strict=True)) for values in zip(*columns, strict=True)]
        parts = chain(rows)
        say({"method": "lmdi", "change": sum(parts.values()), "parts": parts})
        return
    if not (before_num and before_den and after_num and after_den):
        raise click.UsageError("Give --before-num, --before-den, --after-num and --after-den, or --factor.")
    given = (before_num, before_den, after_num, after_den)
    frame = read(file, given)
    dims = list(by) or [name for name in frame.columns if name not in given]
    columns_of = {"before_num": before_num, "before_den": before_den, "after_num": after_num, "after_den": after_den}
    found = best_dimensions(frame, **columns_of, dims=dims, method=method)
    if len(dims) > 1:
        found.append(split(frame, **columns_of, by=dims, method=method))
    say(found)


@click.command()
@FILE
@click.option("--time", "moment", default="timestamp", show_default=True, metavar="COL", help="Column of moments.")
@click.option("--unit", default="unit", show_default=True, metavar="COL", help="Column that names the series.")
@click.option("--value", default="value", show_default=True, metavar="COL", help="Column of numbers.")
@click.option(
    "--touched", multiple=True, required=True, metavar="UNIT", help="A unit the change touched; may be repeated."
)
@click.option(
    "--at", required=True, metavar="MOMENT", help="The first moment after the change, as written in the file."
)
@click.option("--method", type=click.Choice(["did", "synthetic"]), default="did", show_default=True, help="How.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the interval.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (it is printed anyhow).")
def effect(
    file: Path,
    moment: str,
    unit: str,
    value: str,
    touched: tuple[str, ...],
    at: str,
    method: str,
    level: float,
    as_json: bool,
) -> None:
    """Say what a change did, by the units it did not touch.

    FILE holds one row per moment and unit. Units that are not --touched are controls. The answer is refused when the touched already
    moved differently before the change.
    """
    import polars as pl

    from watchfloor.engines.metrics import effect as measure

    frame = read(file, (value,), (moment, unit)).with_columns(pl.col(moment, unit).cast(pl.String))
    wide = frame.pivot(on=unit, index=moment, values=value, aggregate_function="sum").sort(moment)
    units = [name for name in wide.columns if name != moment]
    missing = [name for name in touched if name not in units]
    if missing:
        raise BadInput("no_unit", f"There is no unit {missing[0]!r} in column {unit!r}.")
    if any(wide[name].null_count() for name in units):
        raise BadInput("gaps", "A unit lacks some moments.", hint="Fill them first, with nought where nothing came.")
    moments = wide[moment].to_list()
    if at not in moments:
        raise BadInput("no_moment", f"There is no moment {at!r} in column {moment!r}.")
    series = {name: wide[name].to_list() for name in units}
    controls = {name: values for name, values in series.items() if name not in touched}
    say(measure({name: series[name] for name in touched}, controls, at=moments.index(at), method=method, level=level))


def _days_off(frame: pl.DataFrame, moment: str, market: str | None) -> dict[str, frozenset[date]]:
    """Public holidays of each country in the years of the table; values that are no country have none."""
    from watchfloor.review.domain.calendars import holidays_of

    years = sorted(set(frame[moment].dt.year().to_list()))
    found = {}
    for name in frame[market or ""].unique().to_list():
        try:
            found[name] = frozenset(day for year in years for day in holidays_of((name or "").upper(), "", year))
        except BadInput:
            continue
    return found


def _of_quantile(
    file: Path, q: float, value: str | None, count: str | None, period: str | None, by: tuple[str, ...]
) -> Any:
    """The parts of a quantile's change by each dimension, and by all together."""
    from watchfloor.engines.metrics import decompose_quantile

    column, _, pair = (period or "").partition("=")
    before, _, after = pair.partition(",")
    if not (value and column and before and after):
        raise click.UsageError("--quantile wants --value COL and --period COL=BEFORE,AFTER.")
    frame = read(file, (value, count) if count else (value,))
    dims = list(by) or [name for name in frame.columns if name not in (value, count, column)]
    return [
        decompose_quantile(frame, value=value, period=column, before=before, after=after, by=each, q=q, count=count)
        for each in ([[dim] for dim in dims] + ([dims] if len(dims) > 1 else []))
    ]


COMMANDS = (locate, detect, decompose, insight_forecast.forecast, effect)
