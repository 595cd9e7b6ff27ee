"""The kinds of blocks that come with the program. Those that speak of other parts of Programme are there when the part is."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Final

_OWN: Final = ("writing", "numbers", "happened", "people")
_OF_PARTS: Final = {
    "launches": "launch_decisions",
    "tracking": "work",
    "interventions": "measures",
    "risks": "register",
}


def load() -> None:
    """Register them; called once, when the application is ready."""
    for name in _OWN:
        import_module(f"{__name__}.{name}")
    for part, name in _OF_PARTS.items():
        if find_spec(f"watchfloor.programme.{part}") is not None and find_spec(f"{__name__}.{name}") is not None:
            import_module(f"{__name__}.{name}")
