"""``watchfloor init``: a data folder that is ready to serve."""

from __future__ import annotations

import click

from watchfloor.cli.output import emit, json_option
from watchfloor.console import prepare
from watchfloor.platform import config


@click.command()
@click.option("--empty", is_flag=True, help="Only the schema; policies, queues and roles come with the first-run page.")
@json_option
def init(empty: bool, as_json: bool) -> None:
    """Make the data folder, the database and the shipped policies, queues and roles. Safe to run again."""
    prepare.django(migrate=True)
    if not empty:
        prepare.install_defaults("system:init")
    home = str(config.home())
    emit({"home": home, "defaults": not empty}, as_json=as_json, text=f"Ready in {home}. Next: watchfloor serve")
