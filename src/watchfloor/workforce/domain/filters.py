"""How media is shown when it is asked for: the house's defaults, a person's own wishes, and who may loosen what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

STRICTER: Final = ("blur", "grey", "mute", "small")  # on is stricter
NAMES: Final = (*STRICTER, "toggle", "mild")
MILD_BELOW: Final = 3  # severities below this may be shown at once, blurred and grey, if the person likes


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """On or off when media is first revealed. ``toggle``: one press shows, another hides, for who cannot hold a key or a button.
    ``mild``: pictures below severity 3 are there at once, small, blurred and grey (never restricted ones); off: they wait to be asked, too.

    ``locked`` names what the house holds on: it cannot be switched off, not even for one look.
    """

    blur: bool = True
    grey: bool = True
    mute: bool = True
    small: bool = True
    toggle: bool = False
    mild: bool = True
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
    mild = bool(own.get("mild", house.get("mild", True))) and (not hold or bool(house.get("mild", True)))
    toggle = bool(own.get("toggle", house.get("toggle", False)))
    return Filters(**chosen, toggle=toggle, mild=mild, locked=tuple(locked))


def cleaned(raw: Mapping[str, Any]) -> dict[str, bool]:
    """Only known names, only true and false."""
    return {name: bool(raw[name]) for name in NAMES if name in raw}
