"""Starts and keeps every role of one installation: database, web, workers, and what the demo adds."""

from __future__ import annotations

import os
import sys

import click

from watchfloor.console import prepare
from watchfloor.platform import config, logs, loops


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
    prepare.django(migrate=True)
    own = [sys.executable, "-m", "watchfloor", "run"]
    shared = {"WATCHFLOOR_HOME": str(home), "WATCHFLOOR_URL": url, "WATCHFLOOR_MEDIA_URL": config.media_url(url)}
    roles = [Role("web", [*own, "web", "--host", host, "--port", str(port), "--processes", str(webs)], shared)]
    roles.append(Role("media", [*own, "media", "--host", host, "--port", str(media_port)], shared))
    roles += [Role(f"worker{number or ''}", [*own, "worker"], shared) for number in range(workers)]
    if os.environ.get("WATCHFLOOR_STREAM"):
        roles += [Role(f"rules{number or ''}", [*own, "rules-worker"], shared) for number in range(workers)]
    if loops.apart():
        roles.append(Role("scheduler", [*own, "scheduler"], shared))
    for role in extra or []:
        assert isinstance(role, Role)
        roles.append(role)
    click.echo(f"Watchfloor is at {shared['WATCHFLOOR_URL']} (data in {home}). Ctrl-C stops it.")
    _say_setup_code()
    # A role that keeps dying is tried every few seconds: a floor that stands still costs more than a busy log.
    return Supervisor(home, roles, database=database, patience=Patience(longest=4.0, settled=20.0)).run()


def _say_setup_code() -> None:
    """While nobody exists yet: what the first page asks for when it is opened from another machine."""
    from django.db import connection

    from watchfloor.identity import first, setup_code

    if first.open_house():
        click.echo(f"Set-up code, asked for when the first page is opened from elsewhere: {setup_code.code()}")
    connection.close()
