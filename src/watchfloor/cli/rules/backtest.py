"""``watchfloor rules backtest``: what rules would have done to stored events."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchfloor.cli.rules.files import DIRECTORY, as_json, counted, load, read_sources
from watchfloor.engines.sml import lists_from_folder
from watchfloor.kernel.errors import BadInput, NotFound

if TYPE_CHECKING:
    from watchfloor.engines.sml.backtest import Backtest

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.command()
@click.argument("folder", metavar="DIR", type=DIRECTORY)
@click.argument("source", metavar="LAKE_OR_PARQUET", type=DIRECTORY)
@click.option("--start", type=_MOMENT, help="Only events from this moment on (UTC).")
@click.option("--end", type=_MOMENT, help="Only events before this moment (UTC).")
@click.option("--bucket", default="1d", show_default=True, help="Width of the series' steps: 1h, 1d, 1w.")
@click.option("--samples", default=20, show_default=True, help="How many events to name for each rule.")
@click.option("--rule", "only", multiple=True, help="Only this rule; may be given several times.")
@click.option(
    "--ray", "workers", type=click.IntRange(1, 1000), help="On Ray Data, dealt out to so many workers: the same counts."
)
@click.option("--json", "json_wanted", is_flag=True, help="The whole result as one JSON object.")
def backtest(
    folder: Path,
    source: Path,
    start: datetime | None,
    end: datetime | None,
    bucket: str,
    samples: int,
    only: tuple[str, ...],
    workers: int | None,
    json_wanted: bool,
) -> None:
    """Run rules over stored events: hits, undecided, hits no other rule has, overlap, and samples."""
    compiled = load(folder)
    files = [source] if source.is_file() else sorted(source.rglob("*.parquet"))
    if not files:
        raise click.ClickException(f"There are no *.parquet files in {source}.")
    how: dict[str, Any] = {
        "start": start.replace(tzinfo=UTC) if start else None, "end": end.replace(tzinfo=UTC) if end else None,
        "bucket": bucket, "samples": samples, "only": only or None,
    }  # fmt: skip
    with _Bar() as bar:
        try:
            if workers:
                from watchfloor.engines.sml.distributed import backtest_on_ray

                lists = lists_from_folder(folder)
                result = backtest_on_ray(read_sources(folder), files, workers=workers, lists=lists, **how)
            else:
                from watchfloor.engines.sml.backtest import backtest as run

                result = run(compiled, files, progress=bar, **how)
        except (BadInput, NotFound) as error:
            hint = getattr(error, "hint", "")
            raise click.ClickException(f"{error} {hint}".strip()) from None
    if sum(result.errors.values()) == len(files):
        raise click.ClickException(
            f"{source} cannot be read as Parquet. Write events with sml.flatten(...).write_parquet(...)."
        )
    if json_wanted:
        click.echo(as_json(_plain(result)))
    else:
        click.echo(_tables(result))


class _Bar:
    """A progress bar on stderr, where a person looks on."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r" + " " * 60 + "\r", nl=False, err=True)

    def __call__(self, done: int, all_of_them: int) -> None:
        if self._shown and all_of_them:
            filled = 30 * done // all_of_them
            click.echo(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done:,} of {all_of_them:,}", nl=False, err=True)


def _plain(result: Backtest) -> dict[str, Any]:
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    return {**fields, "overlap": [{"rules": list(pair), "events": count} for pair, count in result.overlap.items()]}


def _tables(result: Backtest) -> str:
    from watchfloor.cli.output import table

    order = sorted(result.hits, key=lambda name: (-result.hits[name], name))
    total = max(result.events, 1)
    rows = [
        {
            "rule": name, "hits": result.hits[name], "share": f"{result.hits[name] / total:.3%}", "alone": result.alone.get(name, 0),
            "undecided": result.undecided.get(name, 0), "by": "rows" if name in result.by_rows else "columns",
        }
        for name in order
    ]  # fmt: skip
    parts = [table(rows, ["rule", "hits", "share", "alone", "undecided", "by"], empty="There are no rules.")]
    pairs = sorted(result.overlap.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    if pairs:
        both = [{"both": f"{one} + {other}", "events": count} for (one, other), count in pairs]
        parts.append(table(both, ["both", "events"], empty=""))
    sampled = [
        f"  {name}: {', '.join(map(str, result.samples[name][:8]))}" for name in order if result.samples.get(name)
    ]
    if sampled:
        parts.append("Events to look at:\n" + "\n".join(sampled))
    if result.errors:
        parts.append("\n".join(f"{name} cannot be read as Parquet and was left out." for name in result.errors))
    span = f", {result.start:%Y-%m-%d %H:%M} to {result.end:%Y-%m-%d %H:%M}" if result.start and result.end else ""
    rate = result.events / result.seconds if result.seconds else 0
    parts.append(f"{counted(result.events, 'event')}{span}; {result.seconds:.2f} s, {rate:,.0f} events/s.")
    return "\n\n".join(parts)
