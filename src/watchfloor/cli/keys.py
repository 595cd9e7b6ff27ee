"""``watchfloor keys``: the keys of the installation, and a new one for the media store."""

from __future__ import annotations

import click

from watchfloor.cli.backup import Bars
from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def keys() -> None:
    """Keys in the data folder: which there are, and a new one for the media store."""


@keys.command("list")
@json_option
def listing(as_json: bool) -> None:
    """The keys there are and what each is for; nothing of what is in them."""
    import msgspec

    from watchfloor.upkeep import keys as upkeep

    found = upkeep.listed()
    rows = [
        {
            "name": each.name,
            "made": f"{each.made:%Y-%m-%d}",
            "state": "being replaced" if each.rotating else "in use",
            "for": each.what,
        }
        for each in found
    ]
    text = table(rows, ["name", "made", "state", "for"], empty="No keys yet.")
    emit(msgspec.to_builtins(found), as_json=as_json, text=text)


@keys.command("rotate")
@json_option
def rotate(as_json: bool) -> None:
    """Make a new key for the media store and wrap every medium's own key anew. Stop serve and every role first; safe to run again."""
    prepare.django()
    from watchfloor.upkeep import keys as upkeep

    with Bars() as bars:
        found = upkeep.rotate(bars)
    text = (
        f"{found.wrapped:,} keys are wrapped anew; the old key is gone from keys/{found.name}. "
        "Take a backup: older ones need the old key, which they hold."
    )
    emit(found, as_json=as_json, text=text)
