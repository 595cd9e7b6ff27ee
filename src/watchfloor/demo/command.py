"""``watchfloor demo``: a fortnight on a small platform made of real content, then the console."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from watchfloor.kernel.errors import Conflict, MissingExtra

if TYPE_CHECKING:  # Django must not be touched before the settings know the data folder
    from watchfloor.demo.content import Photograph
    from watchfloor.demo.mail import Message

SEED = 2026
Say = Callable[[str, int, int], None]


@click.command()
@click.option(
    "--port",
    default=8740,
    show_default=True,
    help="Port of the console; Parley takes the next one, media the one after.",
)
@click.option("--seed", default=SEED, show_default=True, help="Another number, another fortnight.")
@click.option("--full", is_flag=True, help="Add comments and titles from WATCHFLOOR_DATA.")
@click.option("--again", is_flag=True, help="Throw the last replay away and begin anew.")
@click.option("--replay-only", is_flag=True, help="Stop when the fortnight is played; do not serve.")
@click.option(
    "--open/--no-open", "open_browser", default=None, help="Open the console in a browser (default: on a desktop)."
)
def demo(port: int, seed: int, full: bool, again: bool, replay_only: bool, open_browser: bool | None) -> None:
    """Replay a fortnight of real messages with simulated people, then serve the console. The next start takes seconds."""
    home = Path(os.environ.setdefault("WATCHFLOOR_HOME", "demo-data")).resolve()
    os.environ.update(WATCHFLOOR_HOME=str(home), WATCHFLOOR_DEMO="1")
    os.environ.setdefault("WATCHFLOOR_URL", f"http://127.0.0.1:{port}")
    hosts = {*filter(None, os.environ.get("WATCHFLOOR_MEDIA_HOSTS", "").split(",")), f"127.0.0.1:{port + 1}"}
    os.environ["WATCHFLOOR_MEDIA_HOSTS"] = ",".join(sorted(hosts))  # Parley's live channel is on this machine
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    from watchfloor.demo import state

    _check_ports(port, port + 1, port + 2)
    if again or not state.path(home).exists():
        began = time.monotonic()
        _forget(home)
        _replay(home, seed, port + 1, full)
        click.echo(f"A fortnight played in {time.monotonic() - began:.0f} s: {_told(state.load_state(home).counts)}.")
    from watchfloor.demo import channel

    if why := channel.why_none(home):
        click.echo(why)
    if replay_only:
        return
    sys.exit(_serve(home, port, open_browser))


def _check_ports(*ports: int) -> None:
    """Better now than after the replay."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise Conflict(
                    "port_taken", f"Something listens on port {port} already.", where="--port",
                    hint=f"Stop it, or choose another: watchfloor demo --port {port + 20}",
                ) from None  # fmt: skip


def _forget(home: Path) -> None:
    """A replay that was cut off, or is not wanted any more, leaves no half of a fortnight behind. The content stays."""
    from watchfloor.platform.postgres import Embedded

    if os.environ.get("DATABASE_URL"):
        raise Conflict(
            "demo_needs_its_own", "The demo fills a database with made-up people.", hint="Unset DATABASE_URL for it."
        )
    Embedded(home).stop()
    for name in ("pg", "lake", "keys", "log", "media", "live", "demo.json", "parley.jsonl"):
        target = home / name
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)


