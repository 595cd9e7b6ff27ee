"""What the demo remembers between starts, in the data folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec


class State(msgspec.Struct, frozen=True):
    """Written when the replay is complete: the next start serves at once."""

    seed: int
    end: datetime
    secret: str
    reviewers: dict[str, str]
    counts: dict[str, int]
    full: bool = False


def path(home: Path) -> Path:
    """Where it lies."""
    return home / "demo.json"


def load_state(home: Path) -> State:
    """The state; FileNotFoundError when the replay never finished."""
    return msgspec.json.decode(path(home).read_bytes(), type=State)


def save_state(home: Path, state: State) -> None:
    """Whole or not at all."""
    scratch = path(home).with_suffix(".tmp")
    scratch.write_bytes(msgspec.json.encode(state))
    scratch.chmod(0o600)
    scratch.replace(path(home))
