"""What one unit of work costs, as data: ``rates.toml`` beside this file, each number with the least and the most that was measured."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources

import msgspec

MEASURED_BY = "python -m benchmarks.sizing"
ROLES = {
    "event accepted, in hundreds": "web",
    "event accepted, single": "web",
    "verdict asked": "web",
    "decision at the bench": "web",
    "event worked": "rules-worker",
    "report worked": "worker",
    "item keyed": "worker",
    "row to the lake": "worker",
    "ledger event sequenced": "scheduler",
    "ledger event to facts": "scheduler",
}


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Costs of one unit, each as (least, middle, most): processor milliseconds in our process and in PostgreSQL, bytes written."""

    name: str
    role: str
    app_ms: tuple[float, float, float]
    db_ms: tuple[float, float, float]
    wal_bytes: tuple[float, float, float]
    row_bytes: tuple[float, float, float]
    file_bytes: tuple[float, float, float]
    ledger_events: float = 0.0
    measured_by: str = MEASURED_BY


@lru_cache(1)
def rates() -> dict[str, Rate]:
    """All of them, by name."""
    text = resources.files(__package__).joinpath("rates.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    return {
        name: msgspec.convert({"name": name, "role": ROLES[name], **row}, Rate) for name, row in found["rate"].items()
    }


def measured() -> str:
    """When and on what the costs were measured."""
    text = resources.files(__package__).joinpath("rates.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["measured"])