def _replay(home: Path, seed: int, parley_port: int, full: bool) -> None:
    from watchfloor.demo.content import load_content

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("Content", total=None)

        def say(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        try:
            content = load_content(home / "demo-content", say)
        except ModuleNotFoundError as error:
            raise MissingExtra("demo", f"The demo's content ({error.name})") from None
        messages = list(content.messages)
        if full:
            from watchfloor.demo.extra import more_messages

            messages += more_messages(Path(os.environ.get("WATCHFLOOR_DATA", "../shared/data")), say)
        say("Starting the database", 0, 0)
        from watchfloor.console import prepare

        prepare.django(migrate=True)
        prepare.install_defaults("system:init")
        _play(home, seed, messages, content.photographs, parley_port, full, say)


def _play(
    home: Path,
    seed: int,
    messages: list[Message],
    photographs: Sequence[Photograph],
    parley_port: int,
    full: bool,
    say: Say,
) -> None:
    from watchfloor.demo import (
        acting,
        api_apps,
        broadcast,
        called,
        guarded,
        initiatives,
        known,
        legal,
        lessons,
        looks,
        measured,
        noticed,
        pictures,
        rostered,
        turned,
        vendors,
        world,
    )  # fmt: skip
    from watchfloor.demo.clockwork import Clockwork
    from watchfloor.demo.replay import Replay
    from watchfloor.demo.scenario import make_scenario
    from watchfloor.demo.state import State, save_state
    from watchfloor.detection import training
    from watchfloor.enforcement.models import Endpoint
    from watchfloor.insight import facts
    from watchfloor.kernel import clock
    from watchfloor.ledger import sequencer

    scenario = make_scenario(messages, seed=seed, end=clock.now(), photographs=photographs)
    with clock.at(scenario.start):
        people = world.build(scenario, f"http://127.0.0.1:{parley_port}/hook")
        legal.before(scenario, people)
        guarded.before(scenario, people)
        acting.before(scenario)
    api_apps.before(scenario, people)
    secret = home / "keys" / "parley.webhook"
    secret.write_text(Endpoint.objects.get(name="Parley").secrets[0])
    secret.chmod(0o600)
    whole = (scenario.end - scenario.start).total_seconds()

    def progress(moment: datetime, counts: dict[str, int]) -> None:
        say(f"{moment:%d %b %H:%M}: {_told(counts)}", int((moment - scenario.start).total_seconds()), int(whole))

    with _parley(home, parley_port), Clockwork() as clockwork:
        replay = Replay(scenario, people, clockwork, progress)
        for at, act in (*legal.moments(scenario, people), *measured.moments(scenario, people)):
            replay.plan(at, act)
        counts = replay.run()
    say("Drawing pictures and videos", 0, 0)
    counts["pictures"] = replay.also(pictures.rows(scenario))
    pictures.open_all()
    broadcast.make(home, [photograph.path for photograph in photographs])
    say("Known pictures come in again", 0, 0)
    known.play(scenario, people, replay)
    say("Campaigns, rings and apps", 0, 0)
    acting.play(scenario, people, replay)
    say("Orders, requests and the report", 0, 0)
    legal.after(scenario, people)
    say("Decisions are looked at again", 0, 0)
    looks.after(scenario)
    guarded.after()
    say("Plans, suggestions and lessons", 0, 0)
    for part in (lessons, initiatives, noticed, called):
        part.play(scenario, people)
    say("Hashing the ledger", 0, 0)
    sequencer.catch_up()
    say("Models learn from the decisions", 0, 0)
    while training.train():
        pass
    sequencer.catch_up()
    say("Writing the facts", 0, 0)
    while facts.export(200_000):  # each hour's file is written once
        pass
    say("Contracts and a check-in", 0, 0)
    vendors.after(scenario, people)
    say("What was measured", 0, 0)
    turned.after(scenario, people)
    say("This week's rosters", 0, 0)
    rostered.after(scenario, people)
    sequencer.catch_up()
    while facts.export(200_000):
        pass
    users = {key: str(value) for key, value in people.users.items()}
    save_state(
        home, State(seed=seed, end=scenario.end, secret=people.secret, reviewers=users, counts=counts, full=full)
    )


@contextmanager
def _parley(home: Path, port: int) -> Iterator[None]:
    """The demo platform in a process of its own while the fortnight is played, listening from the start."""
    command = [sys.executable, "-m", "watchfloor.demo.platform", "--home", str(home), "--port", str(port), "--replay"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            if not (process.stdout and process.stdout.readline()):
                raise RuntimeError(f"The demo platform ended with {process.wait()} before it listened.")
            yield
        finally:
            process.terminate()


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counts.items())


def _serve(home: Path, port: int, open_browser: bool | None) -> int:
    from watchfloor.console.keeper import keep
    from watchfloor.platform.supervisor import Role

    own = {"WATCHFLOOR_HOME": str(home), "WATCHFLOOR_DEMO": "1"}
    url = os.environ["WATCHFLOOR_URL"]
    extra: list[object] = [
        Role(
            "parley",
            [sys.executable, "-m", "watchfloor.demo.platform", "--home", str(home), "--port", str(port + 1)],
            own,
        ),
        Role(
            "live",
            [sys.executable, "-m", "watchfloor.demo.live", "--url", url, "--parley", f"http://127.0.0.1:{port + 1}"],
            own,
        ),
    ]
    wanted = bool(os.environ.get("DISPLAY") or sys.platform == "darwin") if open_browser is None else open_browser
    if wanted:
        threading.Timer(4.0, webbrowser.open, [url]).start()
    return keep("127.0.0.1", port, media_port=port + 2, extra=extra)
