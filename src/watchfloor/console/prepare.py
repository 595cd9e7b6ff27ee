"""Bring the database up and to the newest schema; used by every command that needs it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from watchfloor.platform import config, schema, unfinished

if TYPE_CHECKING:
    from watchfloor.identity.upgrading import RolesBroughtUp


def start_database() -> None:
    """Make sure the embedded server answers (nothing to do with ``DATABASE_URL``)."""
    unfinished.refuse()
    if not os.environ.get("DATABASE_URL"):
        from watchfloor.platform.postgres import Embedded

        Embedded(config.home()).start()


def django(*, migrate: bool = False) -> None:
    """Database up, Django configured, schema newest when asked."""
    start_database()
    from watchfloor.platform.setup import setup

    setup()
    if migrate:
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)


def newest() -> None:
    """Bring the schema of a running database up, where it is not: a floor that comes up again has it, and need not load what migrates."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchfloor.platform.settings")
    if not schema.newest():
        django(migrate=True)


def install_defaults(by: str) -> RolesBroughtUp:
    """The shipped roles, item types, policies, actions, queues and rules that do not exist yet; one transaction.

    Shipped roles that nobody changed get the permissions that came since; returns what was done to roles.
    """
    from watchfloor.console import install
    from watchfloor.ledger.writer import writing

    with writing(by, reason="shipped defaults") as w:
        return install.defaults(w)
