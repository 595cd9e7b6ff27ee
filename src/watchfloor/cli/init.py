"""``watchfloor init``: a data folder that is ready to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from watchfloor.cli import upgrade_check
from watchfloor.cli.output import emit, json_option
from watchfloor.console import prepare
from watchfloor.platform import config

if TYPE_CHECKING:
    from watchfloor.identity.upgrading import RolesBroughtUp


@click.command()
@click.option(
    "--check", is_flag=True, help="Change nothing: say what the upgrade would lock, rewrite or break. Exit 1 if so."
)
@click.option(
    "--wait",
    "seconds",
    type=click.IntRange(1),
    help="Change nothing: wait so many seconds for the schema of this version.",
)
@json_option
def upgrade(check: bool, seconds: int | None, as_json: bool) -> None:
    """Bring the schema, the shipped policies, queues and roles up to this version. What you changed is left alone; it says what it did."""
    if check:
        upgrade_check.check(as_json=as_json)
    if seconds:
        upgrade_check.wait(seconds, as_json=as_json)
    prepare.django(migrate=True)
    roles = prepare.install_defaults("system:upgrade")
    emit(
        {"home": str(config.home()), "roles": msgspec.to_builtins(roles)}, as_json=as_json,
        text="\n".join([f"Up to date in {config.home()}.", *said(roles)]),
    )  # fmt: skip


def said(roles: RolesBroughtUp) -> list[str]:
    """What was done to the shipped roles, a line each."""
    lines = [f"New role {key}." for key in roles.made]
    lines += [f"Role {key} now includes: {', '.join(names)}." for key, names in roles.given.items()]
    for key, names in roles.left.items():
        lines.append(f"Role {key} was changed here and is left alone. It does not include: {', '.join(names)}.")
    return lines


@click.command()
@click.option("--empty", is_flag=True, help="Only the schema; policies, queues and roles come with the first-run page.")
@json_option
def init(empty: bool, as_json: bool) -> None:
    """Make the data folder, the database and the shipped policies, queues and roles. Safe to run again."""
    prepare.django(migrate=True)
    news: list[str] = []
    if not empty:
        from watchfloor.identity.defaults import ROLES

        roles = prepare.install_defaults("system:init")
        news = [] if len(roles.made) == len(ROLES) else said(roles)
    home = str(config.home())
    text = "\n".join([*news, f"Ready in {home}. Next: watchfloor serve"])
    emit({"home": home, "defaults": not empty}, as_json=as_json, text=text)
