"""``watchfloor serve``: database, web, workers in one command; ``watchfloor run ROLE`` is what it starts."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence

import click

from watchfloor.cli.lazily import Lazy
from watchfloor.console import keeper, prepare
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config, heap, schema, tracing
from watchfloor.platform.meters import METERS

DEFAULT_PORT = 8740
LEAD = 7_204_021  # advisory lock: the scheduler that leads


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Port to listen on.")
@click.option(
    "--media-port", default=0, help="Port that media are shown from, an origin of their own. [default: the next port]"
)
@click.option("--web", "webs", default=1, show_default=True, help="Web processes.")
@click.option("--workers", default=1, show_default=True, help="Worker processes.")
def serve(host: str, port: int, media_port: int, webs: int, workers: int) -> None:
    """Run everything from the data folder WATCHFLOOR_HOME until Ctrl-C."""
    sys.exit(keeper.keep(host, port, media_port=media_port, webs=webs, workers=workers))


# What these need to be imported would hold up the roles that must be there first.
ELSEWHERE = {
    "stream-worker": ("watchfloor.cli.streams", "stream_worker"),
    "mail": ("watchfloor.cli.mail", "role"),
    "osprey": ("watchfloor.cli.osprey", "osprey"),
}


@click.group(cls=Lazy, elsewhere=ELSEWHERE)
def run() -> None:
    """Run one role; for process managers of your own."""


@run.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True)
@click.option("--processes", default=1, show_default=True)
def web(host: str, port: int, processes: int) -> None:
    """The web role: intake, API and console."""
    _listen("web", "watchfloor.console.asgi:application", host, port, processes)


@run.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT + 1, show_default=True)
@click.option("--processes", default=1, show_default=True)
def media(host: str, port: int, processes: int) -> None:
    """The media role: pictures and video from an origin of their own (WATCHFLOOR_MEDIA_URL)."""
    _listen("media", "watchfloor.console.media_asgi:application", host, port, processes)


def _listen(role: str, application: str, host: str, port: int, processes: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    if not 0 < port < 65536:
        raise BadInput("bad_port", f"{port} is not a port number.", where="--port", hint="Use 1 to 65535.")
    os.environ["WATCHFLOOR_ROLE"] = role
    if not os.environ.get(schema.KEPT):  # else the keeper brings it up meanwhile
        prepare.start_database()
    Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        respawn_failed_workers=True,
        log_access=False,
        backlog=2048,
    ).serve()


health_option = click.option("--health", metavar="HOST:PORT", help="Answer /healthz and /readyz there.")


@run.command()
@click.option("--loop", "names", multiple=True, help="Only these loops.")
@health_option
def worker(names: tuple[str, ...], health: str | None) -> None:
    """The worker role: drains the spool, sequences the ledger, delivers, exports facts, keeps clocks.

    With WATCHFLOOR_SCHEDULER=apart only what many workers share; the rest is the scheduler's.
    """
    os.environ["WATCHFLOOR_ROLE"] = "worker"
    heap.settle()
    prepare.django()
    from watchfloor.detection import counting
    from watchfloor.platform import loops

    counting.store()  # a wrong setting ends here, not at each event
    METERS.start(config.home(), "worker")
    tracing.start("worker")
    chosen = list(names) or loops.names_for("worker")
    known = loops.load()
    for name in names:
        if name not in known:
            raise BadInput(
                "unknown_loop", f"There is no loop {name!r}.", where="--loop", hint="Known: " + ", ".join(known)
            )
    stop = stopped_by_signal()
    _health(health, "worker")
    loops.run(stop, chosen)


@run.command()
@health_option
def scheduler(health: str | None) -> None:
    """The scheduler role, with WATCHFLOOR_SCHEDULER=apart: clocks, sweeps, the ledger's sequencer. One leads, others stand by."""
    os.environ["WATCHFLOOR_ROLE"] = "scheduler"
    heap.settle()
    prepare.django()
    from watchfloor.detection import counting
    from watchfloor.platform import leading, loops

    if not loops.apart():
        raise BadInput(
            "no_scheduler", "Workers do the scheduler's work here.", where="WATCHFLOOR_SCHEDULER",
            hint="Set WATCHFLOOR_SCHEDULER=apart for every process.",
        )  # fmt: skip
    counting.store()
    names = loops.names_for("scheduler")
    stop = stopped_by_signal()
    _health(health, "scheduler")
    leading.lead(LEAD, stop, lambda ended: loops.run(ended, names))


def stopped_by_signal() -> threading.Event:
    """Set when the process is asked to end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _health(place: str | None, role: str) -> None:
    if place:
        from watchfloor.platform import health, loops

        health.serve(place, role, lambda: all(each.is_alive() for each in loops.threads), lambda: dict(loops.done))


@run.command("rules-worker")
@click.option("--partitions", help="Only these, like 0-3,7. Default: a fair share of all, balanced with other workers.")
@click.option("--batch", default=128, show_default=True, help="About how many events make one transaction.")
@health_option
def rules_worker(partitions: str | None, batch: int, health: str | None) -> None:
    """A rules worker on the stream WATCHFLOOR_STREAM: runs rules on events, beside any number of others."""
    os.environ["WATCHFLOOR_ROLE"] = "rules"
    heap.settle()
    prepare.django()
    from watchfloor.detection import counting, hits, stream
    from watchfloor.detection.stream import worker as stream_worker
    from watchfloor.intake import streaming
    from watchfloor.platform import loops

    counting.store()
    settings = stream.configured()
    if settings is None:
        raise BadInput(
            "no_stream", "There is no stream to work on: events are worked by the worker role.", where="WATCHFLOOR_STREAM",
            hint="Set it to nats://host:4222 or kafka://host:9092.",
        )  # fmt: skip
    only = stream.partitions_in(partitions, settings.partitions) if partitions else None
    METERS.start(config.home(), "rules")
    tracing.start("rules")
    stop = stopped_by_signal()
    _health(health, "rules-worker")
    source = stream.make_source(settings, only)

    def work(messages: Sequence[bytes]) -> object:
        worked = streaming.work(messages)
        loops.done["events"] = loops.done.get("events", 0) + len(messages)
        return worked

    try:
        stream_worker.run(source, work, stop, batch=batch)
    finally:
        source.close()
        hits.flush()
