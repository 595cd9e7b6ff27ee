"""``watchfloor rules run``: events in, outcomes out, line by line; memory stays flat."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from watchfloor.cli.rules.files import DIRECTORY, FILE, MAX_LINE, as_json, counted, load, numbered_lines
from watchfloor.engines import sml
from watchfloor.kernel.errors import BadInput


@click.command()
@click.argument("folder", metavar="DIR", type=DIRECTORY)
@click.argument("events", metavar="EVENTS.jsonl", type=FILE)
@click.option("--fired", "fired_only", is_flag=True, help="Only the names of the rules that fire; faster.")
@click.option("--stats", is_flag=True, help="End with counts for each rule and events per second, on stderr.")
def run(folder: Path, events: Path, fired_only: bool, stats: bool) -> None:
    """Evaluate events, one JSON line in and one out (features, rules, verdicts, labels, effects).

    EVENTS.jsonl may be - for stdin. Bad lines go to stderr with their number; the others go on. Counters are kept in
    memory, in the order of the lines.
    """
    compiled = load(folder)
    store = None
    if compiled.counters:
        from watchfloor.engines.sml.counters import MemoryCounters

        store = MemoryCounters()
    out = sys.stdout.buffer
    counts: dict[str, int] = dict.fromkeys(compiled.rules, 0)
    total = bad = errors = 0
    began = time.perf_counter()
    with click.open_file(str(events), "rb") as lines:
        for number, line in numbered_lines(lines):
            try:
                if line is None:
                    raise BadInput("too_long", f"The line is longer than {MAX_LINE:,} bytes.")
                event = sml.event_from_json(line, default_id=number)
            except BadInput as error:
                bad += 1
                click.echo(f"line {number}: {error}", err=True)
                continue
            total += 1
            if fired_only:
                names: tuple[str, ...] = compiled.fired(event, store)
                out.write(as_json({"action_id": event.action_id, "fired": names}) + b"\n")
            else:
                outcome = compiled.evaluate(event, store)
                names = tuple(rule.name for rule in outcome.fired)
                errors += len(outcome.errors)
                out.write(b'{"action_id":%d,%b\n' % (event.action_id, as_json(outcome)[1:]))
            for name in names:
                counts[name] += 1
    out.flush()
    if stats:
        _stats(counts, total, bad, errors, time.perf_counter() - began)


def _stats(counts: dict[str, int], total: int, bad: int, errors: int, seconds: float) -> None:
    for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        share = f"{count / total:.2%}" if total else "-"
        click.echo(f"{count:>10,}  {share:>8}  {name}", err=True)
    rate = total / seconds if seconds else 0
    click.echo(
        f"{counted(total, 'event')}, {counted(bad, 'bad line')}, {counted(errors, 'failed value')}; "
        f"{rate:,.0f} events/s, reading and writing included",
        err=True,
    )
