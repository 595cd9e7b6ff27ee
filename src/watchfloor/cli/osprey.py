"""``watchfloor run osprey``: beside an Osprey that goes on working, the same actions through our rules or onto our floor."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from watchfloor.cli.rules.files import DIRECTORY, as_json, load
from watchfloor.kernel.errors import BadInput


@click.command()
@click.option("--servers", required=True, help="Kafka's bootstrap servers, host:9092; several with commas.")
@click.option("--input", "source", default="osprey.actions_input", show_default=True, help="Osprey's input topic.")
@click.option("--rules", "folder", type=DIRECTORY, help="A folder of *.sml files: results go to --output.")
@click.option("--output", "sink", default="watchfloor.execution_results", show_default=True, help="Topic of results.")
@click.option(
    "--floor", "mapping", help="Send the actions to the floor as events: item.type=post,item.id=$.post.id,..."
)
@click.option("--group", default="watchfloor", show_default=True, help="Consumer group; must not be Osprey's own.")
@click.option("--batch", default=500, show_default=True, help="About how many actions at once.")
def osprey(
    servers: str, source: str, folder: Path | None, sink: str, mapping: str | None, group: str, batch: int
) -> None:
    """Read Osprey's input topic beside Osprey.

    With --rules each action is evaluated and what Osprey's sink would write goes to --output. With --floor the actions become events of the
    floor, and its rules, models and queues work on them.
    """
    if (folder is None) == (mapping is None):
        raise BadInput("choose_one", "Say --rules or --floor, and only one of them.", where="--rules")
    from watchfloor.interop.osprey import beside

    rules = load(folder) if folder is not None else None
    if mapping is not None:
        from watchfloor.console import prepare

        prepare.django()
    ends = beside.KafkaEnds(servers, source=source, sink=sink if rules is not None else "", group=group)
    work = beside.judging(rules, ends, as_json) if rules is not None else beside.telling(mapping or "", "osprey")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        worked, bad = beside.run(ends, work, stop, batch=batch)
    finally:
        ends.close()
    click.echo(f"{worked:,} actions; {bad:,} messages were none.", err=True)
