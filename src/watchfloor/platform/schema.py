"""Whether the database has every migration this version knows, told by their names alone.

Reading the migrations themselves costs a second of processor time, and their project state several; names are files and rows. It is asked
by a process that comes up again after everything died, when each second counts, and needs no apps to be loaded.
"""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import psycopg

log = logging.getLogger(__name__)
KEPT = "WATCHFLOOR_KEPT"  # set by the keeper for a role that it starts before the database answers
EVERY = 0.1  # seconds between two looks


def known() -> set[tuple[str, str]]:
    """Every migration of this version, as (app, name)."""
    from django.apps import AppConfig, apps
    from django.conf import settings

    configs = apps.get_app_configs() if apps.ready else map(AppConfig.create, settings.INSTALLED_APPS)
    return {
        (config.label, file.stem)
        for config in configs
        for file in Path(config.path, "migrations").glob("*.py")
        if file.name[0] not in "_~"
    }


def applied() -> set[tuple[str, str]]:
    """Those that the database has; asked over a connection of its own, because a pool that fails once waits before it tries again.

    Raises:
        psycopg.Error: it does not answer.
    """
    from django.db import connection

    with psycopg.connect(**connection.get_connection_params()) as line:
        try:
            return {(app, name) for app, name in line.execute("SELECT app, name FROM django_migrations")}
        except psycopg.errors.UndefinedTable:
            return set()


def newest() -> bool:
    """Whether nothing is missing; a newer schema than ours is fine."""
    return known() <= applied()


async def awaited() -> None:
    """Return when the database answers and has our schema, where the keeper brings both up while we start."""
    if not os.environ.get(KEPT):
        return
    while not await asyncio.to_thread(_there):
        await asyncio.sleep(EVERY)


def _there() -> bool:
    try:
        return newest()
    except psycopg.Error:
        return False
