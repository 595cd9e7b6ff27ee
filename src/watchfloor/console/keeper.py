"""Starts and keeps every role of one installation: database, web, workers, and what the demo adds."""

from __future__ import annotations

import http.client
import os
import sys
from functools import partial

import click

from watchfloor.console import prepare
from watchfloor.platform import config, logs, loops, schema, unfinished


def keep(
    host: str,
    port: int,
    *,
    media_port: int = 0,
    webs: int = 1,
    workers: int = 1,
    extra: list[object] | None = None,
) -> int:
    """Start and keep all roles; returns the exit code. Media are shown from ``media_port`` (the next one by default)."""
    from watchfloor.platform.postgres import Embedded
    from watchfloor.platform.supervisor import Patience, Role, Supervisor

    home = config.home()
    logs.configure(home, "serve")
    media_port = media_port or port + 1
    url = os.environ.setdefault("WATCHFLOOR_URL", f"http://{host}:{port}")
    if not os.environ.get("WATCHFLOOR_MEDIA_URL") and media_port != port + 1:
        os.environ["WATCHFLOOR_MEDIA_URL"] = config.media_url(url).rpartition(":")[0] + f":{media_port}"
    database = None if os.environ.get("DATABASE_URL") else Embedded(home)
    unfinished.refuse()
    if os.environ.get("DATABASE_URL"):
        prepare.newest()  # what is wrong with a database of one's own is said before anything starts
    own = [sys.executable, "-m", "watchfloor", "run"]
    shared = {"WATCHFLOOR_HOME": str(home), "WATCHFLOOR_URL": url, "WATCHFLOOR_MEDIA_URL": config.media_url(url)}
    # The door is first: it loads while the database recovers, and nothing takes the processor from it until reports are taken again.
    door = [*own, "web", "--host", host, "--port", str(port), "--processes", str(webs)]
    roles = [Role("web", door, shared | {schema.KEPT: "1"}, early=partial(_answers, host, port))]
    roles.append(Role("media", [*own, "media", "--host", host, "--port", str(media_port)], shared))
    roles += [Role(f"worker{number or ''}", [*own, "worker"], shared) for number in range(workers)]
    if os.environ.get("WATCHFLOOR_STREAM"):
        roles += [Role(f"rules{number or ''}", [*own, "rules-worker"], shared) for number in range(workers)]
    if loops.apart():
        roles.append(Role("scheduler", [*own, "scheduler"], shared))
    for role in extra or []:
        assert isinstance(role, Role)
        roles.append(role)

    def database_is_up() -> None:
        prepare.newest()
        click.echo(f"Watchfloor is at {url} (data in {home}). Ctrl-C stops it.")
        _say_setup_code()

    # A role that keeps dying is tried every few seconds: a floor that stands still costs more than a busy log.
    patience = Patience(longest=4.0, settled=20.0)
    return Supervisor(home, roles, database=database, patience=patience, prepare=database_is_up).run()


def _answers(host: str, port: int) -> bool:
    """Whether the web role serves."""
    try:
        line = http.client.HTTPConnection(host, port, timeout=1)
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def _say_setup_code() -> None:
    """While nobody exists yet: what the first page asks for when it is opened from another machine."""
    from django.db import connection

    with connection.cursor() as cursor:  # models would need every app to be loaded
        cursor.execute("SELECT EXISTS (SELECT 1 FROM identity_user)")
        somebody = cursor.fetchone()[0]
    connection.close()
    if not somebody:
        from watchfloor.identity import setup_code

        click.echo(f"Set-up code, asked for when the first page is opened from elsewhere: {setup_code.code()}")
