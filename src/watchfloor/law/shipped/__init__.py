"""The shipped clock table and retention rules, as data. Every figure says how sure it is: check before relying on it."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def clocks() -> dict[str, Any]:
    """The clock table as a document (``law.domain.table``)."""
    return _read("clocks.toml")


def retention() -> dict[str, Any]:
    """The retention rules as a document (``law.domain.retention``)."""
    return _read("retention.toml")


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _json(tomllib.loads((FOLDER / name).read_text(encoding="utf-8")))
    return found


def _json(value: Any) -> Any:
    """Dates as text: the document is kept as JSON."""
    if isinstance(value, dict):
        return {key: _json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
