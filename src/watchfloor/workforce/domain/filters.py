"""How media is shown when it is asked for: the house's defaults, a person's own wishes, and who may loosen what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

STRICTER: Final = ("blur", "grey", "mute", "small")  # on is stricter
NAMES: Final = (*STRICTER, "toggle")


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """On or off when media is first revealed. ``toggle``: one press shows, another hides, for who cannot hold a key or a button.

    ``locked`` names what the house holds on: it cannot be switched off, not even for one look.
    """

    blur: bool = True
    grey: bool = True
    mute: bool = True
    small: bool = True
    toggle: bool = False
    locked: tuple[str, ...] = ()


def merged(house: Mapping[str, Any], own: Mapping[str, Any], *, hold: bool) -> Filters:
    """The filters of a person: their own wish where they have one, else the house's; with ``hold`` only ever stricter.

    How one reveals (holding or a toggle) is never the house's to forbid.
    """
    chosen: dict[str, Any] = {}
    locked = []
    for name in STRICTER:
        base = bool(house.get(name, True))
        wish = own.get(name)
        chosen[name] = base if wish is None else bool(wish) or (hold and base)
        if hold and base:
            locked.append(name)
    return Filters(**chosen, toggle=bool(own.get("toggle", house.get("toggle", False))), locked=tuple(locked))


def cleaned(raw: Mapping[str, Any]) -> dict[str, bool]:
    """Only known names, only true and false."""
    return {name: bool(raw[name]) for name in NAMES if name in raw}
