"""``watchfloor insight metrics``: the catalogue, or its numbers over plain fact files, without a server."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.kernel.errors import BadInput

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--metric", "chosen", multiple=True, help="Only this metric; may be repeated (default: all).")
@click.option("--by", multiple=True, help="Split by this dimension; may be repeated.")
@click.option("--from", "start", type=MOMENT, help="First moment, UTC (default: the first fact's hour).")
@click.option("--to", "end", type=MOMENT, help="End, UTC, not included (default: after the last fact's hour).")
@click.option("--interval", type=click.Choice(["hour", "day", "week"]), help="A line for each.")
@click.option("--where", multiple=True, metavar="DIM=VALUE", help="Only facts with this value; may be repeated.")
@json_option
def metrics(
    files: tuple[Path, ...],
    chosen: tuple[str, ...],
    by: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    interval: str | None,
    where: tuple[str, ...],
    as_json: bool,
) -> None:
    """List what can be measured; with FILES (facts as Parquet or CSV) compute it.

    Values are counts, shares of one, and milliseconds.
    """
    from django.conf import settings

    if not settings.configured:  # the catalogue's words ask for a language; there is no installation to ask
        settings.configure(USE_I18N=False)
    from watchfloor.insight import plain
    from watchfloor.insight.catalogue import shipped

    known = shipped()
    if not files:
        found = list(known.values())
        rows = [{"metric": each.key, "title": each.title, "unit": each.unit, "formula": each.formula} for each in found]
        emit(found, as_json=as_json, text=table(rows, ["metric", "title", "unit", "formula"], empty="No metrics."))
        return
    keys = list(chosen) or list(known)
    for key in keys:
        if key not in known:
            raise BadInput(
                "unknown_metric",
                f"There is no metric {key[:60]!r}.",
                where="--metric",
                hint="`watchfloor insight metrics` lists them.",
            )
    filters: dict[str, tuple[str, ...]] = {}
    for each in where:
        name, sep, value = each.partition("=")
        if not sep:
            raise BadInput("bad_filter", f"{each!r} is no filter.", where="--where", hint="DIMENSION=VALUE")
        filters[name] = (*filters.get(name, ()), value)
    lines = plain.compute(
        files, [known[key] for key in keys], by=by, start=start, end=end, interval=interval or "", where=filters
    )
    shown: list[dict[str, Any]] = [
        {
            **({"at": line.at.isoformat(timespec="minutes")} if line.at else {}), **line.names,
            **{key: "-" if value is None else f"{value:,.6g}" for key, value in line.values.items()},
        }
        for line in lines
    ]  # fmt: skip
    if not by and not interval and shown:  # one line with many columns is read downwards
        text = table(
            [{"metric": key, "value": value} for key, value in shown[0].items()], ["metric", "value"], empty=""
        )
    else:
        text = table(shown, [*(["at"] if interval else []), *by, *keys], empty="No facts in this span.")
    emit(lines, as_json=as_json, text=text)
