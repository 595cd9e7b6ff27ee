"""``watchfloor streams``: what is watched and what came of it; ``watchfloor run stream-worker`` reads streams beside other workers."""

from __future__ import annotations

import logging
import os
import signal
import threading

import click

from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare

log = logging.getLogger(__name__)
STATES = ("waiting", "watching", "broken", "refused", "over")


@click.group()
def streams() -> None:
    """Live streams that are watched (their content is not shown)."""


@streams.command("list")
@click.option("--state", type=click.Choice(STATES), help="Default: those that go on.")
@click.option("--limit", default=50, show_default=True, help="Rows shown, newest first.")
@json_option
def listing(state: str | None, limit: int, as_json: bool) -> None:
    """What is read now, what cannot be and why. Example: watchfloor streams list --state broken"""
    prepare.django()
    from django.db.models import Count, Max

    from watchfloor.detection.streams.models import Watch
    from watchfloor.detection.streams.watches import OPEN

    counts = {name: Watch.objects.filter(state=name).count() for name in STATES}
    chosen = Watch.objects.filter(state__in=[state] if state else OPEN).select_related("item")
    found = chosen.annotate(
        matches=Count("hits"), clips=Count("hits__clip", distinct=True), held=Max("hits__hold_until")
    ).order_by("-began_at")[: max(1, limit)]
    rows = [
        {
            "stream": f"{row.item.type_key} {row.item.external_id}", "state": row.state, "frames": row.frames,
            "seconds": round(row.last_second, 1), "matches": row.matches, "clips": row.clips, "held_until": row.held,
            "reader": row.holder or None, "why": row.why,
        }
        for row in found
    ]  # fmt: skip
    summary = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    columns = ["stream", "state", "frames", "seconds", "matches", "clips", "reader", "why"]
    text = f"{table(rows, columns, empty='No stream is watched now.')}\n{summary}"
    emit({"counts": counts, "rows": rows}, as_json=as_json, text=text)


@click.command("stream-worker")
@click.option(
    "--at-once", type=click.IntRange(1, 500), help="Streams read at once. Default: WATCHFLOOR_STREAMS_AT_ONCE."
)
def stream_worker(at_once: int | None) -> None:
    """Reads live streams, beside any number of others; one that ends is followed within seconds."""
    os.environ["WATCHFLOOR_ROLE"] = "stream"
    prepare.django()
    import msgspec
    from django.db import connection

    from watchfloor.detection.streams import tasks, watching
    from watchfloor.detection.streams.options import options
    from watchfloor.detection.streams.reading import caged

    caged.insist()
    setting = options()
    if at_once:
        setting = msgspec.structs.replace(setting, at_once=at_once)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    crew = watching.Crew(tasks.name(), setting)
    failures = 0
    while not stop.is_set():
        try:
            crew.tick()
            failures = 0
        except Exception:  # a database that is away for a while must not end the streams that are read
            failures += 1
            log.exception("streams could not be taken up; attempt %d", failures)
            connection.close()
        stop.wait(min(30.0, 0.5 * 2 ** min(failures, 6)))
    crew.stop()
