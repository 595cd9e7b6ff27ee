"""``watchfloor keys``: the keys of the installation, and new ones for what is sealed."""

from __future__ import annotations

import click

from watchfloor.cli.backup import Bars
from watchfloor.cli.output import emit, json_option, table
from watchfloor.console import prepare


@click.group()
def keys() -> None:
    """Keys in the data folder: which there are, and new ones for what is sealed."""


@keys.command("list")
@json_option
def listing(as_json: bool) -> None:
    """The keys there are and what each is for; nothing of what is in them."""
    import msgspec

    prepare.django()
    from watchfloor.upkeep import keys as upkeep

    found = upkeep.listed()
    rows = [
        {
            "name": each.name,
            "made": f"{each.made:%Y-%m-%d}",
            "state": "being replaced" if each.rotating else "in use",
            "new one": "keys rotate" if each.seals else "",
            "for": each.what,
        }
        for each in found
    ]
    text = table(rows, ["name", "made", "state", "new one", "for"], empty="No keys yet.")
    emit(msgspec.to_builtins(found), as_json=as_json, text=text)


@keys.command("rotate")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
def rotate(names: tuple[str, ...], as_json: bool) -> None:
    """Make new keys for what is sealed (media, mails, reports to NCMEC, credentials of other systems) and seal all of it anew.

    NAME: only these, as watchfloor keys list says them. Stop serve and every role first; cut off in the middle it goes on when you run
    it again.
    """
    prepare.django()
    from watchfloor.upkeep import keys as upkeep

    with Bars() as bars:
        found = upkeep.rotate(bars, names)
    lines = [f"keys/{each.name}: {each.wrapped:,} sealed anew; the old key is gone." for each in found]
    lines += [f"keys/{each.name}: {each.shut:,} open under no key we have, as before." for each in found if each.shut]
    lines.append(
        "Take a backup: older ones need the old keys, which they hold." if found else "Nothing is sealed here yet."
    )
    emit({"rotated": found}, as_json=as_json, text="\n".join(lines))
