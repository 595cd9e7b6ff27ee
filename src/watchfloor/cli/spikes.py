"""``watchfloor insight spikes`` and ``changes``: what moved and why, and the change log, without a browser."""

from __future__ import annotations

from datetime import timedelta

import click
import msgspec

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.command()
@click.option(
    "--watch",
    is_flag=True,
    help="First look at the hours that closed since the last look (a worker does it all the time).",
)
@click.option("--all", "every", is_flag=True, help="Also those that are closed.")
@click.option("--story", is_flag=True, help="With each one's story.")
@json_option
def spikes(watch: bool, every: bool, story: bool, as_json: bool) -> None:
    """Spikes of the last four weeks, the newest first."""
    prepare.django()
    from watchfloor.identity.domain import system
    from watchfloor.insight.spikes import queries, words
    from watchfloor.insight.spikes import watch as watching
    from watchfloor.kernel import clock

    while watch and watching.work():
        continue
    rows = queries.spikes(system("cli"), state="" if every else "active", since=clock.now() - timedelta(days=28))
    found = [{**msgspec.to_builtins(queries.line(row)), "state": row.state} for row in rows]
    text = table(found, ["since", "state", "headline"], empty="No spike.")
    if story:
        for each, row in zip(found, rows, strict=True):
            kept = queries.found_of(row)
            each["story"] = ["".join(piece.text for piece in one) for one in words.story(row, kept)] if kept else []
            text += "\n\n" + "\n".join([str(each["headline"]), *(f"  {one}" for one in each["story"])])
    emit(found, as_json=as_json, text=text)


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="How far back.")
@click.option("--kind", default="", help="Only of this kind.")
@json_option
def changes(days: int, kind: str, as_json: bool) -> None:
    """The change log: what wrote itself and what was written down."""
    prepare.django()
    from watchfloor.insight import changes as log
    from watchfloor.kernel import clock

    now = clock.now()
    rows = log.between(now - timedelta(days=days), now + timedelta(days=1), kinds=(kind,) if kind else ())
    found = [msgspec.to_builtins(row) for row in rows]
    emit(
        found,
        as_json=as_json,
        text=table(found, ["starts_at", "kind", "title", "source"], empty="Nothing was changed."),
    )


COMMANDS = (spikes, changes)
