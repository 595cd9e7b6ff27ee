"""``watchfloor insight forecast FILE``: a series, or a whole with its parts, with holidays and planned events."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchfloor.cli.plain_tables import FILE, read, say
from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    import polars as pl


@click.command()
@FILE
@click.option("--time", "moment", default="timestamp", show_default=True, metavar="COL", help="Column of moments.")
@click.option("--value", default="value", show_default=True, metavar="COL", help="Column of numbers.")
@click.option("--horizon", type=click.IntRange(1), default=14, show_default=True, help="Steps to look ahead.")
@click.option("--season", type=click.IntRange(1), default=7, show_default=True, help="Steps per season; 1 for none.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Share of values the intervals shall hold.")
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="COL",
    help="Column of a planned event's strength (0 or 1); may be repeated.",
)
@click.option("--holidays", "country", metavar="CODE", help="Count on the public holidays of this country (ISO 3166).")
@click.option(
    "--by", multiple=True, metavar="COL", help="Parts that must add up to the whole; may be repeated, outer first."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON (it is printed anyhow).")
def forecast(
    file: Path,
    moment: str,
    value: str,
    horizon: int,
    season: int,
    level: float,
    events: tuple[str, ...],
    country: str | None,
    by: tuple[str, ...],
    as_json: bool,
) -> None:
    """Forecast a series, and say how such forecasts have fared on its own past.

    FILE holds evenly spaced moments and values, in order of time. With --event it goes on for the horizon, with the events known and
    no value. With --by it holds a row per moment and part, and every forecast of a part, of parts together and of the whole adds up.
    """
    import polars as pl

    from watchfloor.engines.metrics import forecast as look_ahead
    from watchfloor.engines.metrics import forecast_tree

    frame = read(file, (value, *events), (moment, *by)).with_columns(pl.col(moment).cast(pl.String))
    per_moment = frame.group_by(moment, maintain_order=True).agg(
        pl.col(value).sum(),
        known=pl.col(value).is_not_null().any(),
        **{f"event {name}": pl.col(name).max() for name in events},
    )
    length = _known(per_moment["known"].to_list(), value)
    if len(per_moment) - length not in (0, horizon) or (events and len(per_moment) == length):
        raise BadInput(
            "bad_horizon",
            f"After the last value there are {len(per_moment) - length} moments, but the horizon is {horizon}.",
            hint="With --event, one row for each step ahead, its value left empty; without, none.",
        )
    given = {name: per_moment[f"event {name}"].fill_null(0.0).to_list() for name in events}
    if country:
        given[f"holidays {country}"] = _holidays(per_moment[moment].to_list()[:length], horizon, country)
    if by:
        moments = per_moment[moment].to_list()[:length]
        say(
            forecast_tree(
                _leaves(frame, moment, value, by, moments), horizon=horizon, season=season, level=level, events=given
            )
        )
        return
    if len(frame) > len(per_moment):
        raise BadInput("doubled", f"Some moments of column {moment!r} occur twice.", hint="Name the parts with --by.")
    say(look_ahead(per_moment[value].to_list()[:length], horizon=horizon, season=season, level=level, events=given))


def _known(known: list[bool], value: str) -> int:
    """How many moments have a value; all that have none must come after them."""
    length = sum(known)
    if not all(known[:length]):
        raise BadInput("gaps", f"Column {value!r} has gaps.", hint="Fill them first, with nought where nothing came.")
    return length


def _leaves(
    frame: pl.DataFrame, moment: str, value: str, by: tuple[str, ...], moments: list[str]
) -> dict[tuple[str, ...], list[float]]:
    """Series of each part; where a part has no row at a moment, nothing came."""
    import polars as pl

    place = {each: at for at, each in enumerate(moments)}
    found: dict[tuple[str, ...], list[float]] = {}
    columns = [frame[name].cast(pl.String).fill_null("").to_list() for name in by]
    for when, number, *path in zip(frame[moment].to_list(), frame[value].to_list(), *columns, strict=True):
        if when in place:
            found.setdefault(tuple(path), [0.0] * len(moments))[place[when]] += number or 0.0
    return found


def _holidays(moments: list[str], horizon: int, country: str) -> list[float]:
    """1 on each public holiday among the moments and the steps after them, 0 on other days."""
    from watchfloor.review.domain.calendars import holidays_of

    try:
        when = [datetime.fromisoformat(each) for each in moments]
    except ValueError as error:
        raise BadInput(
            "bad_moments", f"A moment is no date: {error}.", hint="Write 2026-03-02 or 2026-03-02T14:00."
        ) from error
    step = when[-1] - when[-2] if len(when) > 1 else timedelta(days=1)
    when += [when[-1] + step * ahead for ahead in range(1, horizon + 1)]
    days: list[date] = [each.date() for each in when]
    return [float(day in holidays_of(country.upper(), "", day.year)) for day in days]
