"""``watchfloor serve``: database, web, workers in one command; ``watchfloor run ROLE`` is what it starts."""

from __future__ import annotations

import os
import signal
import sys
import threading

import click

from watchfloor.cli.mail import role as mail
from watchfloor.cli.osprey import osprey
from watchfloor.cli.streams import stream_worker
from watchfloor.console import keeper, prepare
from watchfloor.kernel.errors import BadInput
from watchfloor.platform import config, tracing
from watchfloor.platform.meters import METERS

DEFAULT_PORT = 8740


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


@click.group()
def run() -> None:
    """Run one role; for process managers of your own."""


run.add_command(stream_worker)
run.add_command(mail)
run.add_command(osprey)


@run.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True)
@click.option("--processes", default=1, show_default=True)
def web(host: str, port: int, processes: int) -> None:
    """The web role: intake, API and console."""
    _listen("watchfloor.console.asgi:application", host, port, processes)


@run.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT + 1, show_default=True)
@click.option("--processes", default=1, show_default=True)
def media(host: str, port: int, processes: int) -> None:
    """The media role: pictures and video from an origin of their own (WATCHFLOOR_MEDIA_URL)."""
    _listen("watchfloor.console.media_asgi:application", host, port, processes)


def _listen(application: str, host: str, port: int, processes: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    if not 0 < port < 65536:
        raise BadInput("bad_port", f"{port} is not a port number.", where="--port", hint="Use 1 to 65535.")
    os.environ["WATCHFLOOR_ROLE"] = "web"
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


@run.command()
@click.option("--loop", "names", multiple=True, help="Only these loops.")
def worker(names: tuple[str, ...]) -> None:
    """The worker role: drains the spool, sequences the ledger, delivers, exports facts, keeps clocks."""
    os.environ["WATCHFLOOR_ROLE"] = "worker"
    prepare.django()
    from watchfloor.detection import counting
    from watchfloor.platform import loops

    counting.store()  # a wrong setting ends here, not at each event
    METERS.start(config.home(), "worker")
    tracing.start("worker")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    known = loops.load()
    for name in names:
        if name not in known:
            raise BadInput(
                "unknown_loop", f"There is no loop {name!r}.", where="--loop", hint="Known: " + ", ".join(known)
            )
    loops.run(stop, list(names) or None)


@run.command("rules-worker")
@click.option("--partitions", help="Only these, like 0-3,7. Default: a fair share of all, balanced with other workers.")
@click.option("--batch", default=128, show_default=True, help="About how many events make one transaction.")
def rules_worker(partitions: str | None, batch: int) -> None:
    """A rules worker on the stream WATCHFLOOR_STREAM: runs rules on events, beside any number of others."""
    os.environ["WATCHFLOOR_ROLE"] = "worker"
    prepare.django()
    from watchfloor.detection import counting, hits, stream
    from watchfloor.detection.stream import worker as stream_worker
    from watchfloor.intake import streaming

    counting.store()
    settings = stream.configured()
    if settings is None:
        raise BadInput(
            "no_stream", "There is no stream to work on: events are worked by the worker role.", where="WATCHFLOOR_STREAM",
            hint="Set it to nats://host:4222 or kafka://host:9092.",
        )  # fmt: skip
    only = stream.partitions_in(partitions, settings.partitions) if partitions else None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    METERS.start(config.home(), "rules")
    tracing.start("rules")
    source = stream.make_source(settings, only)
    try:
        stream_worker.run(source, streaming.work, stop, batch=batch)
    finally:
        source.close()
        hits.flush()
