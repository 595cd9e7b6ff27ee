"""``watchfloor insight``: the metric catalogue and its numbers, without a browser."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from watchfloor.cli import insight_files, insight_metrics, prevalence, trends
from watchfloor.cli import spikes as spike_commands
from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def insight() -> None:
    """Metrics from the command line."""


for _command in (*insight_files.COMMANDS, insight_metrics.metrics, *spike_commands.COMMANDS):
    insight.add_command(_command)
insight.add_command(trends.topics)
insight.add_command(prevalence.prevalence)


@insight.command()
@click.option("--from", "start", metavar="DATE", help="First day or moment, UTC (default: seven days ago).")
@click.option("--to", "end", metavar="DATE", help="Last day (with all its hours) or end moment, UTC (default: today).")
@click.option(
    "--by", multiple=True, help="Split by this dimension (queue, market, policy, vendor ...); may be repeated."
)
@click.option("--metric", "chosen", multiple=True, help="Only this metric; may be repeated (default: all).")
@click.option("--where", multiple=True, metavar="DIM=VALUE", help="Only facts with this value; may be repeated.")
@json_option
def kpi(
    start: str | None,
    end: str | None,
    by: tuple[str, ...],
    chosen: tuple[str, ...],
    where: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print metrics over a span, each beside the comparable one before it."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.insight import catalogue, params, queries

    query = {"from": start, "to": end or ""} if start else {"span": "7d"}
    span = params.read({name: value for name, value in query.items() if value}).span
    span = queries.Span(start=span.start, end=span.end, interval="day", where=_filters(where))
    actor = system("cli")
    keys = list(chosen) or list(catalogue.metrics())
    if by:
        slices = queries.split(actor, span, by, metrics=keys)
        rows: list[dict[str, Any]] = [
            {**dict(zip(by, each.names, strict=True)), **{key: _shown(key, each.values.get(key)) for key in keys}}
            for each in slices
        ]
        emit(slices, as_json=as_json, text=table(rows, [*by, *keys], empty="No facts in this span."))
        return
    found = queries.kpis(actor, span, metrics=keys)
    lines = [
        {
            "metric": each.key,
            "value": _shown(each.key, each.value),
            "before": _shown(each.key, each.before),
            "base": each.base,
        }
        for each in found
    ]
    emit(found, as_json=as_json, text=table(lines, ["metric", "value", "before", "base"], empty="No metrics."))


@insight.command()
@click.option("--again", is_flag=True, help="Write every fact anew (stop the worker first).")
@json_option
def export(again: bool, as_json: bool) -> None:
    """Flatten what the ledger holds to Parquet now (a worker does it all the time)."""
    prepare.django()
    from watchfloor.insight import facts

    total = facts.rebuild() if again else 0
    while taken := facts.export():
        total += taken
    emit(
        {"exported": total, "folder": str(facts.folder())}, as_json=as_json, text=f"{total:,} facts in {facts.folder()}"
    )


@insight.command()
@click.option("--rebuild", is_flag=True, help="From all facts, not from the roll-ups there are.")
@json_option
def rollups(rebuild: bool, as_json: bool) -> None:
    """Roll the facts up by hour now (a worker does it all the time where there are more than can be held in memory)."""
    prepare.django()
    from watchfloor.insight.rollups import care

    with Progress(disable=as_json or not sys.stderr.isatty(), console=Console(stderr=True)) as bar:
        task = bar.add_task("roll-ups")
        made = care.make(
            again=rebuild, progress=lambda what, done, of: bar.update(task, description=what, completed=done, total=of)
        )
    if made is None:
        raise click.ClickException("Another process is rolling up just now.")
    emit(
        {"facts": made.leaf, "rows": made.rows, "bytes": made.size, "seconds": made.took_ms / 1000, "late_hours": made.late_hours},
        as_json=as_json,
        text=f"{made.rows:,} rows of roll-ups over {made.leaf:,} facts, {made.size / 1e6:,.1f} MB, in {made.took_ms / 1000:,.1f} s",
    )  # fmt: skip


def _filters(given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in given:
        name, sep, value = each.partition("=")
        if not sep:
            raise click.UsageError(f"--where {each!r}: write DIMENSION=VALUE")
        found[name] = (*found.get(name, ()), value)
    return found


def _shown(key: str, value: float | None) -> str:
    """A value for a person: durations as H:MM:SS, shares as per cent."""
    from watchfloor.insight.catalogue import metric

    if value is None:
        return "-"
    unit = metric(key).unit
    if unit == "ms":
        return str(timedelta(seconds=round(value / 1000)))
    return f"{value:.1%}" if unit == "share" else f"{value:,.4g}" if value != int(value) else f"{int(value):,}"
