"""What people set for themselves and find again in every browser: look, panels, keys. Decides nothing for others; not in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from watchfloor.identity.models import User
from watchfloor.kernel.errors import BadInput

THEMES: Final = ("auto", "light", "dark")
DENSITIES: Final = ("comfortable", "compact")
DECIDE_BY: Final = ("tree", "list")
WIDTHS: Final = (15, 60)  # per cent of the workbench that a column may have
IDLE_MINUTES: Final = (1, 15)
KEY: Final = "desk"  # the part of ``User.preferences`` that is ours


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """One person's settings. ``theme`` and ``density`` are None until chosen: then the browser's own memory holds.

    ``tab``: the context panel that opens with a case; ``columns``: widths of item, context and decision in per cent, () as designed.
    """

    theme: str | None = None
    density: str | None = None
    single_keys: bool = True
    auto_next: bool = True
    decide_by: str = "tree"
    tab: str = "history"
    columns: tuple[int, ...] = ()
    translate: bool = False
    idle_minutes: int = 4


NAMES: Final = frozenset(Preferences.__struct_fields__)
_CHOICES: Final = {"theme": (None, *THEMES), "density": (None, *DENSITIES), "decide_by": DECIDE_BY}


def of(user: Any) -> Preferences:
    """The settings of whoever is signed in; the defaults for anyone else. What cannot be read is as if never set."""
    kept = getattr(user, "preferences", None)
    found = kept.get(KEY) if isinstance(kept, dict) else None
    if not isinstance(found, dict):
        return Preferences()
    good = {}
    for name, value in found.items():
        try:
            good[name] = check(name, value)
        except BadInput:
            continue
    return Preferences(**good)


def save(user: User, values: Mapping[str, Any]) -> Preferences:
    """Change some settings; ``BadInput`` names the first that cannot be."""
    checked = {name: check(name, value) for name, value in values.items()}
    now = msgspec.structs.replace(of(user), **checked)
    user.preferences = {**(user.preferences or {}), KEY: msgspec.to_builtins(now)}
    user.save(update_fields=["preferences"])
    return now


def check(name: str, value: Any) -> Any:
    """The value as it is kept; ``BadInput`` for an unknown setting or a value it cannot have."""
    if name not in NAMES:
        raise BadInput("unknown_setting", f"There is no setting {name[:40]!r}.", where=name[:40],
                       hint="One of: " + ", ".join(sorted(NAMES)) + ".")  # fmt: skip
    if name in _CHOICES:
        fits = value in _CHOICES[name]
    elif name in ("single_keys", "auto_next", "translate"):
        fits = isinstance(value, bool)
    elif name == "tab":
        fits = isinstance(value, str) and value.isascii() and value.replace("-", "").isalnum() and len(value) <= 20
    elif name == "idle_minutes":
        fits = type(value) is int and IDLE_MINUTES[0] <= value <= IDLE_MINUTES[1]
    else:
        value = tuple(value) if isinstance(value, (list, tuple)) else value
        fits = _are_widths(value)
    if not fits:
        raise BadInput("bad_setting", f"The setting {name} cannot be {str(value)[:40]!r}.", where=name)
    return value


def _are_widths(value: Any) -> bool:
    if value == ():
        return True
    whole = isinstance(value, tuple) and len(value) == 3 and all(type(each) is int for each in value)
    return whole and sum(value) == 100 and all(WIDTHS[0] <= each <= WIDTHS[1] for each in value)
